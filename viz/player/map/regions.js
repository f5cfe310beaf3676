// Regions on the map: a tint as strong as the share of the dots nearby that are inside, and a hatch where most are. Their posts stand in draw/posts.js.
import { NEAR } from "../geometry.js";
import { tile } from "../state/hatches.js";
import { tintOf } from "../state/nearby.js";
import { HALF } from "../state/question.js";

export const CELL = 6; // CSS pixels: the tint is soft, so that a finer grid would show nothing more
const SOFT = 2; // cells to each side, three times over: how far a dot's tint reaches, where the whole map is seen
const WHOLE = 1.6; // the distance from which that is so; nearer, the dots lie further apart on the screen
const WIDEST = 9;
const CROWD = 0.12; // dots a cell, blurred: with fewer the tint fades, for nothing is known where there are none
const LEAST = 0.25; // the share from which on a tint is seen: every sixth dot of the map is inside somewhere
const STRONGEST = 0.34; // alpha of a tint of 1
const HATCHED = 0.32; // alpha of the hatch, from a share of HALF on, which comes within BLUR to both sides
const BLUR = 0.05;
const SHARP = 5; // of several dots behind one another the ones that are inside count most, or a region would vanish behind what lies before it

/** Draws the regions on a canvas that lies above the ground. frame: {project, ref, ratio, palette}. */
export function drawRegions(context, ground, marks, frame) {
  const { canvas } = context,
    size = CELL * frame.ratio,
    wide = Math.ceil(canvas.width / size) + 1,
    high = Math.ceil(canvas.height / size) + 1;
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.clearRect(0, 0, canvas.width, canvas.height);
  context.imageSmoothingEnabled = true;
  for (const { mark, field } of fieldsOf(ground, marks, frame, wide, high)) {
    const color = frame.palette.marks[mark.tone],
      { tint, hatch, area } = pictures(field, color);
    context.drawImage(tint, -size / 2, -size / 2, wide * size, high * size);
    if (area) hatched(context, mark.hatch, color, frame.ratio, hatch, area, size);
  }
}

/** The fields of the regions that have points, on a grid of wide x high cells of CELL pixels whose first middle lies at [0, 0]: [{mark, field (see fieldOf)}]. */
export function fieldsOf(ground, marks, { project, ref }, wide, high) {
  const shown = marks.filter(({ points }) => points.length);
  if (!shown.length) return [];
  const cells = onScreen(ground, project, wide, high),
    soft = Math.min(WIDEST, Math.max(SOFT, Math.round((SOFT * WHOLE) / ref))),
    crowd = crowdOf(cells, soft, wide, high);
  return shown.map((mark) => ({ mark, field: fieldOf(cells, crowd, tintOf(ground, mark.points), soft, wide, high) }));
}

/** How opaque the tint of a field is in a cell, and its hatch. */
export const tintAlpha = ({ share, cover }, cell) => STRONGEST * strength(share[cell]) * cover[cell];
export const hatchAlpha = ({ share, cover }, cell) => HATCHED * most(share[cell]) * cover[cell];

/** How much of the hatch is seen at a share, 0 to 1. */
const most = (share) => Math.min(1, Math.max(0, (share - HALF + BLUR) / (2 * BLUR)));

/** How strong a share looks, 0 to 1. */
export function strength(share) {
  return Math.min(1, Math.max(0, (share - LEAST) / (1 - LEAST)));
}

/** In which cell of a grid each of the ground's points is seen, -1 for none. */
function onScreen(ground, project, wide, high) {
  const cells = new Int32Array(ground.count),
    place = [0, 0, 0];
  for (let i = 0; i < ground.count; i++) {
    for (let axis = 0; axis < 3; axis++) place[axis] = ground.map[axis][i];
    const [x, y, w] = project(place),
      column = Math.round(x / CELL),
      row = Math.round(y / CELL);
    cells[i] = w < NEAR || column < 0 || row < 0 || column >= wide || row >= high ? -1 : row * wide + column;
  }
  return cells;
}

/** How many dots each cell has, with its surroundings. */
function crowdOf(cells, soft, wide, high) {
  const all = new Float32Array(wide * high);
  for (const cell of cells) if (cell >= 0) all[cell]++;
  return blurred(all, soft, wide, high);
}

