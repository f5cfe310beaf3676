// Hatches of the regions: small tiles that tell regions apart where colour does not.

/** Shipped regions are slanted one way or the other; the signs of a drive take the rest, in order. */
export const SLANTS = ["slant", "back"];
export const SIGNS = ["cross", "dots", "waves", "dashes", "rings"];

const SIZE = { slant: 14, back: 14, cross: 17, dots: 11, waves: 16, dashes: 14, rings: 16 };

const lines = (pen, list) => {
  for (const [x, y, u, v] of list) {
    pen.moveTo(x, y);
    pen.lineTo(u, v);
  }
};

const PENS = {
  slant: (pen, s) => [-s, 0, s].forEach((at) => lines(pen, [[at, 0, at + s, s]])),
  back: (pen, s) => [-s, 0, s].forEach((at) => lines(pen, [[at, s, at + s, 0]])),
  cross: (pen, s) => {
    PENS.slant(pen, s);
    PENS.back(pen, s);
  },
  dots: (pen, s) => pen.arc(s / 2, s / 2, s * 0.16, 0, 2 * Math.PI),
  waves: (pen, s) => {
    pen.moveTo(0, s / 2);
    pen.bezierCurveTo(s * 0.3, -s * 0.2, s * 0.7, s * 1.2, s, s / 2);
  },
  dashes: (pen, s) =>
    lines(pen, [
      [s * 0.25, 0, s * 0.25, s * 0.45],
      [s * 0.75, s * 0.5, s * 0.75, s * 0.95],
    ]),
  rings: (pen, s) => pen.arc(s / 2, s / 2, s * 0.25, 0, 2 * Math.PI),
};

const tiles = new Map();

/** The tile of a hatch as a canvas, for createPattern. scale: device pixels each CSS pixel. */
export function tile(name, color, scale = 1) {
  const key = `${name}/${color}/${scale}`;
  if (tiles.has(key)) return tiles.get(key);
  const size = Math.round(SIZE[name] * scale),
    canvas = Object.assign(document.createElement("canvas"), { width: size, height: size }),
    pen = canvas.getContext("2d");
  pen.strokeStyle = pen.fillStyle = color;
  pen.lineWidth = (name === "dashes" ? 2.2 : 1.2) * scale;
  pen.beginPath();
  PENS[name](pen, size);
  if (name === "dots") pen.fill();
  else pen.stroke();
  if (tiles.size > 60) tiles.clear();
  tiles.set(key, canvas);
  return canvas;
}
