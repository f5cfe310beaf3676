// The figure: the map at the camera on screen as a PNG, in the light theme whatever the page's is, the caption below.
import { compose, ruler } from "./compose.js";
import { draw } from "./ink.js";
import { drawRegions } from "../map/regions.js";
import { splat } from "../map/points_2d.js";
import { paintTint } from "../map/tint.js";
import { withText } from "./png.js";

const TIMES = 2; // device pixels each CSS pixel, whatever the screen has: sharp in print
const MARGIN = 24;

/** view: {ground, width, height, project, ref, size, palette, state, recipe (what makes it again; goes into the file)}; caption: text. Returns a PNG blob of twice the size on screen. */
export async function renderPicture(view, caption) {
  const { width, height, palette } = view,
    canvas = document.createElement("canvas"),
    pen = canvas.getContext("2d", { willReadFrequently: true });
  const below = captionInk(caption, ruler(pen, palette.font), [0, height, width], palette);
  canvas.width = width * TIMES;
  canvas.height = (height + below.height) * TIMES;
  pen.fillStyle = palette.bg;
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.drawImage(map(view), 0, 0);
  pen.setTransform(TIMES, 0, 0, TIMES, 0, 0);
  draw(pen, below.ink, palette);
  const png = await new Promise((done) => canvas.toBlob(done, "image/png"));
  return view.recipe ? withText(png, "Recipe", JSON.stringify(view.recipe)) : png;
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

/** A line and the caption below it: {ink, height (in pixels, 0 for none)}. [left, top, right]: of the room, which is as high as it must be. */
export function captionInk(text, measure, [left, top, right], palette, margin = MARGIN) {
  const [from, to] = [left + margin, right - margin],
    lines = wrap(text, measure, to - from, 14);
  if (!lines.length) return { ink: [], height: 0 };
  const rule = [
    [from, top + 6],
    [to, top + 6],
    [to, top + 7],
    [from, top + 7],
  ];
  const written = lines.map((line, i) => {
    const at = [from, top + margin + 4 + i * 20];
    return { kind: "text", at, text: line, size: 14, weight: 400, color: palette.fg, halo: false };
  });
  return { ink: [{ kind: "shape", points: rule, fill: palette.line }, ...written], height: lines.length * 20 + 2 * margin - 8 };
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
