// Which points of the ground lie nearest to a place of the map, and how many of them are of a region. No DOM.

/** How many of the nearest points are asked. */
export const NEAREST = 30;

const EACH = 3; // points a cell, about: fewer, and most cells that are looked into are empty

/** The ground's points by cells of a grid, made once a ground. Strays lie in the cells at the rim: clamping brings places nearer to one another, never further apart, so that no neighbour is missed. */
const grids = new WeakMap();
function gridOf(ground) {
  if (!grids.has(ground)) grids.set(ground, makeGrid(ground));
  return grids.get(ground);
}

function makeGrid({ meta, count, map }) {
  const side = Math.max(1, Math.round(Math.cbrt(count / EACH))),
    low = meta.bounds.map(([least]) => least),
    size = Math.max(...meta.bounds.map(([least, most]) => most - least)) / side || 1,
    counts = meta.bounds.map(([least, most]) => Math.max(1, Math.ceil((most - least) / size)));
  const cell = (value, axis) => Math.min(counts[axis] - 1, Math.max(0, Math.floor((value - low[axis]) / size)));
  const key = (a, b, c) => (a * counts[1] + b) * counts[2] + c,
    keys = Int32Array.from({ length: count }, (_, i) => key(cell(map[0][i], 0), cell(map[1][i], 1), cell(map[2][i], 2)));
  // The points of a cell lie one after another in `order`, from `starts[key]` on.
  const starts = new Int32Array(counts[0] * counts[1] * counts[2] + 1),
    order = new Int32Array(count);
  for (const one of keys) starts[one + 1]++;
  for (let k = 1; k < starts.length; k++) starts[k] += starts[k - 1];
  const next = starts.slice();
  keys.forEach((one, i) => (order[next[one]++] = i));
  const squares = new Float64Array(count),
    found = new Int32Array(count);
  return { counts, size, cell, key, starts, order, squares, found };
}

/** Indices of the ground's points nearest to a place of the map, the nearest first. */
export function nearest(ground, place, count = NEAREST) {
  const grid = gridOf(ground),
    many = search(ground, grid, place, Math.min(count, ground.count)),
    { squares, found } = grid;
  return Array.from({ length: many }, (_, k) => k)
    .sort((a, b) => squares[a] - squares[b] || found[a] - found[b])
    .slice(0, count)
    .map((k) => found[k]);
}

/** Puts the points nearest to a place, `wanted` of them and those that are as far as the last, into `grid.found` and their squared distances into `grid.squares`. Returns how many. */
function search({ map }, grid, place, wanted) {
  const { counts, size, squares, found } = grid,
    home = place.map(grid.cell),
    [xs, ys, zs] = map,
    [x, y, z] = place,
    rings = Math.max(...counts);
  let many = 0;
  const collect = (from, to) => {
    for (let k = from; k < to; k++) {
      const i = grid.order[k];
      squares[many] = (xs[i] - x) ** 2 + (ys[i] - y) ** 2 + (zs[i] - z) ** 2;
      found[many++] = i;
    }
  };
  for (let ring = 0; ring <= rings; ring++) {
    shell(grid, home, ring, collect);
    if (many < wanted) continue;
    const last = smallest(squares, many, wanted);
    // What lies in the next ring is at least so many cells away.
    if (last > (ring * size) ** 2 && ring < rings) continue;
    let kept = 0;
    for (let k = 0; k < many; k++)
      if (squares[k] <= last) {
        [squares[kept], found[kept]] = [squares[k], found[k]];
        kept++;
      }
    return kept;
  }
  return many;
}

/** Calls collect(from, to) for the cells that lie so many cells away from one. */
function shell({ counts, key, starts }, [x, y, z], ring, collect) {
  const within = (value, axis) => value >= 0 && value < counts[axis];
  for (let a = x - ring; a <= x + ring; a++) {
    if (!within(a, 0)) continue;
    for (let b = y - ring; b <= y + ring; b++) {
      if (!within(b, 1)) continue;
      const rim = Math.max(Math.abs(a - x), Math.abs(b - y)) === ring;
      for (let c = z - ring; c <= z + ring; c += rim || !ring ? 1 : 2 * ring)
        if (within(c, 2)) collect(starts[key(a, b, c)], starts[key(a, b, c) + 1]);
    }
  }
}

/** The `wanted`th smallest of the first `many` values: by quickselect, on a copy. */
let scratch = new Float64Array(1024);
function smallest(values, many, wanted) {
  if (scratch.length < many) scratch = new Float64Array(2 * many);
  scratch.set(values.subarray(0, many));
  let low = 0,
    high = many - 1;
  while (low < high) {
    const pivot = scratch[(low + high) >> 1];
    let i = low,
      j = high;
    while (i <= j) {
      while (scratch[i] < pivot) i++;
      while (scratch[j] > pivot) j--;
      if (i <= j) {
        const swap = scratch[i];
        scratch[i++] = scratch[j];
        scratch[j--] = swap;
      }
    }
    if (wanted - 1 <= j) high = j;
    else if (wanted - 1 >= i) low = i;
    else break;
  }
  return scratch[wanted - 1];
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
    const found = new Int32Array(ground.count * NEAREST),
      grid = gridOf(ground),
      wanted = Math.min(NEAREST, ground.count),
      place = [0, 0, 0];
    for (let i = 0; i < ground.count; i++) {
      for (let axis = 0; axis < 3; axis++) place[axis] = ground.map[axis][i];
      // Several may be as far away as the thirtieth: then the first of them count.
      const many = search(ground, grid, place, wanted);
      if (many > wanted) nearest(ground, place, wanted).forEach((j, k) => (found[i * NEAREST + k] = j));
      else for (let k = 0; k < many; k++) found[i * NEAREST + k] = grid.found[k];
    }
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
