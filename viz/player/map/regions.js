// Regions on the map: a tint as strong as the share of the dots nearby that are inside, and a hatch where most are. Their posts stand in draw/posts.js.
import { NEAR } from "../geometry.js";
import { tile } from "../state/hatches.js";
import { tintOf } from "../state/nearby.js";

const CELL = 6; // CSS pixels: the tint is soft, so that a finer grid would show nothing more
const SOFT = 3; // cells: how far a dot's tint reaches
const CROWD = 0.5; // dots a cell, blurred: with fewer the tint fades, for nothing is known where there are none
const LEAST = 0.25; // the share from which on a tint is seen: every sixth dot of the map is inside somewhere
const STRONGEST = 0.4; // alpha of a tint of 1
const SHARP = 5; // of several dots behind one another the ones that are inside count most, or a region would vanish behind what lies before it

/** Draws the regions on a canvas that lies above the ground. frame: {project, ratio, palette}. */
export function drawRegions(context, ground, marks, frame) {
  const { canvas } = context,
    { ratio } = frame,
    wide = Math.ceil(canvas.width / (CELL * ratio)) + 1,
    high = Math.ceil(canvas.height / (CELL * ratio)) + 1;
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.clearRect(0, 0, canvas.width, canvas.height);
  context.imageSmoothingEnabled = true;
  context.imageSmoothingQuality = "high";
  const shown = marks.filter(({ points }) => points.length);
  if (!shown.length) return;
  const dots = onScreen(ground, frame.project, wide, high);
  for (const mark of shown) {
    const color = frame.palette.marks[mark.tone],
      field = fieldOf(dots, tintOf(ground, mark.points), wide, high);
    spread(context, image(field, color, (share) => STRONGEST * strength(share)), ratio);
    context.drawImage(hatched(mark.hatch, color, canvas, ratio, field), 0, 0);
  }
}

/** How strong a share looks, 0 to 1. */
export function strength(share) {
  return Math.min(1, Math.max(0, (share - LEAST) / (1 - LEAST)));
}

/** Where the ground's points lie on a grid of cells, and which; those that cannot be seen are left out. */
function onScreen(ground, project, wide, high) {
  const seen = [],
    place = [0, 0, 0];
  for (let i = 0; i < ground.count; i++) {
    for (let axis = 0; axis < 3; axis++) place[axis] = ground.map[axis][i];
    const [x, y, w] = project(place);
    if (w < NEAR) continue;
    const column = Math.round(x / CELL),
      row = Math.round(y / CELL);
    if (column >= 0 && row >= 0 && column < wide && row < high) seen.push([row * wide + column, i]);
  }
  return seen;
}

/** What is seen in each cell: {share (of the dots there and around, the inside ones first), cover (0 to 1: are there dots?), wide, high}. */
export function fieldOf(dots, tint, wide, high) {
  const all = new Float32Array(wide * high),
    inside = new Float32Array(wide * high);
  for (const [cell, i] of dots) {
    all[cell] += 1;
    inside[cell] += tint[i] ** SHARP;
  }
  const crowd = blurred(all, wide, high),
    lit = blurred(inside, wide, high),
    share = crowd.map((value, cell) => (value > 1e-6 ? (lit[cell] / value) ** (1 / SHARP) : 0)),
    cover = crowd.map((value) => 1 - Math.exp(-value / (CROWD / 4)));
  return { share, cover, wide, high };
}

/** Three running means one after another, which are all but a bell curve. */
function blurred(values, wide, high) {
  let out = values;
  for (let pass = 0; pass < 3; pass++) out = mean(mean(out, wide, high, 1, wide), high, wide, wide, 1);
  return out;
}

/** A running mean along lines of `long` cells, `step` apart, for `lines` lines, `next` apart. */
function mean(values, long, lines, step, next) {
  const out = new Float32Array(values.length),
    reach = Math.floor(SOFT / 2) + 1;
  for (let line = 0; line < lines; line++) {
    let sum = 0;
    const at = (k) => (k < 0 || k >= long ? 0 : values[line * next + k * step]);
    for (let k = -reach; k < reach; k++) sum += at(k);
    for (let k = 0; k < long; k++) {
      sum += at(k + reach) - at(k - reach - 1);
      out[line * next + k * step] = sum / (2 * reach + 1);
    }
  }
  return out;
}

/** A field as a picture, one pixel a cell. alpha(share): 0 to 1. */
function image({ share, cover, wide, high }, color, alpha) {
  const canvas = Object.assign(document.createElement("canvas"), { width: wide, height: high }),
    pen = canvas.getContext("2d", { willReadFrequently: true }),
    picture = pen.createImageData(wide, high),
    rgb = [1, 3, 5].map((at) => parseInt(color.slice(at, at + 2), 16));
  for (let cell = 0; cell < wide * high; cell++)
    picture.data.set([...rgb, Math.round(255 * alpha(share[cell]) * cover[cell])], 4 * cell);
  pen.putImageData(picture, 0, 0);
  return canvas;
}

/** A picture of cells over the whole canvas; a cell's middle lies where it was counted. */
function spread(context, cells, ratio) {
  const size = CELL * ratio;
  context.drawImage(cells, -size / 2, -size / 2, cells.width * size, cells.height * size);
}

/** The hatch, where most of the dots nearby are inside: it tells regions apart without colour. */
function hatched(name, color, { width, height }, ratio, field) {
  const layer = Object.assign(document.createElement("canvas"), { width, height }),
    pen = layer.getContext("2d");
  pen.fillStyle = pen.createPattern(tile(name, color, ratio), "repeat");
  pen.fillRect(0, 0, width, height);
  pen.globalCompositeOperation = "destination-in";
  pen.imageSmoothingEnabled = true;
  spread(
    pen,
    image(field, color, (share) => 0.5 * Math.min(1, Math.max(0, (share - 0.45) / 0.1))),
    ratio,
  );
  return layer;
}
