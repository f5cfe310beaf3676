// The display list as SVG: one group for each item, in order, that says which it is (data-mark). Plain shapes that every program draws: no bitmap, no pattern, no filter, no style sheet, no script, nothing from outside.
import { BOARD_ROUND, TEXT_HALO, arrowTips, boardCorners, boardEdge, strikeOf } from "./ink.js";
import { hatchOf } from "../state/hatches.js";
import { parseColor } from "./theme.js";

/** A list as SVG text. palette: colours of background and type; type: {measure(text, size, weight), baseline(size, weight) (how far below the middle of a text it stands), family, outlines (or null), defs (gets what is defined once), name (of a group: "mark")}; keep(item): is it drawn? Returns the groups, a line each. */
export function inkSvg(list, palette, type, keep = () => true) {
  return list.map((item, i) => (keep(item) ? mark(item, i, palette, type) : "")).join("");
}

function mark(item, i, palette, { name = "mark", ...type }) {
  const inner = PENS[item.kind](item, palette, { ...type, id: `${name}${i}` }),
    alpha = item.alpha ?? 1;
  return `<g data-${name}="${i}" data-kind="${item.kind}"${alpha < 1 ? ` opacity="${short(alpha, 3)}"` : ""}>${inner}</g>\n`;
}

const PENS = {
  line: ({ a, b, ...look }) => tag("path", { d: `M${at(a)}L${at(b)}`, ...stroked(look) }),
  path: ({ points, ...look }) => tag("path", { d: pathOf(points), ...stroked(look), "stroke-linejoin": "round" }),
  curve({ a, via, b, arrow, ...look }) {
    const line = tag("path", { d: `M${at(a)}Q${at(via)} ${at(b)}`, ...stroked({ ...look, cap: "round" }) });
    if (!arrow) return line;
    const d = arrowTips(via, b, arrow)
      .map((tip) => `M${at(b)}L${at(tip)}`)
      .join("");
    return line + tag("path", { d, ...stroked({ ...look, dash: null, cap: "round" }) });
  },
  dot({ at: [cx, cy], radius, fill, stroke, width = 1.5 }) {
    return tag("circle", {
      cx: short(cx),
      cy: short(cy),
      r: short(Math.max(0.1, radius)),
      ...filled(fill, stroke, width),
    });
  },
  shape({ points, fill, stroke, width = 1.5 }) {
    return tag("path", { d: `${pathOf(points)}z`, ...filled(fill, stroke, width), "stroke-linejoin": "round" });
  },
  text: textSvg,
  board({ box, color, shape, notch, swatch, hatch }, palette, { id, defs }) {
    const [left, top, right, bottom] = box.map((value) => short(value)),
      corners = boardCorners(box, shape, notch);
    const sized = { x: left, y: top, width: short(right - left), height: short(bottom - top), rx: BOARD_ROUND };
    const outline = (look) =>
      corners
        ? tag("path", { d: `${pathOf(corners)}z`, "stroke-linejoin": "round", ...look })
        : tag("rect", { ...sized, ...look });
    const hatched = hatch ? hatchSvg(hatch, color, swatch, defs, { id: `${id}h`, clip: rectPath(swatch) }) : "";
    return outline(filled(palette.bg)) + hatched + outline(filled(null, color, boardEdge(shape)));
  },
};

/** Type is written twice, halo first: not every program knows `paint-order`, and a halo above its letters would hide them. */
function textSvg({ at: [x, y], text, size, weight = 400, color, align = "left", halo = true, struck }, palette, type) {
  const plain = sayable(text),
    outline = type.outlines?.path(plain, weight),
    write = outline ? outlined : lettered,
    wide = type.measure(plain, size, weight),
    given = { x, y: y + type.baseline(size, weight), plain, size, weight, align, wide, outline, id: type.id };
  const around = {
    fill: "none",
    ...paint("stroke", palette.bg),
    "stroke-linejoin": "round",
    "stroke-linecap": "round",
  };
  const letters = write(
    given,
    paint("fill", color),
    halo ? { ...around, "stroke-width": short(size * TEXT_HALO) } : null,
  );
  return (
    letters +
    (struck
      ? tag("path", { d: pathOf(strikeOf([x, y], wide, align)), ...stroked({ width: 2, color, cap: "butt" }) })
      : "")
  );
}

/** Letters are as wide as they are on the screen: where another font stands in, boards and columns still hold them. */
function lettered({ x, y, plain, size, weight, align, wide }, look, halo) {
  const anchor = { left: undefined, center: "middle", right: "end" }[align];
  const given = {
    x: short(x),
    y: short(y),
    "font-size": short(size),
    "font-weight": weight === 400 ? undefined : weight,
    "text-anchor": anchor,
  };
  if (wide > 0) Object.assign(given, { textLength: short(wide), lengthAdjust: "spacingAndGlyphs" });
  const kept = /^\s|\s\s|\s$/.test(plain) ? { "xml:space": "preserve" } : {},
    written = (more) => tag("text", { ...given, ...kept, ...more }, escape(plain));
  return (halo ? written({ ...halo, "aria-hidden": "true" }) : "") + written(look);
}

