// How an offline page looks: its paper is in its style (look.css), and the player draws on that.

/** The theme for the player, of the colours that the page's style has now. */
export function themeOf(document) {
  const style = getComputedStyle(document.documentElement),
    of = (name) => style.getPropertyValue(`--${name}`).trim();
  return { bg: of("bg"), fg: of("fg"), secondary: of("soft"), border: of("line"), font: of("font"), dark: of("dark") === "1" };
}

/** The player draws as the page looks: at once, when its letters have come, when the system turns dark. Returns a function that looks again. */
export function follow(player) {
  const look = () => player.setTheme(themeOf(document));
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", look);
  document.fonts?.load('600 16px "Source Sans"').then(look, () => {}); // names are measured with the letters that they are drawn in
  return look;
}
