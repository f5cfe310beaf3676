// Words of the interface, and how numbers and tokens are said in one line. No DOM.

/** Interface texts: say("tip.token", {token}) fills the braces. An unknown key shows itself, so that a missing text is seen. */
export function texts(strings) {
  const table = strings?.player ?? strings ?? {};
  return (key, values = {}) => {
    const found = key.split(".").reduce((node, part) => node?.[part], table);
    if (typeof found !== "string") return key;
    return found.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
  };
}

/** A share as people read it: "41 %", "0.4 %", "< 0.1 %", "99.6 %", "> 99.9 %": what is not all of it is not said to be. */
export function percent(share) {
  if (share == null || !Number.isFinite(share)) return "–";
  if (share > 0 && share < 0.001) return "< 0.1 %";
  if (share >= 0.9995 && share < 1) return "> 99.9 %";
  return `${(100 * share).toFixed(share < 0.0995 || (share >= 0.985 && share < 1) ? 1 : 0)} %`;
}

/** A token as it can be shown on one line: spaces trimmed, newlines and other white space made visible. */
export function visible(text, end = false) {
  if (end) return "■";
  if (text === "") return "…";
  const shown = text.replace(/\n/g, "↵").replace(/\t/g, "⇥");
  return shown.trim() === "" ? "␣" : shown.trim();
}

/** On one line, and no longer than that many signs. */
export function clip(text, most) {
  const flat = String(text ?? "")
      .replace(/\s+/g, " ")
      .trim(),
    signs = [...flat];
  return signs.length > most ? signs.slice(0, most - 1).join("") + "…" : flat;
}
