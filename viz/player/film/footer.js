// What stands around the map of a film: title and program above it, below it the question, and the answers as they are written. Sizes are of a picture 720 pixels high, and grow with it.
import { clip } from "../words.js";
import { font } from "../draw/ink.js";
import { layout, lineAt, runsBothWays, runsLeft } from "./lines.js";
import { ruler } from "../draw/compose.js";

const TITLE = 25,
  ANSWER = 27,
  SMALL = 21,
  LEAST = 12; // pixels: smaller type cannot be read at any size of the picture
const LINE = 1.36; // heights of type
const MARGIN = 44,
  GAP = 48, // between two columns
  BADGE = 30;
const FADE = 40; // over which the map vanishes above the words

/** How large everything is in a picture of this size: 1 where its shorter side is 720 pixels. */
export const unitOf = ({ width, height }) => Math.min(width, height) / 720;

/** The words of a film, laid out once: {unit, high (of the map above them), ...} for `drawWords`. film: {title, program, question, system (or ""), heads (a line above each answer, or ""), roads: [pieces of each answer]}; pen: a context to measure with. */
export function wordsOf(film, { width, height }, family, pen) {
  const unit = unitOf({ width, height }),
    size = (value) => Math.max(LEAST, value * unit),
    answer = size(ANSWER),
    measure = ruler(pen, family),
    beside = film.roads.length > 1 && width >= 900 * unit,
    margin = MARGIN * unit,
    badge = film.roads.length > 1 ? (BADGE + 14) * unit : 0,
    wide = (beside ? (width - 2 * margin - GAP * unit) / 2 : width - 2 * margin) - badge,
    texts = film.roads.map((pieces) => layout(pieces, (text) => measure(text, answer, 500), wide));
  const most = beside ? 3 : film.roads.length > 1 ? 2 : width >= height ? 2 : 4,
    rows = Math.min(most, Math.max(1, ...texts.map(({ lines }) => lines.length))),
    head = film.heads.some(Boolean) ? size(SMALL) * LINE : 0,
    block = head + rows * answer * LINE,
    blocks = beside ? 1 : film.roads.length,
    asked = film.question || film.system ? size(SMALL + 2) * LINE + 10 * unit : 0,
    below = film.roads.length ? asked + blocks * block + (blocks - 1) * 14 * unit + 22 * unit : 0;
  return { ...film, texts, unit, size, answer, measure, beside, margin, badge, wide, rows, head, block, asked, family, width, height, high: Math.round(height - below) };
}

/** Boxes of what stands on the map, and of its foot, where it vanishes: no name is put there. */
export function coveredBoxes({ title, program, unit, size, measure, margin, width, high }) {
  const top = 20 * unit + size(TITLE) * LINE,
    names = measure(program, size(SMALL), 500) + margin;
  return [
    ...(title ? [[0, 0, margin + measure(clip(title, 60), size(TITLE), 700) + 12, top]] : []),
    [width - names - 12, 0, width, top],
    [0, high - FADE * 0.6 * unit, width, high],
  ];
}

/** Draws them. times: the token to which each road has come, in this picture and in the ones before it, newest first. */
export function drawWords(pen, words, palette, times) {
  const { width, height, high, unit, roads, margin, asked, block, beside, wide, badge } = words;
  if (roads.length) {
    veil(pen, [high, -FADE * unit], width, palette);
    pen.fillStyle = palette.bg;
    pen.fillRect(0, high, width, height - high);
  }
  veil(pen, [0, FADE * 2.4 * unit], width, palette);
  drawTitle(pen, words, palette);
  drawQuestion(pen, words, palette, high);
  words.texts.forEach((text, which) => {
    const left = margin + (beside ? which * (wide + badge + GAP * unit) : 0),
      top = high + asked + (beside ? 0 : which * (block + 14 * unit));
    drawAnswer(pen, words, palette, { text, which, left: left + badge, top, times: times.map((indices) => indices[which]) });
  });
}

/** The paper's colour, thinner and thinner from an edge of the map on. */
function veil(pen, [edge, by], width, { bg }) {
  const fade = pen.createLinearGradient(0, edge, 0, edge + by);
  fade.addColorStop(0, by > 0 ? `${bg}cc` : bg);
  fade.addColorStop(1, `${bg}00`);
  pen.fillStyle = fade;
  pen.fillRect(0, Math.min(edge, edge + by), width, Math.abs(by));
}

function drawTitle(pen, { title, program, size, margin, unit, width, family }, palette) {
  const y = 20 * unit + size(TITLE) / 2;
  written(pen, clip(title, 60), [margin, y], { size: size(TITLE), weight: 700, color: palette.fg, family, halo: palette.bg, most: width * 0.6 });
  written(pen, program, [width - margin, y], { size: size(SMALL), weight: 500, color: palette.muted, family, halo: palette.bg, align: "right" });
}

/** The question, after the system prompt on its flag where the roads share one. */
function drawQuestion(pen, { question, system, size, margin, unit, width, family, measure }, palette, high) {
  const type = size(SMALL + 2),
    y = high + (type * LINE) / 2,
    most = width - 2 * margin;
  let x = margin;
  if (system) {
    flag(pen, [x + 2 * unit, y], type, palette);
    const words = clip(system, 70);
    written(pen, words, [x + type, y], { size: type, weight: 400, color: palette.muted, family, most: most * 0.5 });
    x += type + Math.min(most * 0.5, measure(words, type, 400)) + 18 * unit;
  }
  written(pen, clip(question, 160), [x, y], { size: type, weight: 600, color: palette.fg, family, most: width - margin - x });
}