/** Letters as one path in units of the em. The halo is the same path again. */
function outlined({ x, y, plain, size, align, wide, outline, id }, look, halo) {
  const left = x - { left: 0, center: wide / 2, right: wide }[align],
    scale = size / outline.unit,
    place = `translate(${short(left)} ${short(y)}) scale(${short(scale, 5)})`;
  const wider = halo && { ...halo, fill: undefined, "stroke-width": short(halo["stroke-width"] / scale, 1) },
    again = halo ? tag("use", { "xlink:href": `#${id}`, ...wider }) : "";
  return tag(
    "g",
    { transform: place, role: "img", "aria-label": escape(plain), ...look },
    again + tag("path", { id, d: outline.d }),
  );
}

/** The lines of a hatch within a clip (path data), box: of what has to be covered. They are drawn as lines: a pattern becomes a bitmap where a browser prints it. */
export function hatchSvg(name, color, box, defs, { id, clip, opacity }) {
  const { width, filled: solid, ...hatch } = hatchOf(name);
  defs.push(tag("clipPath", { id }, tag("path", { d: clip, "clip-rule": "evenodd" })));
  const look = solid ? paint("fill", color) : { fill: "none", ...paint("stroke", color), "stroke-width": width };
  return tag("path", { d: tiled(hatch, box), "clip-path": `url(#${id})`, ...look, opacity });
}

/** Tiles side by side over a box, as path data. They lie still on the sheet, whatever the box. */
function tiled({ size, path }, [left, top, right, bottom]) {
  const strokes = path.split(/(?=M)/),
    out = new Set(); // a stroke that reaches into the next tile is one of that tile's too
  for (let y = Math.floor(top / size) * size; y < bottom; y += size)
    for (let x = Math.floor(left / size) * size; x < right; x += size)
      for (const stroke of strokes) out.add(moved(stroke, x, y));
  return [...out].join("");
}

/** Path data elsewhere: capital letters are followed by places, small ones by ways, which stay. */
function moved(path, dx, dy) {
  return path.replace(/([A-Za-z])([^A-Za-z]*)/g, (whole, letter, numbers) => {
    if (letter !== letter.toUpperCase()) return whole;
    return (
      letter +
      numbers
        .trim()
        .split(/\s+/)
        .map((value, i) => short(Number(value) + (i % 2 ? dy : dx)))
        .join(" ")
    );
  });
}

// ---- the grammar

/** An element; what is null or undefined is left out. */
export function tag(name, attributes, inner = "") {
  const given = Object.entries(attributes)
    .filter(([, value]) => value != null)
    .map(([key, value]) => ` ${key}="${value}"`)
    .join("");
  return inner === "" ? `<${name}${given}/>` : `<${name}${given}>${inner}</${name}>`;
}

/** A number as short as that many digits after the point allow. */
export const short = (value, digits = 2) => Number(value.toFixed(digits));

const at = ([x, y]) => `${short(x)} ${short(y)}`;

/** Points as path data, open. */
export const pathOf = (points) => `M${points.map(at).join("L")}`;

export const rectPath = ([left, top, right, bottom]) =>
  `M${short(left)} ${short(top)}H${short(right)}V${short(bottom)}H${short(left)}z`;

function stroked({ width, color, cap = "round", dash }) {
  return {
    fill: "none",
    ...paint("stroke", color),
    "stroke-width": short(width),
    "stroke-linecap": cap === "butt" ? undefined : cap,
    "stroke-dasharray": dash?.length ? dash.map((value) => short(value)).join(" ") : undefined,
  };
}

function filled(fill, edge, width) {
  return {
    ...(fill ? paint("fill", fill) : { fill: "none" }),
    ...(edge ? { ...paint("stroke", edge), "stroke-width": short(width) } : {}),
  };
}

/** A colour as every program reads it: "#rrggbb", and what is seen through as an opacity of its own. */
function paint(what, color) {
  const rgb = parseColor(color),
    alpha = /^rgba\(/i.test(color) ? Number(color.split(/[,/]/)[3]?.replace(")", "")) : 1;
  const hex = rgb ? "#" + rgb.map((value) => Math.round(value).toString(16).padStart(2, "0")).join("") : escape(color);
  return { [what]: hex, [`${what}-opacity`]: alpha < 1 ? alpha : undefined };
}

/** Characters that XML knows; white space is one space, as on a canvas. */
export function sayable(text) {
  return String(text ?? "")
    .replace(/[\t\n\v\f\r]/g, " ")
    .replace(/[\0-\x1f\x7f-\x9f\ufffe\uffff]|\p{Cs}/gu, "");
}

const SIGNS = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

/** Text between tags or quotation marks. */
export const escape = (text) => sayable(text).replace(/[&<>"']/g, (sign) => SIGNS[sign]);
