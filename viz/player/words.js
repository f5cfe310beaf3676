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

// Most answers are plain, and then a token is a grapheme or more: no need to ask the segmenter at every token.
const PLAIN = /^[\x00-\x7f]*$/;

/** For each token the tokens [from, to] that share its grapheme: parts of one emoji light up together. A token without text joins the next one. */
export function graphemeGroups(pieces) {
  const groups = pieces.map((_, i) => [i, i]),
    text = pieces.join("");
  if (PLAIN.test(text) && pieces.every((piece) => piece !== "")) return groups;
  const cuts = new Set();
  for (const { index } of new Intl.Segmenter(undefined, { granularity: "grapheme" }).segment(text)) cuts.add(index);
  let from = 0,
    at = 0;
  pieces.forEach((piece, i) => {
    at += piece.length;
    const open = i + 1 < pieces.length && (piece === "" || (!cuts.has(at) && at < text.length));
    if (open) return;
    for (let k = from; k <= i; k++) groups[k] = [from, i];
    from = i + 1;
  });
  return groups;
}
