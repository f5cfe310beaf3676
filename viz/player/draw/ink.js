// The display list of one picture and the pen that draws it on a 2D context. An item is plain data; the same list can feed another pen.
//   line {a, b, width, color, alpha?, cap?, dash?}   path {points, width, color, alpha?, cap?, dash?}   curve {a, via, b, width, color, dash?, arrow?}   dot {at, radius, fill?, stroke?, width?, alpha?}
//   shape {points, fill?, stroke?, width?}   text {at, text, size, weight, color, align, halo?, alpha?, struck?}   board {box, color, shape, notch?, swatch?, hatch?}
import { tile } from "../state/hatches.js";

/** Draws a list. palette: colours of background and type. */
export function draw(context, list, palette) {
  context.lineJoin = "round";
  for (const item of list) {
    context.globalAlpha = item.alpha ?? 1;
    PENS[item.kind](context, item, palette);
  }
  context.globalAlpha = 1;
  context.setLineDash([]);
}

const PENS = {
  line(pen, { a, b, width, color, cap = "round", dash }) {
    stroke(pen, { width, color, cap, dash });
    pen.beginPath();
    pen.moveTo(a[0], a[1]);
    pen.lineTo(b[0], b[1]);
    pen.stroke();
  },
  path(pen, { points, width, color, cap = "round", dash }) {
    stroke(pen, { width, color, cap, dash });
    pen.beginPath();
    points.forEach(([x, y], i) => (i ? pen.lineTo(x, y) : pen.moveTo(x, y)));
    pen.stroke();
  },
  curve(pen, { a, via, b, width, color, dash, arrow }) {
    stroke(pen, { width, color, cap: "round", dash });
    pen.beginPath();
    pen.moveTo(a[0], a[1]);
    pen.quadraticCurveTo(via[0], via[1], b[0], b[1]);
    pen.stroke();
    if (!arrow) return;
    pen.setLineDash([]);
    pen.beginPath();
    for (const [x, y] of arrowTips(via, b, arrow)) {
      pen.moveTo(b[0], b[1]);
      pen.lineTo(x, y);
    }
    pen.stroke();
  },
  dot(pen, { at, radius, fill, stroke: edge, width = 1.5 }) {
    pen.beginPath();
    pen.arc(at[0], at[1], Math.max(0.1, radius), 0, 2 * Math.PI);
    fillAndEdge(pen, fill, edge, width);
  },
  shape(pen, { points, fill, stroke: edge, width = 1.5 }) {
    pen.beginPath();
    closed(pen, points);
    fillAndEdge(pen, fill, edge, width);
  },
  text(pen, { at, text, size, weight = 400, color, align = "left", halo = true, struck }, palette) {
    pen.font = font(size, weight, palette.font);
    pen.textAlign = align;
    pen.textBaseline = "middle";
    if (halo) {
      stroke(pen, { width: size * TEXT_HALO, color: palette.bg, cap: "round" });
      pen.strokeText(text, at[0], at[1]);
    }
    pen.fillStyle = color;
    pen.fillText(text, at[0], at[1]);
    if (struck) strike(pen, strikeOf(at, pen.measureText(text).width, align), color);
  },
  board(pen, { box, color, shape, notch = 9, swatch, hatch }, palette) {
    pen.fillStyle = palette.bg;
    pen.strokeStyle = color;
    pen.lineWidth = boardEdge(shape);
    pen.setLineDash([]);
    pen.beginPath();
    const corners = boardCorners(box, shape, notch);
    if (corners) closed(pen, corners);
    else pen.roundRect(box[0], box[1], box[2] - box[0], box[3] - box[1], BOARD_ROUND);
    pen.fill();
    if (hatch) {
      const [left, top, right, bottom] = swatch;
      pen.fillStyle = pen.createPattern(tile(hatch, color), "repeat");
      pen.fillRect(left, top, right - left, bottom - top);
    }
    pen.stroke();
  },
};

// ---- shapes that every pen draws alike

/** The radius of a plain board's corners, and how wide its edge is. */
export const BOARD_ROUND = 5;
export const boardEdge = (shape) => (shape === "plain" ? 2 : 2.5);
/** How wide the halo of a text is, as a share of its size. */
export const TEXT_HALO = 0.3;

/** "avoid" has its corners cut off, "toward" points to the right; null for a plain board, which is a rectangle with round corners. */
export function boardCorners([left, top, right, bottom], shape, notch = 9) {
  const cut = Math.min(notch, (bottom - top) / 2),
    middle = (top + bottom) / 2;
  if (shape === "toward")
    return [
      [left, top],
      [right - 1.4 * notch, top],
      [right, middle],
      [right - 1.4 * notch, bottom],
      [left, bottom],
    ];
  if (shape !== "avoid") return null;
  return [
    [left + cut, top],
    [right - cut, top],
    [right, top + cut],
    [right, bottom - cut],
    [right - cut, bottom],
    [left + cut, bottom],
    [left, bottom - cut],
    [left, top + cut],
  ];
}

/** The two ends of the head of an arrow whose line comes from `from`. */
export function arrowTips(from, to, size) {
  const angle = Math.atan2(to[1] - from[1], to[0] - from[0]);
  return [-2.6, 2.6].map((turn) => [to[0] + size * Math.cos(angle + turn), to[1] + size * Math.sin(angle + turn)]);
}

/** The line through a text that is struck, from one end to the other; it is 2 pixels wide. */
export function strikeOf(at, width, align = "left") {
  const left = at[0] - { left: 0, center: width / 2, right: width }[align];
  return [
    [left - 2, at[1] + 1],
    [left + width + 2, at[1] + 1],
  ];
}

export function font(size, weight, family) {
  return `${weight} ${size}px ${family}`;
}

function stroke(pen, { width, color, cap, dash }) {
  pen.setLineDash(dash ?? []);
  pen.lineCap = cap;
  pen.lineWidth = width;
  pen.strokeStyle = color;
}

function fillAndEdge(pen, fill, edge, width) {
  if (fill) {
    pen.fillStyle = fill;
    pen.fill();
  }
  if (edge) {
    stroke(pen, { width, color: edge, cap: "round" });
    pen.stroke();
  }
}

function closed(pen, points) {
  points.forEach(([x, y], i) => (i ? pen.lineTo(x, y) : pen.moveTo(x, y)));
  pen.closePath();
}

function strike(pen, [from, to], color) {
  stroke(pen, { width: 2, color, cap: "butt" });
  pen.beginPath();
  pen.moveTo(...from);
  pen.lineTo(...to);
  pen.stroke();
}
