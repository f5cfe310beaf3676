// The figure: the map at the camera on screen as a PNG, in the light theme whatever the page's is, the caption below.
import { compose, ruler } from "./compose.js";
import { draw, font } from "./ink.js";
import { drawRegions } from "../map/regions.js";
import { splat } from "../map/points_2d.js";
import { paintTint } from "../map/tint.js";

const TIMES = 2; // device pixels each CSS pixel, whatever the screen has: sharp in print
const MARGIN = 24;

/** view: {ground, width, height, project, ref, size, palette, state}; caption: text. Returns a PNG blob of twice the size on screen. */
export async function renderPicture(view, caption) {
  const { width, height, palette } = view,
    canvas = document.createElement("canvas"),
    pen = canvas.getContext("2d", { willReadFrequently: true });
  const lines = wrap(caption, ruler(pen, palette.font), width - 2 * MARGIN, 14);
  canvas.width = width * TIMES;
  canvas.height = (height + (lines.length ? lines.length * 20 + 2 * MARGIN - 8 : 0)) * TIMES;
  pen.fillStyle = palette.bg;
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.drawImage(map(view), 0, 0);
  pen.setTransform(TIMES, 0, 0, TIMES, 0, 0);
  write(pen, lines, view);
  return new Promise((done) => canvas.toBlob(done, "image/png"));
}

function map({ ground, width, height, project, ref, size, palette, state }) {
  const layer = () =>
    Object.assign(document.createElement("canvas"), { width: width * TIMES, height: height * TIMES }).getContext("2d", {
      willReadFrequently: true,
    });
  const pen = layer(),
    over = layer(),
    tint = layer(),
    look = { project, ref, palette, blend: state.blend, size, lit: state.lit, width, height, ratio: TIMES };
  paintTint(tint, ground, look);
  pen.drawImage(tint.canvas, 0, 0, pen.canvas.width, pen.canvas.height);
  splat(over, ground, look);
  pen.drawImage(over.canvas, 0, 0);
  if (state.marks.length && state.blend < 0.01) {
    drawRegions(over, ground, state.marks, { project, ref, ratio: TIMES, palette });
    pen.drawImage(over.canvas, 0, 0);
  }
  pen.setTransform(TIMES, 0, 0, TIMES, 0, 0);
  const frame = {
    project,
    ref,
    width,
    height,
    palette,
    scale: 1,
    measure: ruler(pen, palette.font),
    view: state.blend > 0.5 ? "pca" : "map",
    controls: [],
  };
  draw(pen, compose(frame, { ...state, hover: null, slots: new Map() }).ink, palette);
  return pen.canvas;
}

function write(pen, lines, { width, height, palette }) {
  if (!lines.length) return;
  pen.fillStyle = palette.line;
  pen.fillRect(MARGIN, height + 6, width - 2 * MARGIN, 1);
  pen.fillStyle = palette.fg;
  pen.font = font(14, 400, palette.font);
  pen.textBaseline = "middle";
  pen.textAlign = "left";
  lines.forEach((line, i) => pen.fillText(line, MARGIN, height + MARGIN + 4 + i * 20));
}

/** Words into lines no wider than `most`; a word that is too long for a line is broken. */
export function wrap(text, measure, most, size) {
  const lines = [];
  for (const paragraph of String(text ?? "").split("\n")) {
    let line = "";
    for (const word of paragraph
      .split(/\s+/)
      .filter(Boolean)
      .flatMap((word) => pieces(word, measure, most, size))) {
      const longer = line ? `${line} ${word}` : word;
      if (measure(longer, size, 400) <= most) line = longer;
      else {
        lines.push(line);
        line = word;
      }
    }
    if (line) lines.push(line);
  }
  return lines;
}

function pieces(word, measure, most, size) {
  if (measure(word, size, 400) <= most) return [word];
  const out = [""];
  for (const sign of word)
    measure(out.at(-1) + sign, size, 400) > most ? out.push(sign) : (out[out.length - 1] += sign);
  return out;
}
