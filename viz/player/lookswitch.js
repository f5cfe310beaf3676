// The switch between the light and the dark look, as an inline component. Streamlit has no call for it: its page takes a theme as a message
// from its own window (`client.allowedOrigins` in viz/page/theme.py), and remembers one in the browser under a key of its own. The player follows the page.
const KEPT = Symbol.for("mindmap.lookswitch");
const STYLE = `
  button { display: inline-flex; align-items: center; gap: 8px; min-height: 36px; padding: 0 12px; font: inherit; font-family: var(--st-font, system-ui, sans-serif); font-size: 14px;
    color: var(--st-text-color, inherit); background: none; border: 1px solid var(--st-border-color, #ccc); border-radius: var(--st-base-radius, 8px); cursor: pointer; white-space: nowrap; }
  button:hover { background: var(--st-secondary-background-color, #eee); }
  button:focus-visible { outline: 2px solid var(--st-primary-color, #c2410c); outline-offset: 1px; }
  svg { width: 18px; height: 18px; fill: currentColor; }
  @media (max-width: 899px) { button { min-height: 44px; min-width: 44px; justify-content: center; } span { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); } }`;
const MOON = "M20 14.6A8.5 8.5 0 0 1 9.4 4 8.5 8.5 0 1 0 20 14.6z";
const SUN =
  "M12 7.2a4.8 4.8 0 1 1 0 9.6 4.8 4.8 0 0 1 0-9.6zM11 1h2v4h-2zm0 18h2v4h-2zM1 11h4v2H1zm18 0h4v2h-4zM4.2 5.6l1.4-1.4 2.8 2.8L7 8.4zm11.4 11.4 1.4-1.4 2.8 2.8-1.4 1.4zM4.2 18.4 7 15.6 8.4 17l-2.8 2.8zM15.6 7l2.8-2.8 1.4 1.4L17 8.4z";

/** data: {light, dark: the words of the button that leads there, themes: {light, dark: Streamlit's colours}}. Called again when the theme has changed. */
export default function ({ data, parentElement }) {
  const held = (parentElement[KEPT] ??= build(parentElement));
  held.data = data;
  show(held, parentElement);
  return () => {
    if (!(parentElement.host ?? parentElement).isConnected) delete parentElement[KEPT]; // as in streamlit.js
  };
}

function build(root) {
  const button = Object.assign(document.createElement("button"), { type: "button" }),
    words = document.createElement("span"),
    held = { button, words, path: drawn(button) };
  button.append(words);
  button.addEventListener("click", () => choose(held));
  root.append(Object.assign(document.createElement("style"), { textContent: STYLE }), button);
  return held;
}

function drawn(button) {
  const make = (name) => document.createElementNS("http://www.w3.org/2000/svg", name),
    svg = make("svg"),
    path = make("path");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  svg.append(path);
  button.append(svg);
  return path;
}

/** The button names the look that it leads to. */
function show(held, root) {
  const paper = getComputedStyle(root.host ?? root).getPropertyValue("--st-background-color"),
    { light, dark, themes } = held.data;
  held.next = paper.trim().toLowerCase() === themes.dark.backgroundColor.toLowerCase() ? "light" : "dark";
  if (held.chosen && held.chosen !== held.next) remember(held.chosen);
  held.path.setAttribute("d", held.next === "dark" ? MOON : SUN);
  held.words.textContent = held.next === "dark" ? dark : light;
}

function choose(held) {
  const name = (held.chosen = held.next),
    themeInfo = held.data.themes[name];
  window.postMessage({ stCommVersion: 1, type: "SET_CUSTOM_THEME_CONFIG", themeName: name, themeInfo }, location.origin);
}

/** Once it is there: as it arrives Streamlit notes that the theme is none of those that it knows. */
function remember(name) {
  try {
    const key = `stActiveTheme-${location.pathname}-v2`;
    localStorage.setItem(key, JSON.stringify(name === "dark" ? "Dark" : "Light"));
  } catch {
    // without storage it is forgotten with the page
  }
}
