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
import { eachPatch } from "../map/tint.js";

const NARROW = 600, // pixels: what is narrower has a narrow margin around its caption
  MARGINS = [14, 24];
const AROUND = 16; // pixels around a road that a figure is cropped to
const LAYERS = 9; // of a region's tint, from faint to strong: no step is seen
const SHADES = 16; // of a colour in the fog, and of its opacity

/**
 * view: {ground, width, height (CSS pixels), project, ref, size (of dots), scale (of type), palette, measure, controls, state, names (a set: of the places that the roads touch), below (text), title, recipe}.
 * choices: {caption, crop (booleans), outlines (a parsed outlines.json, or null), wide (in millimetres, or null)}.
 * Returns {svg, width, height (CSS pixels of the sheet), marks (items of the display list), stage ([width, height] on which it was composed)}.
 */
export function drawFigure(view, { caption = true, crop = false, outlines = null, wide = null }) {
  const { palette, width, height } = view,
    type = typeOf(view, outlines),
    { ink, boards } = composed(view, type);
  const box = crop ? cropped(view, type, { ink, boards }) : [0, 0, width, height],
    [left, top, right, bottom] = box;
  const below = captionInk(caption ? view.below : "", type.measure, [left, bottom, right], palette, MARGINS[right - left < NARROW ? 0 : 1]),
    sheet = [left, top, right, bottom + below.height];
  const kept = crop ? (item) => meets(boxOf(item, type.measure), box) : undefined,
    marks = inkSvg(ink, palette, type, kept),
    ground = groundSvg(view, box, type.defs);
  type.defs.push(tag("clipPath", { id: "stage" }, tag("path", { d: rectPath(box) })));
  const body = [
    palette.clear ? "" : tag("path", { id: "paper", d: rectPath(sheet), fill: palette.bg }),
    tag("g", { "clip-path": "url(#stage)" }, `\n${ground}${tag("g", { id: "marks" }, `\n${marks}`)}\n`),
    below.ink.length ? tag("g", { id: "caption" }, `\n${inkSvg(below.ink, palette, { ...type, name: "line" })}`) : "",
  ];
  return { svg: sheetSvg(view, sheet, type, body.filter(Boolean), wide), width: sheet[2] - sheet[0], height: sheet[3] - sheet[1], marks: ink.length, stage: [width, height] };
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

function groundSvg(view, box, defs) {
  const look = { ...view, blend: view.state.blend, lit: view.state.lit },
    regions = view.state.marks.length && view.state.blend < 0.01 ? regionsSvg(look, defs) : "";
  return [
    tag("g", { id: "land" }, tintSvg(look, box, defs)),
    tag("g", { id: "points" }, pointsSvg(look, box)),
    regions && tag("g", { id: "regions" }, regions),
  ]
    .filter(Boolean)
    .map((layer) => `${layer}\n`)
    .join("");
}

/** Points of one colour, opacity and size stand in one group, the farthest first. */
function pointsSvg(view, [left, top, right, bottom]) {
  const groups = new Map();
  eachPoint(view.ground, view, (x, y, diameter, color, alpha) => {
    const r = short(diameter / 2, 1);
    if (x < left - r || y < top - r || x > right + r || y > bottom + r) return;
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
  "#" + color.map((value) => Math.min(255, Math.round(value / 6) * 6).toString(16).padStart(2, "0")).join("");

/** How opaque a soft disc of the tint is from its middle outwards, as shares of its middle: (1 - r^2)^2. */
const SOFT = [0, 0.2, 0.4, 0.6, 0.8, 1].map((r) => [r, short((1 - r * r) ** 2, 3)]);

function tintSvg(view, [left, top, right, bottom], defs) {
  const known = new Map(),
    out = [];
  eachPatch(view.ground, view, (x, y, radius, color, alpha) => {
    if (x < left - radius || y < top - radius || x > right + radius || y > bottom + radius || alpha < 0.004) return;
    const fill = shade(color);
    if (!known.has(fill)) known.set(fill, `t${known.size}`);
    const look = { fill: `url(#${known.get(fill)})`, "fill-opacity": short(alpha, 3) };
    out.push(tag("circle", { cx: short(x, 1), cy: short(y, 1), r: short(radius, 1), ...look }));
  });
  for (const [color, id] of known) {
    const stops = SOFT.map(([offset, opacity]) => tag("stop", { offset, "stop-color": color, "stop-opacity": opacity }));
    defs.push(tag("radialGradient", { id }, stops.join("")));
  }
  return out.join("");
}

/** Each region as layers of equal strength one above the other, and its hatch where most dots are inside. */
function regionsSvg(view, defs) {
  const { width, height, palette } = view,
    [wide, high] = [width, height].map((side) => Math.ceil(side / CELL) + 1);
  return fieldsOf(view.ground, view.state.marks, view, wide, high)
    .map(({ mark, field }, i) => {
      const color = palette.marks[mark.tone],
        tint = (c, r) => tintAlpha(field, r * wide + c),
        hatch = (c, r) => hatchAlpha(field, r * wide + c);
      return layersSvg(tint, wide, high, color) + hatchedSvg(hatch, wide, high, mark.hatch, color, defs, `r${i}`);
    })
    .join("\n");
}

function layersSvg(at, wide, high, color) {
  const most = peak(at, wide, high),
    out = [];
  let below = 0; // how opaque the layers so far are together
  for (let k = 0; k < LAYERS; k++) {
    const level = ((k + 0.5) / LAYERS) * most,
      wanted = ((k + 1) / LAYERS) * most,
      opacity = 1 - (1 - wanted) / (1 - below);
    below = wanted;
    const d = ringsPath(contours(at, wide, high, level));
    if (d && opacity > 0.002) out.push(tag("path", { d, fill: color, "fill-rule": "evenodd", "fill-opacity": short(opacity, 3) }));
  }
  return out.join("");
}

function hatchedSvg(at, wide, high, name, color, defs, id) {
  const most = peak(at, wide, high),
    rings = most ? contours(at, wide, high, most / 2) : [];
  if (!rings.length) return "";
  const points = rings.flat().map((point) => point.map((value) => value * CELL)),
    box = union(points.map(([x, y]) => [x, y, x, y]));
  return hatchSvg(name, color, box, defs, { id, clip: ringsPath(rings), opacity: short(most, 2) });
}

function peak(at, wide, high) {
  let most = 0;
  for (let r = 0; r < high; r++) for (let c = 0; c < wide; c++) most = Math.max(most, at(c, r));
  return most;
}

const ringsPath = (rings) =>
  rings.map((ring) => `M${ring.map(([c, r]) => `${short(c * CELL, 1)} ${short(r * CELL, 1)}`).join("L")}z`).join("");

// ---- what is kept of a sheet that is cropped

/** The box around roads, starts and the names that belong to them; words that it would cut through are in it whole. */
function cropped({ width, height, names }, { measure }, { ink, boards }) {
  const boxes = storyBoxes({ ink, boards }, { names, close: false, free: [0, 0, width, height], measure });
  if (!boxes.length) return [0, 0, width, height];
  const within = ([left, top, right, bottom]) => [Math.max(0, left), Math.max(0, top), Math.min(width, right), Math.min(height, bottom)],
    around = ([left, top, right, bottom]) => within([left - AROUND, top - AROUND, right + AROUND, bottom + AROUND]);
  const words = ink.filter(({ kind }) => kind === "text" || kind === "board").map((item) => boxOf(item, measure));
  let box = around(union(boxes));
  for (let round = 0; round < 3; round++) box = within(union([box, ...words.filter((word) => meets(word, box)).map(wider)]));
  return box.map(Math.round);
}

const wider = ([left, top, right, bottom]) => [left - 4, top - 3, right + 4, bottom + 3];
const meets = (a, b) => a[0] < b[2] && a[2] > b[0] && a[1] < b[3] && a[3] > b[1];

// ---- the document

const FAMILIES = ["Source Sans 3", "Source Sans Pro"]; // what Source Sans is called where it is installed

function sheetSvg({ title, below, recipe, palette }, [left, top, right, bottom], type, body, wide) {
  const [width, height] = [right - left, bottom - top],
    size = wide ? { width: `${wide}mm`, height: `${short((wide * height) / width, 3)}mm` } : { width: short(width), height: short(height) };
  const family = /source sans/i.test(palette.font) ? [...FAMILIES.map((name) => `'${name}'`), palette.font].join(", ") : palette.font;
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
