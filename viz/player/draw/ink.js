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
    if (arrow) head(pen, via, b, color, arrow);
  },
  dot(pen, { at, radius, fill, stroke: edge, width = 1.5 }) {
    pen.beginPath();
    pen.arc(at[0], at[1], Math.max(0.1, radius), 0, 2 * Math.PI);
    fillAndEdge(pen, fill, edge, width);
  },
  shape(pen, { points, fill, stroke: edge, width = 1.5 }) {
    pen.beginPath();
    points.forEach(([x, y], i) => (i ? pen.lineTo(x, y) : pen.moveTo(x, y)));
    pen.closePath();
    fillAndEdge(pen, fill, edge, width);
  },
  text(pen, { at, text, size, weight = 400, color, align = "left", halo = true, struck }, palette) {
    pen.font = font(size, weight, palette.font);
    pen.textAlign = align;
    pen.textBaseline = "middle";
    if (halo) {
      stroke(pen, { width: size * 0.3, color: palette.bg, cap: "round" });
      pen.strokeText(text, at[0], at[1]);
    }
    pen.fillStyle = color;
    pen.fillText(text, at[0], at[1]);
    if (struck) strike(pen, at, pen.measureText(text).width, align, color);
  },
  board(pen, { box, color, shape, notch = 9, swatch, hatch }, palette) {
    pen.fillStyle = palette.bg;
    pen.strokeStyle = color;
    pen.lineWidth = shape === "plain" ? 2 : 2.5;
    pen.setLineDash([]);
    pen.beginPath();
    outline(pen, box, shape, notch);
    pen.fill();
    if (hatch) {
      const [left, top, right, bottom] = swatch;
      pen.fillStyle = pen.createPattern(tile(hatch, color), "repeat");
      pen.fillRect(left, top, right - left, bottom - top);
    }
    pen.stroke();
  },
};

/** A plain board is a rectangle, "avoid" has its corners cut off, "toward" points to the right. */
function outline(pen, [left, top, right, bottom], shape, notch) {
  if (shape !== "avoid" && shape !== "toward") return pen.roundRect(left, top, right - left, bottom - top, 5);
  const cut = Math.min(notch, (bottom - top) / 2),
    middle = (top + bottom) / 2;
  const points =
    shape === "toward"
      ? [
          [left, top],
          [right - 1.4 * notch, top],
          [right, middle],
          [right - 1.4 * notch, bottom],
          [left, bottom],
        ]
      : [
          [left + cut, top],
          [right - cut, top],
          [right, top + cut],
          [right, bottom - cut],
          [right - cut, bottom],
          [left + cut, bottom],
          [left, bottom - cut],
          [left, top + cut],
        ];
  points.forEach(([x, y], i) => (i ? pen.lineTo(x, y) : pen.moveTo(x, y)));
  pen.closePath();
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

function head(pen, from, to, color, size) {
  const angle = Math.atan2(to[1] - from[1], to[0] - from[0]);
  pen.setLineDash([]);
  pen.beginPath();
  for (const turn of [-2.6, 2.6]) {
    pen.moveTo(to[0], to[1]);
    pen.lineTo(to[0] + size * Math.cos(angle + turn), to[1] + size * Math.sin(angle + turn));
  }
  pen.stroke();
}

function strike(pen, at, width, align, color) {
  const left = align === "right" ? at[0] - width : align === "center" ? at[0] - width / 2 : at[0];
  stroke(pen, { width: 2, color, cap: "butt" });
  pen.beginPath();
  pen.moveTo(left - 2, at[1] + 1);
  pen.lineTo(left + width + 2, at[1] + 1);
  pen.stroke();
}
