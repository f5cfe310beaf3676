// Hatches of the regions: small tiles that tell regions apart where colour does not.

/** Shipped regions are slanted one way or the other; the signs of a drive take the rest, in order. */
export const SLANTS = ["slant", "back"];
export const SIGNS = ["cross", "dots", "waves", "dashes", "rings"];

const SIZE = { slant: 14, back: 14, cross: 17, dots: 11, waves: 16, dashes: 14, rings: 16 };

const lines = (list) => list.map(([x, y, u, v]) => `M${x} ${y}L${u} ${v}`).join("");
const circle = (x, y, r) => `M${x + r} ${y}a${r} ${r} 0 1 1 ${-2 * r} 0a${r} ${r} 0 1 1 ${2 * r} 0z`;

/** Of each hatch, the path of one tile of size s, as SVG path data. */
const PATHS = {
  slant: (s) => lines([-s, 0, s].map((at) => [at, 0, at + s, s])),
  back: (s) => lines([-s, 0, s].map((at) => [at, s, at + s, 0])),
  cross: (s) => PATHS.slant(s) + PATHS.back(s),
  dots: (s) => circle(s / 2, s / 2, s * 0.16),
  waves: (s) => `M0 ${s / 2}C${s * 0.3} ${-s * 0.2} ${s * 0.7} ${s * 1.2} ${s} ${s / 2}`,
  dashes: (s) =>
    lines([
      [s * 0.25, 0, s * 0.25, s * 0.45],
      [s * 0.75, s * 0.5, s * 0.75, s * 0.95],
    ]),
  rings: (s) => circle(s / 2, s / 2, s * 0.25),
};

/** A hatch as a pen draws it: {size (of its tile), width (of its lines), filled (its shapes are filled and have no line), path (of one tile)}. scale: pixels each CSS pixel. */
export function hatchOf(name, scale = 1) {
  const size = Math.round(SIZE[name] * scale);
  return { size, width: (name === "dashes" ? 2.2 : 1.2) * scale, filled: name === "dots", path: PATHS[name](size) };
}

const tiles = new Map();

/** The tile of a hatch as a canvas, for createPattern. scale: device pixels each CSS pixel. */
export function tile(name, color, scale = 1) {
  const key = `${name}/${color}/${scale}`;
  if (tiles.has(key)) return tiles.get(key);
  const { size, width, filled, path } = hatchOf(name, scale),
    canvas = Object.assign(document.createElement("canvas"), { width: size, height: size }),
    pen = canvas.getContext("2d");
  pen.strokeStyle = pen.fillStyle = color;
  pen.lineWidth = width;
  if (filled) pen.fill(new Path2D(path));
  else pen.stroke(new Path2D(path));
  if (tiles.size > 60) tiles.clear();
  tiles.set(key, canvas);
  return canvas;
}
