// Which points of the ground lie nearest to a place of the map, and how many of them are of a region. No DOM.

/** How many of the nearest points are asked. */
export const NEAREST = 30;

const EACH = 6; // points a cell, about: fewer, and most cells that are looked into are empty

/** The ground's points by cells of a grid, made once a ground. Strays lie in the cells at the rim: clamping brings places nearer to one another, never further apart, so that no neighbour is missed. */
const grids = new WeakMap();
function gridOf(ground) {
  if (grids.has(ground)) return grids.get(ground);
  const { bounds } = ground.meta,
    side = Math.max(1, Math.round(Math.cbrt(ground.count / EACH))),
    size = Math.max(...bounds.map(([low, high]) => high - low)) / side || 1,
    counts = bounds.map(([low, high]) => Math.max(1, Math.ceil((high - low) / size)));
  const cell = (place) =>
    place.map((value, axis) => Math.min(counts[axis] - 1, Math.max(0, Math.floor((value - bounds[axis][0]) / size))));
  const cells = new Map();
  for (let i = 0; i < ground.count; i++) {
    const key = keyOf(cell(ground.map.map((column) => column[i])), counts);
    if (!cells.has(key)) cells.set(key, []);
    cells.get(key).push(i);
  }
  grids.set(ground, { counts, size, cell, cells });
  return grids.get(ground);
}

const keyOf = ([x, y, z], [, b, c]) => (x * b + y) * c + z;

/** Indices of the ground's points nearest to a place of the map, the nearest first. */
export function nearest(ground, place, count = NEAREST) {
  const { counts, size, cell, cells } = gridOf(ground),
    home = cell(place),
    wanted = Math.min(count, ground.count);
  let found = [];
  for (let ring = 0; ring <= Math.max(...counts); ring++) {
    for (const i of shell(cells, counts, home, ring)) {
      let square = 0;
      for (let axis = 0; axis < 3; axis++) square += (ground.map[axis][i] - place[axis]) ** 2;
      found.push([square, i]);
    }
    if (found.length < wanted) continue;
    found.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
    found = found.slice(0, wanted);
    // What lies in the next ring is at least so many cells away.
    if (found[wanted - 1][0] <= (ring * size) ** 2) break;
  }
  return found.map(([, i]) => i);
}

/** The points in the cells that lie so many cells away from one. */
function* shell(cells, counts, home, ring) {
  const [x, y, z] = home,
    within = (value, axis) => value >= 0 && value < counts[axis];
  for (let a = x - ring; a <= x + ring; a++) {
    if (!within(a, 0)) continue;
    for (let b = y - ring; b <= y + ring; b++) {
      if (!within(b, 1)) continue;
      const inner = Math.max(Math.abs(a - x), Math.abs(b - y)) < ring;
      for (let c = z - ring; c <= z + ring; c += inner && ring ? 2 * ring : 1)
        if (within(c, 2)) yield* cells.get(keyOf([a, b, c], counts)) ?? [];
    }
  }
}

/** A region as the ground knows it: one byte a point, is it inside? points: indices. */
const flagged = new WeakMap();
export function flagsOf(ground, points) {
  if (!flagged.has(points)) {
    const flags = new Uint8Array(ground.count);
    for (const i of points) flags[i] = 1;
    flagged.set(points, flags);
  }
  return flagged.get(points);
}

/** The share of the nearest points to a place that are of the region: what its tint is there, 0 to 1. */
export function shareNear(ground, points, place) {
  const flags = flagsOf(ground, points),
    near = nearest(ground, place);
  return near.length ? near.reduce((sum, i) => sum + flags[i], 0) / near.length : 0;
}

/** Of each point of the ground its nearest ones, itself among them: asked once, for every region. */
const circles = new WeakMap();
function circlesOf(ground) {
  if (!circles.has(ground)) {
    const found = new Int32Array(ground.count * NEAREST).fill(-1);
    for (let i = 0; i < ground.count; i++)
      nearest(
        ground,
        ground.map.map((column) => column[i]),
      ).forEach((j, k) => (found[i * NEAREST + k] = j));
    circles.set(ground, found);
  }
  return circles.get(ground);
}

/** The tint of a region at every point of the ground, 0 to 1. */
const tinted = new WeakMap();
export function tintOf(ground, points) {
  if (!tinted.has(points)) {
    const near = circlesOf(ground),
      flags = flagsOf(ground, points),
      most = Math.min(NEAREST, ground.count),
      tint = new Float32Array(ground.count);
    for (let i = 0; i < ground.count; i++) {
      let sum = 0;
      for (let k = 0; k < most; k++) sum += flags[near[i * NEAREST + k]];
      tint[i] = sum / most;
    }
    tinted.set(points, tint);
  }
  return tinted.get(points);
}
