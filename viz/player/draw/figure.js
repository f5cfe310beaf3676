// The map at a camera as a true-vector SVG: tint, regions and points of the ground, above them the display list, the caption below. Pure: a view in, text out.
import { compose } from "./compose.js";
import { contours } from "./contours.js";
import { boxOf, storyBoxes, union } from "./extent.js";
import { font } from "./ink.js";
import { typesetter } from "./outlines.js";
import { captionInk } from "./picture.js";
import { escape, hatchSvg, inkSvg, rectPath, short, tag } from "./svg.js";
import { eachPoint } from "../map/points_2d.js";
import { CELL, fieldsOf, hatchAlpha, tintAlpha } from "../map/regions.js";
import { tints } from "../map/tint.js";

const NARROW = 600, // pixels: what is narrower has a narrow margin around its caption
  MARGINS = [14, 24];
const AROUND = 16, // pixels around a road that a figure is cropped to
  BESIDE = 0.5; // how far beside the stage it may reach, as a share of it: a flag may lie there
const FAINT = 0.024, // opacity that each layer of the land adds, and of a region: hardly a step is seen; finer ones get lost in eight bits
  STRONG = 0.03;
const GRAIN = 14; // pixels of a cell of the land, which is soft
const SHADES = 16; // of a colour in the fog, and of its opacity

/**
 * view: {ground, width, height (CSS pixels), project, ref, size (of dots), scale (of type), palette, measure, controls, state, names (a set: of the places that the roads touch), below (text), title, recipe}.
 * choices: {caption, crop (booleans), outlines (a parsed outlines.json, or null), wide (in millimetres, or null)}.
 * Returns {svg, width, height (CSS pixels of the sheet), marks (items of the display list)}.
 */
export function drawFigure(view, { caption = true, crop = false, outlines = null, wide = null }) {
  const { palette, width, height } = view,
    type = typeOf(view, outlines),
    { ink, boards } = composed(view, type);
  const box = crop ? cropped(view, type, { ink, boards }) : [0, 0, width, height],
    [left, top, right, bottom] = box;
  const below = captionInk(
      caption ? view.below : "",
      type.measure,
      [left, bottom, right],
      palette,
      MARGINS[right - left < NARROW ? 0 : 1],
    ),
    sheet = [left, top, right, bottom + below.height];
  const kept = crop ? (item) => meets(boxOf(item, type.measure), box) : undefined,
    marks = inkSvg(ink, palette, type, kept),
    ground = groundSvg(view, box, type.defs);
  type.defs.push(tag("clipPath", { id: "stage" }, tag("path", { d: rectPath(box) })));
  const body = [
    palette.clear ? "" : tag("path", { id: "paper", d: rectPath(sheet), fill: palette.bg }),
    tag("g", { "clip-path": "url(#stage)" }, `\n${ground}\n${tag("g", { id: "marks" }, `\n${marks}`)}\n`),
    below.ink.length ? tag("g", { id: "caption" }, `\n${inkSvg(below.ink, palette, { ...type, name: "line" })}`) : "",
  ];
  return {
    svg: sheetSvg(view, sheet, type, body.filter(Boolean), wide),
    width: sheet[2] - sheet[0],
    height: sheet[3] - sheet[1],
    marks: ink.length,
  };
}

/** How letters are measured and where they stand: as in the browser, or, where they become paths, as their outlines say. */
function typeOf({ measure, palette }, outlines) {
  const set = outlines && typesetter(outlines),
    middle = baselines(palette.font);
  return {
    measure: set ? (text, size, weight) => set.measure(text, size, weight) ?? measure(text, size, weight) : measure,
    baseline: set ? set.baseline : middle,
    outlines: set,
    defs: [],
  };
}

/** How far below its middle a text stands, as the canvas sees it. A sheet says it in numbers: few programs agree about `dominant-baseline`. */
function baselines(family) {
  const pen = document.createElement("canvas").getContext("2d"),
    known = new Map();
  return (size, weight) => {
    const key = `${weight}/${size}`;
    if (!known.has(key)) {
      pen.font = font(size, weight, family);
      const [low, middle] = ["alphabetic", "middle"].map((line) => {
        pen.textBaseline = line;
        return pen.measureText("x").actualBoundingBoxAscent;
      });
      known.set(key, low - middle);
    }
    return known.get(key);
  };
}

