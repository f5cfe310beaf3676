// An answer as lines under the map: where its text breaks, how much of it is written at a token, where the token that is lit lies. Pure but for the ruler.
import { graphemeGroups } from "../words.js";

const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/,
  LEFT_TO_RIGHT = /[A-Za-z\u00c0-\u058f\u0900-\u1fff\u2c00-\ufaff]/;

/** Does a text run from right to left? Its first letter says so. */
export function runsLeft(text) {
  for (const sign of text) {
    if (RIGHT_TO_LEFT.test(sign)) return true;
    if (LEFT_TO_RIGHT.test(sign)) return false;
  }
  return false;
}

/** Does it hold letters of both directions? Then the place of a part does not follow from what stands before it. */
export const runsBothWays = (text) => RIGHT_TO_LEFT.test(text) && LEFT_TO_RIGHT.test(text);

/**
 * The text of one answer, broken into lines. pieces: the texts of its tokens; measure(text): its width; wide: of a line.
 * Returns {text, lines: [[from, to]], spans: of each token [from, to] of the signs that light up with it}; from and to count from the beginning of the text.
 */
export function layout(pieces, measure, wide) {
  const flat = pieces.map((piece) => piece.replace(/\s+/g, " ")), // an answer is one paragraph here
    text = flat.join(""),
    ends = [];
  for (const piece of flat) ends.push((ends.at(-1) ?? 0) + piece.length);
  const spans = graphemeGroups(flat).map(([first, last]) => [first ? ends[first - 1] : 0, ends[last]]);
  return { text, lines: broken(text, (part) => measure(part.trim().replace(/ +/g, " ")), wide), spans };
}

/** Lines no wider than they may be, filled from the first on; a word that is too long is broken between its signs. */
function broken(text, measure, wide) {
  const lines = [];
  let from = 0,
    to = 0; // of the line so far: all that fits
  for (const [start, end] of parts(text, measure, wide)) {
    if (to > from && measure(text.slice(from, end)) > wide) {
      lines.push([from, to]);
      from = start;
    }
    to = end;
  }
  return to > from ? [...lines, [from, to]] : lines;
}

/** What may not be broken: words with the spaces before them and all that hangs on them; where no spaces are written, single words. */
function parts(text, measure, wide) {
  const out = [];
  for (const { segment, index } of new Intl.Segmenter(undefined, { granularity: "word" }).segment(text)) {
    const last = out.at(-1),
      before = last ? text.slice(...last) : "",
      open = !last || (/\s$/.test(before) && before.trim() !== "" && segment.trim() !== "") || (unspaced(segment) && before.trim() !== "");
    if (open) out.push([index, index + segment.length]);
    else last[1] = index + segment.length;
  }
  return out.flatMap(([from, to]) => (measure(text.slice(from, to)) > wide ? signs(text, from, to) : [[from, to]]));
}

/** Scripts that are written without spaces: Chinese, Japanese, Thai and their neighbours. */
const unspaced = (segment) => /^[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]/.test(segment);

function signs(text, from, to) {
  const found = new Intl.Segmenter(undefined, { granularity: "grapheme" }).segment(text.slice(from, to));
  return [...found].map(({ segment, index }) => [from + index, from + index + segment.length]);
}

/** The line in which the last sign that is written at a token lies; 0 before there is any. */
export function lineAt({ lines, spans }, token) {
  const written = spans[Math.min(token, spans.length - 1)]?.[1] ?? 0;
  return Math.max(0, lines.findLastIndex(([from]) => from < written));
}