/** What is seen in each cell: {share (of the dots there and around, those that are inside first), cover (0 to 1: are there dots?), wide, high}. cells: of each dot; crowd: how many dots a cell and its surroundings have; tint: of each dot; soft: cells over which all is blurred. */
export function fieldOf(cells, crowd, tint, soft, wide, high) {
  const inside = new Float32Array(wide * high);
  for (let i = 0; i < cells.length; i++) if (cells[i] >= 0) inside[cells[i]] += tint[i] ** SHARP;
  const lit = blurred(inside, soft, wide, high),
    share = new Float32Array(wide * high),
    cover = new Float32Array(wide * high);
  for (let cell = 0; cell < share.length; cell++) {
    if (crowd[cell] < 1e-6) continue;
    share[cell] = (lit[cell] / crowd[cell]) ** (1 / SHARP);
    cover[cell] = 1 - Math.exp((-crowd[cell] * soft ** 2) / SOFT ** 2 / CROWD);
  }
  return { share, cover, wide, high };
}

/** Three running means one after another, which are all but a bell curve. */
function blurred(values, soft, wide, high) {
  let out = values;
  for (let pass = 0; pass < 3; pass++) out = mean(mean(out, soft, wide, high, 1, wide), soft, high, wide, wide, 1);
  return out;
}

/** A running mean over 2 soft + 1 cells along lines of `long` cells, `step` apart, for `lines` lines, `next` apart. */
function mean(values, soft, long, lines, step, next) {
  const out = new Float32Array(values.length),
    share = 1 / (2 * soft + 1);
  for (let line = 0; line < lines; line++) {
    const from = line * next;
    let sum = 0;
    for (let k = 0; k < Math.min(soft, long); k++) sum += values[from + k * step];
    for (let k = 0; k < long; k++) {
      if (k + soft < long) sum += values[from + (k + soft) * step];
      if (k > soft) sum -= values[from + (k - soft - 1) * step];
      out[from + k * step] = sum * share;
    }
  }
  return out;
}

/** A field as two pictures of one pixel a cell: the tint, and where it is hatched, with the box of cells in which that is (null: nowhere). */
function pictures(field, color) {
  const { share, wide, high } = field,
    [tint, hatch] = ["tint", "hatch"].map((name) => layer(name, wide, high)),
    [tinted, hatches] = [tint, hatch].map((pen) => pen.createImageData(wide, high)),
    [soft, hard] = [tinted, hatches].map(({ data }) => new Uint32Array(data.buffer)),
    rgb = [1, 3, 5].reduce((all, at, k) => all | (parseInt(color.slice(at, at + 2), 16) << (8 * k)), 0),
    area = [wide, high, 0, 0];
  for (let cell = 0; cell < share.length; cell++) {
    soft[cell] = rgb | (Math.round(255 * tintAlpha(field, cell)) << 24);
    hard[cell] = Math.round(255 * hatchAlpha(field, cell)) << 24;
    if (!most(share[cell])) continue;
    const [column, row] = [cell % wide, Math.floor(cell / wide)];
    area.splice(0, 4, Math.min(area[0], column), Math.min(area[1], row), Math.max(area[2], column), Math.max(area[3], row));
  }
  tint.putImageData(tinted, 0, 0);
  hatch.putImageData(hatches, 0, 0);
  return { tint: tint.canvas, hatch: hatch.canvas, area: area[0] > area[2] ? null : area };
}

/** Canvases that are used again in every frame. */
const layers = new Map();
function layer(name, width, height) {
  if (!layers.has(name)) layers.set(name, document.createElement("canvas").getContext("2d", { willReadFrequently: true }));
  const pen = layers.get(name);
  Object.assign(pen.canvas, { width, height }); // which wipes it
  return pen;
}

/** The hatch, where most of the dots nearby are inside: it tells regions apart without colour. */
function hatched(context, name, color, ratio, mask, [left, top, right, bottom], size) {
  const [x, y] = [left - 1, top - 1].map((cell) => Math.floor(cell * size)),
    [width, height] = [right - left + 3, bottom - top + 3].map((cells) => Math.ceil(cells * size)),
    pen = layer("pattern", width, height);
  pen.translate(-x, -y); // the pattern lies still on the screen, wherever the region is
  pen.fillStyle = pen.createPattern(tile(name, color, ratio), "repeat");
  pen.fillRect(x, y, width, height);
  pen.globalCompositeOperation = "destination-in";
  pen.imageSmoothingEnabled = true;
  pen.drawImage(mask, -size / 2, -size / 2, mask.width * size, mask.height * size);
  context.drawImage(pen.canvas, x, y);
}
