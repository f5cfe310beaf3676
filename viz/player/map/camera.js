// The camera as a value: a turntable around a centre, z upwards. World units of `modelMatrix`. No DOM, no Plotly.
import { NEAR, lookAt, multiply, perspective, projector } from "../geometry.js";

const STEEPEST = 1.5; // radians, just short of straight down: there the turntable has no azimuth
const NEAREST = 0.03, // a road of one neighbourhood fills the picture from there, and nothing of it lies before what is drawn
  FARTHEST = 6;
const NONE = [0, 0, 0, 0]; // no pad around a point

export function eyeOf({ center, azimuth, elevation, distance }) {
  const flat = Math.cos(elevation) * distance;
  return [
    center[0] + flat * Math.cos(azimuth),
    center[1] + flat * Math.sin(azimuth),
    center[2] + Math.sin(elevation) * distance,
  ];
}

/** Plotly's form of a camera, which is also the one that is stored and handed out. */
export function toPlotly(camera) {
  const point = ([x, y, z]) => ({ x, y, z });
  return { eye: point(eyeOf(camera)), center: point(camera.center), up: { x: 0, y: 0, z: 1 } };
}

export function fromPlotly({ eye, center }) {
  const away = [eye.x - center.x, eye.y - center.y, eye.z - center.z],
    distance = Math.hypot(...away) || 1;
  return {
    center: [center.x, center.y, center.z],
    azimuth: Math.atan2(away[1], away[0]),
    elevation: Math.asin(away[2] / distance),
    distance,
  };
}

export function turn(camera, byAzimuth, byElevation) {
  const elevation = Math.min(STEEPEST, Math.max(-STEEPEST, camera.elevation + byElevation));
  return { ...camera, azimuth: camera.azimuth + byAzimuth, elevation };
}

export function zoom(camera, factor) {
  return { ...camera, distance: Math.min(FARTHEST, Math.max(NEAREST, camera.distance * factor)) };
}

/** What lies to the right and upwards on the screen, in world units. */
export function screenAxes({ azimuth, elevation }) {
  const flat = Math.sin(elevation);
  return {
    right: [-Math.sin(azimuth), Math.cos(azimuth), 0],
    top: [-flat * Math.cos(azimuth), -flat * Math.sin(azimuth), Math.cos(elevation)],
  };
}

/** Moves the centre in the plane of the screen. dx, dy in shares of the stage's height. */
export function pan(camera, dx, dy) {
  const reach = 2 * Math.tan(Math.PI / 8) * camera.distance;
  const { right, top } = screenAxes(camera);
  return { ...camera, center: camera.center.map((value, axis) => value - reach * (dx * right[axis] - dy * top[axis])) };
}

/** Projection times view, for a stage of this aspect. */
export function viewProjection(camera, aspect) {
  return multiply(perspective(aspect), lookAt(eyeOf(camera), camera.center));
}

/** How far out, as a share of half the box, the outermost points lie once `share` of them are inside. pads: of each point, what stands around it. */
function reach(camera, points, aspect, share, [left, top, right, bottom], pads) {
  const project = projector(viewProjection(camera, aspect), 1, 1),
    away = (value, low, high) => (value - (low + high) / 2) / ((high - low) / 2);
  const out = points.map((point, i) => {
    const [x, y, w] = project(point),
      [l, t, r, b] = pads[i] ?? NONE;
    if (w < NEAR) return 9; // behind the eye: further out than anything that is seen
    return Math.max(
      away(x + r, left, right),
      -away(x - l, left, right),
      away(y + b, top, bottom),
      -away(y - t, top, bottom),
    );
  });
  out.sort((a, b) => a - b);
  return out[Math.min(out.length - 1, Math.floor(share * out.length))];
}

/** The first view: nearest camera from which the given share of points (world units) lies within a box of the frame: left, top, right, bottom as shares, as are the pads of the points. */
export function fit(
  points,
  aspect,
  { azimuth = -0.92, elevation = 0.42, share = 1, box = [0.02, 0.02, 0.98, 0.98], pads = [] } = {},
) {
  let camera = {
    center: [0, 1, 2].map((axis) => middle(points.map((point) => point[axis]))),
    azimuth,
    elevation,
    distance: FARTHEST,
  };
  // Coming nearer changes what is the middle: at every distance the points are brought there before it is asked whether they fit.
  let near = NEAREST,
    far = FARTHEST;
  const at = (distance) => centred(centred({ ...camera, distance }, points, aspect, box, pads), points, aspect, box, pads);
  // Halving: six over two to the sixteenth is finer than a pixel.
  for (let step = 0; step < 16; step++) {
    const distance = (near + far) / 2,
      found = at(distance);
    if (reach(found, points, aspect, share, box, pads) > 1) near = distance;
    else {
      far = distance;
      camera = found;
    }
  }
  return at(far);
}

/** The same view with the points in the middle of the box. */
function centred(camera, points, aspect, [left, top, right, bottom], pads) {
  const project = projector(viewProjection(camera, aspect), 1, 1);
  const seen = points.map((point, i) => {
    const [x, y] = project(point),
      [l, t, r, b] = pads[i] ?? NONE;
    return [x - l, y - t, x + r, y + b];
  });
  const most = (k) => Math.max(...seen.map((one) => one[k])),
    least = (k) => Math.min(...seen.map((one) => one[k]));
  return pan(
    camera,
    (aspect * (left + right - least(0) - most(2))) / 2,
    (top + bottom - least(1) - most(3)) / 2,
  );
}

function middle(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return (sorted[0] + sorted.at(-1)) / 2;
}

export function between(a, b, u) {
  if (u >= 1) return b; // to the last digit, and not around the world
  const line = (from, to) => from + (to - from) * u;
  const round = ((((b.azimuth - a.azimuth + Math.PI) % (2 * Math.PI)) + 2 * Math.PI) % (2 * Math.PI)) - Math.PI;
  return {
    center: a.center.map((value, axis) => line(value, b.center[axis])),
    azimuth: a.azimuth + round * u,
    elevation: line(a.elevation, b.elevation),
    distance: line(a.distance, b.distance),
  };
}

export function same(a, b) {
  return (
    a.azimuth === b.azimuth &&
    a.elevation === b.elevation &&
    a.distance === b.distance &&
    a.center.every((value, axis) => value === b.center[axis])
  );
}