function composed({ project, ref, width, height, palette, scale, controls, state }, { measure }) {
  const view = state.blend > 0.5 ? "pca" : "map",
    list = compose({ project, ref, width, height, palette, scale, measure, view, controls }, { ...state, hover: null });
  return palette.firm ? { ...list, ink: list.ink.map(firm) } : list;
}

const firm = (item) => (item.kind === "text" ? { ...item, alpha: undefined } : item);

// ---- the ground

/** What lies below the display list, as far as it is within a box. */
function groundSvg(view, [left, top, right, bottom], defs) {
  const moved = ([x, y, w]) => [x - left, y - top, w],
    { blend, lit, marks } = view.state;
  // Shapes are counted from the box's corner on: grids begin there.
  const look = {
      ...view,
      blend,
      lit,
      project: (point) => moved(view.project(point)),
      width: right - left,
      height: bottom - top,
      high: view.height,
    },
    regions = marks.length && blend < 0.01 ? regionsSvg(look, defs) : "";
  const layers = [
    tag("g", { id: "land" }, tintSvg(look)),
    tag("g", { id: "points" }, pointsSvg(look)),
    regions && tag("g", { id: "regions" }, regions),
  ];
  return tag(
    "g",
    { id: "ground", transform: left || top ? `translate(${short(left)} ${short(top)})` : null },
    layers.filter(Boolean).join("\n"),
  );
}

/** Points of one colour, opacity and size stand in one group, the farthest first. */
function pointsSvg(view) {
  const groups = new Map();
  eachPoint(view.ground, view, (x, y, diameter, color, alpha) => {
    const r = short(diameter / 2, 1);
    if (x < -r || y < -r || x > view.width + r || y > view.height + r) return;
    const key = `${r}|${shade(color)}|${step(alpha)}`;
    if (!groups.has(key)) groups.set(key, { r, fill: shade(color), opacity: step(alpha), dots: [] });
    groups.get(key).dots.push(tag("circle", { cx: short(x, 1), cy: short(y, 1), r }));
  });
  return [...groups.values()]
    .sort((a, b) => a.r - b.r || a.opacity - b.opacity)
    .map(({ fill, opacity, dots }) => tag("g", { fill, "fill-opacity": opacity }, dots.join("")))
    .join("\n");
}

const step = (alpha) => short(Math.max(1, Math.round(alpha * 2 * SHADES)) / (2 * SHADES), 3);

/** A colour as "#rrggbb", in steps that nobody sees. */
const shade = (color) =>
  "#" +
  color
    .map((value) =>
      Math.min(255, Math.round(value / 6) * 6)
        .toString(16)
        .padStart(2, "0"),
    )
    .join("");

/** The land of each theme as layers, one theme above the other. */
const tintSvg = (view) =>
  tints(view.ground, view, GRAIN)
    .map((tint) => layersSvg(tint, shade(tint.color), FAINT, 0).join(""))
    .join("\n");

/** Each region as layers of equal strength one above the other, and its hatch where most dots are inside. */
function regionsSvg(view, defs) {
  const { width, height, palette } = view,
    [wide, high] = [width, height].map((side) => Math.ceil(side / CELL) + 1);
  return fieldsOf(view.ground, view.state.marks, view, wide, high)
    .map(({ mark, field }, i) => {
      const color = palette.marks[mark.tone],
        grid = (alpha) => ({ at: (c, r) => alpha(field, r * wide + c), wide, high, cell: CELL });
      return (
        layersSvg(grid(tintAlpha), color, STRONG, 1).join("") +
        hatchedSvg(grid(hatchAlpha), mark.hatch, color, defs, `r${i}`)
      );
    })
    .join("\n");
}

/** What fades softly, as outlines filled one above the other, so that together they are as opaque as it is; each adds about `step` of opacity. grid: {at(column, row), wide, high, cell}. A list, the faintest first. */
function layersSvg(grid, fill, step, digits) {
  const most = peak(grid),
    count = Math.ceil(most / step),
    at = (k) => (k / count) * most;
  const levels = Array.from({ length: count }, (_, k) => at(k + 0.5));
  return contours(grid, levels).map((rings, k) => {
    const opacity = short(1 - (1 - at(k + 1)) / (1 - at(k)), 4);
    return tag("path", {
      d: ringsPath(rings, grid.cell, digits),
      fill,
      "fill-rule": "evenodd",
      "fill-opacity": opacity,
    });
  });
}