function flag(pen, [x, y], size, palette) {
  pen.fillStyle = palette.muted;
  pen.fillRect(x, y - size * 0.45, size * 0.09, size * 0.9);
  pen.beginPath();
  pen.moveTo(x, y - size * 0.45);
  pen.lineTo(x + size * 0.62, y - size * 0.2);
  pen.lineTo(x, y + size * 0.05);
  pen.fill();
}

/** One line of words, no wider than `most`: a longer one ends in dots. */
function written(pen, text, [x, y], { size, weight, color, family, halo = null, align = "left", most = Infinity }) {
  if (!text) return;
  Object.assign(pen, { font: font(size, weight, family), textAlign: align, textBaseline: "middle", direction: "ltr" });
  const shown = fitted(text, (words) => pen.measureText(words).width, most);
  if (halo) {
    Object.assign(pen, { lineWidth: size * 0.3, strokeStyle: halo, lineJoin: "round" });
    pen.strokeText(shown, x, y);
  }
  pen.fillStyle = color;
  pen.fillText(shown, x, y);
}

function fitted(text, measure, most) {
  if (measure(text) <= most) return text;
  const signs = [...text];
  while (signs.length && measure(`${signs.join("")}…`) > most) signs.pop();
  return `${signs.join("").trimEnd()}…`;
}

/** An empty line of an answer is one space here. */
const tidy = (text) => text.replace(/ +/g, " ");

/** One answer, as far as it is written: the lines move up where there are more than there is room for. */
function drawAnswer(pen, words, palette, { text, which, left, top, times }) {
  const { head, rows, answer, wide, heads, size, family, badge, unit } = words,
    line = answer * LINE,
    over = times.map((token) => Math.max(0, lineAt(text, token) - rows + 1)),
    up = over.reduce((sum, lines) => sum + lines, 0) / over.length;
  if (badge) letter(pen, [left - badge + (BADGE * unit) / 2, top + (head || line) / 2], (BADGE * unit) / 2, "AB"[which], palette, which, family);
  if (head) written(pen, heads[which], [left, top + head / 2], { size: size(SMALL), weight: 500, color: palette.roads[which], family, most: wide });
  pen.save();
  pen.beginPath();
  pen.rect(left - answer, top + head, wide + 2 * answer, rows * line);
  pen.clip();
  text.lines.forEach((range, i) => {
    const y = top + head + (i - up + 0.5) * line;
    if (i > up - 1 && i < up + rows) drawLine(pen, words, palette, { text, range, token: times[0], which, at: [left, y] });
  });
  pen.restore();
}

function letter(pen, [x, y], radius, name, palette, which, family) {
  pen.fillStyle = palette.roads[which];
  pen.beginPath();
  pen.arc(x, y, radius, 0, 2 * Math.PI);
  pen.fill();
  written(pen, name, [x, y + radius * 0.06], { size: radius * 1.3, weight: 700, color: palette.ink, family, align: "center" });
}

/** One line as far as it is written, the token that is lit on its road's colour. */
function drawLine(pen, { answer, wide, family }, palette, { text: { text, spans }, range: [from, to], token, which, at: [left, y] }) {
  const [lit, end] = spans[Math.min(token, spans.length - 1)] ?? [0, 0],
    start = from + (text.slice(from, to).length - text.slice(from, to).trimStart().length), // a line begins with no space
    shown = tidy(text.slice(start, Math.min(to, end))),
    back = runsLeft(text),
    x = back ? left + wide : left;
  if (!shown.trim()) return;
  Object.assign(pen, { font: font(answer, 500, family), textBaseline: "middle", direction: back ? "rtl" : "ltr", textAlign: back ? "right" : "left", fillStyle: palette.fg });
  pen.fillText(shown, x, y);
  const box = litBox(pen, text, { start, end: Math.min(to, end), lit: Math.max(start, lit), back, x });
  if (box) light(pen, box, { y, answer, color: palette.roads[which], ink: palette.ink, shown, x });
}

/** From where to where on its line the lit token goes; null where nothing of it is seen there, or where its place is not known. */
function litBox(pen, text, { start, end, lit, back, x }) {
  const from = lit + (text.slice(lit, end).length - text.slice(lit, end).trimStart().length),
    to = lit + text.slice(lit, end).trimEnd().length;
  if (to <= from || runsBothWays(text.slice(start, end))) return null;
  const wide = (words) => pen.measureText(tidy(words)).width,
    [near, far] = [wide(text.slice(start, from)), wide(text.slice(start, to))];
  return back ? [x - far, x - near] : [x + near, x + far];
}

function light(pen, [left, right], { y, answer, color, ink, shown, x }) {
  pen.save();
  pen.beginPath();
  pen.roundRect(left - answer * 0.05, y - answer * 0.62, right - left + answer * 0.1, answer * 1.24, answer * 0.14);
  pen.fillStyle = color;
  pen.fill();
  pen.clip();
  pen.fillStyle = ink;
  pen.fillText(shown, x, y);
  pen.restore();
}
