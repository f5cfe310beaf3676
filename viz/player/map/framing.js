// Where the camera stands so that a road fills what is free of the stage. Pure: places, boxes and numbers in, a camera out.
import { fit, screenAxes, viewProjection } from "./camera.js";
import { NEAR, projector } from "../geometry.js";

/** How much of the free box's longer side the framed things take. */
export const FILL = 0.68;
/** How steeply the camera may look down: flatter, and near places hide far ones; steeper, and the map is a plan. Radians. */
export const TILTS = [0.22, 0.42, 0.62];
const TURNS = 18; // half a circle in steps of ten degrees: from behind, a road lies across just the same
const TURNING = 0.3; // what a quarter turn away from the map's own side has to gain: people learn where things lie

/** The largest part of a stage that none of the boxes covers: [left, top, right, bottom] in pixels. */
export function freeBox([width, height], covered) {
  const cuts = (low, high, edges) =>
    [low, high, ...edges].filter((at) => at >= low && at <= high).sort((a, b) => a - b);
  const xs = cuts(
      0,
      width,
      covered.flatMap(([left, , right]) => [left, right]),
    ),
    ys = cuts(
      0,
      height,
      covered.flatMap(([, top, , bottom]) => [top, bottom]),
    );
  let best = [0, 0, width, height],
    most = 0;
  const open = (box) => !covered.some((c) => c[0] < box[2] && c[2] > box[0] && c[1] < box[3] && c[3] > box[1]);
  for (const left of xs)
    for (const right of xs)
      for (const top of ys)
        for (const bottom of ys) {
          const area = right > left && bottom > top ? (right - left) * (bottom - top) : 0;
          if (area > most && open([left, top, right, bottom])) {
            most = area;
            best = [left, top, right, bottom];
          }
        }
  return best;
}

/** From where moves are seen across and not in depth. moves: [{a, b, weight?}] in world units; [wide, high]: of the free box. Returns {azimuth, elevation}. */
export function facing(moves, [wide, high], around = {}) {
  const { azimuth: base = -0.92, elevation: tilt = 0.42 } = around;
  let best = { azimuth: base, elevation: tilt },
    most = 0;
  if (!moves.length) return best;
  for (const elevation of TILTS)
    for (let k = 0; k < TURNS; k++) {
      const azimuth = base + (k - TURNS / 2) * (Math.PI / TURNS),
        score = across(moves, azimuth, elevation, [wide, high]) * (1 - TURNING * Math.abs((2 * k) / TURNS - 1));
      if (score > most) {
        most = score;
        best = { azimuth, elevation };
      }
    }
  return best;
}

/** How long the moves become on the screen once they are framed, less what is lost in depth. */
function across(moves, azimuth, elevation, [wide, high]) {
  const { right, top } = screenAxes({ azimuth, elevation });
  const along = (axis, point) => axis[0] * point[0] + axis[1] * point[1] + axis[2] * point[2];
  const xs = [],
    ys = [];
  let seen = 0,
    whole = 0;
  for (const { a, b, weight = 1 } of moves) {
    const [x, y, u, v] = [along(right, a), along(top, a), along(right, b), along(top, b)];
    xs.push(x, u);
    ys.push(y, v);
    seen += weight * Math.hypot(u - x, v - y);
    whole += weight * Math.hypot(...b.map((value, axis) => value - a[axis]));
  }
  const spread = (values) => Math.max(...values) - Math.min(...values) || 1e-9,
    pixels = Math.min(wide / spread(xs), high / spread(ys));
  return whole ? (pixels * seen * seen) / whole : 0;
}

/** The camera from which things fill `fill` of the free box, in its middle. things: [{at (world units), pad: [left, top, right, bottom] in pixels}]; view: {azimuth, elevation}. */
export function frame(things, [width, height], free, view, fill = FILL) {
  const [left, top, right, bottom] = free,
    [dx, dy] = [((1 - fill) / 2) * (right - left), ((1 - fill) / 2) * (bottom - top)];
  return fit(
    things.map(({ at }) => at),
    width / height,
    {
      ...view,
      box: [(left + dx) / width, (top + dy) / height, (right - dx) / width, (bottom - dy) / height],
      pads: things.map(({ pad = [0, 0, 0, 0] }) => pad.map((value, side) => value / (side % 2 ? height : width))),
    },
  );
}

/** What share of the free box things take, seen by a camera: of the side that they fill more; past 1 too where they stick out of it. */
export function share(camera, things, [width, height], free) {
  const seen = things.map(({ at, pad = [0, 0, 0, 0] }) => {
    const [x, y, depth] = projector(viewProjection(camera, width / height), width, height)(at);
    return { box: [x - pad[0], y - pad[1], x + pad[2], y + pad[3]], depth };
  });
  if (seen.some(({ depth }) => depth < NEAR)) return Infinity;
  const [left, top, right, bottom] = free,
    out = (low, high, from, to) => Math.max(high - low, 2 * (high - (from + to) / 2), 2 * ((from + to) / 2 - low)) / (to - from);
  const most = (k) => Math.max(...seen.map(({ box }) => box[k])),
    least = (k) => Math.min(...seen.map(({ box }) => box[k]));
  return Math.max(out(least(0), most(2), left, right), out(least(1), most(3), top, bottom));
}