/** A hatch where it is at least half as strong as anywhere: its edge is sharp, as a clip is. */
function hatchedSvg(grid, name, color, defs, id) {
  const most = peak(grid),
    [rings] = most ? contours(grid, [most / 2]) : [[]];
  if (!rings.length) return "";
  const box = union(rings.flat().map(([c, r]) => [c, r, c, r].map((value) => value * grid.cell)));
  return hatchSvg(name, color, box, defs, { id, clip: ringsPath(rings, grid.cell, 1), opacity: short(most, 2) });
}

function peak({ at, wide, high }) {
  let most = 0;
  for (let r = 0; r < high; r++) for (let c = 0; c < wide; c++) most = Math.max(most, at(c, r));
  return most;
}

/** Rings as path data, in ways from point to point: half as long as places. */
function ringsPath(rings, cell, digits) {
  const unit = 10 ** digits,
    places = (ring) => ring.map((point) => point.map((value) => Math.round(value * cell * unit)));
  return rings
    .map((ring) => {
      let at = [0, 0];
      const ways = places(ring).map(([x, y]) => {
        const way = [x - at[0], y - at[1]].map((value) => short(value / unit, digits));
        at = [x, y];
        return `${way[0]}${way[1] < 0 ? "" : " "}${way[1]}`;
      });
      return `M${ways[0]}l${ways.slice(1).join(" ").replaceAll(" -", "-")}z`;
    })
    .join("");
}

// ---- what is kept of a sheet that is cropped

/** The box around roads, starts and the names that belong to them; words that it would cut through are in it whole. */
function cropped({ width, height, names }, { measure }, { ink, boards }) {
  const boxes = storyBoxes({ ink, boards }, { names, close: false, free: [0, 0, width, height], measure });
  if (!boxes.length) return [0, 0, width, height];
  const [aside, above] = [BESIDE * width, BESIDE * height],
    within = ([left, top, right, bottom]) => [
      Math.max(-aside, left),
      Math.max(-above, top),
      Math.min(width + aside, right),
      Math.min(height + above, bottom),
    ],
    around = ([left, top, right, bottom]) => within([left - AROUND, top - AROUND, right + AROUND, bottom + AROUND]);
  const words = ink.filter(({ kind }) => kind === "text" || kind === "board").map((item) => boxOf(item, measure));
  let box = around(union(boxes));
  for (let round = 0; round < 3; round++)
    box = within(union([box, ...words.filter((word) => meets(word, box)).map(wider)]));
  return box.map(Math.round);
}

const wider = ([left, top, right, bottom]) => [left - 8, top - 6, right + 8, bottom + 6];
const meets = (a, b) => a[0] < b[2] && a[2] > b[0] && a[1] < b[3] && a[3] > b[1];

// ---- the document

const FAMILIES = ["Source Sans 3", "Source Sans Pro"]; // what Source Sans is called where it is installed

function sheetSvg({ title, below, recipe, palette }, [left, top, right, bottom], type, body, wide) {
  const [width, height] = [right - left, bottom - top],
    size = wide
      ? { width: `${wide}mm`, height: `${short((wide * height) / width, 3)}mm` }
      : { width: short(width), height: short(height) };
  const family = /source sans/i.test(palette.font)
    ? [...FAMILIES.map((name) => `'${name}'`), palette.font].join(", ")
    : palette.font;
  const head = {
    xmlns: "http://www.w3.org/2000/svg",
    "xmlns:xlink": "http://www.w3.org/1999/xlink",
    ...size,
    viewBox: [left, top, width, height].map((value) => short(value)).join(" "),
    "font-family": escape(family.replaceAll('"', "'")),
    role: "img",
    "aria-labelledby": "title desc",
  };
  const inner = [
    tag("title", { id: "title" }, escape(title)),
    tag("desc", { id: "desc" }, escape(below)),
    tag("metadata", { id: "recipe" }, escape(JSON.stringify(recipe))),
    tag("defs", {}, type.defs.join("")),
    ...body,
  ];
  return `<?xml version="1.0" encoding="UTF-8"?>\n${tag("svg", head, `\n${inner.join("\n")}\n`)}\n`;
}
