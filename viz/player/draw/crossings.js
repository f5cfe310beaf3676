// The crossings of the roads: filled where one is inside the region in question, hollow where not; the last few as pale beads where nothing is asked.
import { NEAR } from "../geometry.js";
import { insideAt } from "../state/question.js";

const LARGE = 3.7,
  SMALL = 2.3; // pixels: a filled one and a hollow one can still be told apart
const RECENT = 14;

/** Ink of the crossings. state: {roads, question (a row of `inside`, or null), time, hover}. Those to come are faint, but there: what is counted is what is seen. */
export function drawCrossings(frame, { roads, question, time, hover }) {
  const { palette, scale } = frame,
    ink = [];
  let under = null;
  // Where both lie on one another B's were drawn over A's road, so they are here.
  roads.forEach((road, which) => {
    const screen = road.places.map(frame.project),
      radius = question == null ? 0 : size(screen) * scale;
    screen.forEach((at, index) => {
      if (at[2] < NEAR) return;
      const inside = question == null ? null : insideAt(road.tokens[index], question),
        near = 1 / Math.min(1.5, Math.max(0.7, at[2] / frame.ref));
      if (inside != null) ink.push(mark(at, radius * near, palette, which, inside, index <= time));
      else if (index > time - RECENT && index < time - 0.4) ink.push(bead(at, 1.5 * scale * near, palette, which));
      if (hover?.road === which && hover.index === index && hover.candidate == null && index <= time) under = at;
    });
  });
  if (under) ink.push({ kind: "dot", at: under, radius: 8 * scale, stroke: palette.fg, width: 2 * scale });
  return ink;
}

/** As large as the crossings lie apart: beads that cover one another cannot be counted. */
function size(screen) {
  const gaps = screen
    .slice(1)
    .map(([x, y], i) => Math.hypot(x - screen[i][0], y - screen[i][1]))
    .sort((a, b) => a - b);
  return Math.min(LARGE, Math.max(SMALL, 0.5 * (gaps[Math.floor(gaps.length / 2)] ?? LARGE)));
}

function mark(at, radius, palette, which, inside, reached) {
  const color = palette.roads[which],
    dot = { kind: "dot", at, radius, inside, road: which, alpha: reached ? 1 : 0.4 };
  return inside
    ? { ...dot, fill: color, stroke: palette.bg, width: 1.4 }
    : { ...dot, radius: radius - 0.3, fill: palette.bg, stroke: color, width: 1.6 };
}

const bead = (at, radius, palette, which) => ({
  kind: "dot",
  at,
  radius,
  fill: which && palette.dark ? "#12233a" : palette.bg,
});
