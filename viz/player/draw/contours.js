// Lines of equal height of a field on a grid: what a raster fades softly, as outlines.

/** Of each level the area in which a field is at least that: closed rings of [column, row] in cells, to be filled even-odd. grid: {at(column, row): its value, wide, high}; beyond it there is taken to be nothing, so that every ring closes. Marching squares. */
export function contours({ at, wide, high }, levels) {
  // With a rim of nothing: column c and row r of the grid are c + 1 and r + 1 here.
  const [columns, rows] = [wide + 2, high + 2],
    values = new Float32Array(columns * rows);
  for (let r = 0; r < high; r++) for (let c = 0; c < wide; c++) values[(r + 1) * columns + c + 1] = at(c, r);
  return levels.map((level) => contour(values, columns, rows, level));
}

function contour(values, columns, rows, level) {
  const next = new Map(); // from the side at which a ring comes into a square to the one at which it leaves
  for (let r = 0; r < rows - 1; r++)
    for (let c = 0; c < columns - 1; c++) {
      const first = r * columns + c,
        [a, b, d, e] = [values[first], values[first + 1], values[first + columns + 1], values[first + columns]];
      if (a >= level === b >= level && b >= level === d >= level && d >= level === e >= level) continue;
      // Sides by number: twice the corner at which one begins, and one more where it goes down.
      const sides = [2 * first, 2 * (first + 1) + 1, 2 * (first + columns), 2 * first + 1];
      for (const [from, to] of crossed([a, b, d, e], level)) next.set(sides[from], sides[to]);
    }
  const place = (side) => {
    const from = side >> 1,
      to = from + (side % 2 ? columns : 1),
      u = (level - values[from]) / (values[to] - values[from]),
      [c, r] = [(from % columns) - 1, Math.floor(from / columns) - 1];
    return side % 2 ? [c, r + u] : [c + u, r];
  };
  return rings(next).map((sides) => sides.map(place));
}

/** The sides (0 above, 1 right, 2 below, 3 left) by which rings come into a square and leave it, what is high on their right. */
function crossed(corners, level) {
  const high = corners.map((value) => value >= level),
    comes = [],
    leaves = [];
  for (let side = 0; side < 4; side++) {
    const after = high[(side + 1) % 4];
    if (high[side] !== after) (after ? comes : leaves).push(side);
  }
  if (comes.length < 2) return [[comes[0], leaves[0]]];
  // A saddle: its middle says whether the two high corners are one land.
  const joined = corners.reduce((sum, value) => sum + value, 0) / 4 >= level;
  return comes.map((side) => [side, (side + (joined ? 3 : 1)) % 4]);
}

function rings(next) {
  const out = [];
  for (const start of [...next.keys()]) {
    const ring = [];
    for (let side = start; next.has(side);) {
      ring.push(side);
      const to = next.get(side);
      next.delete(side);
      side = to;
    }
    if (ring.length > 2) out.push(ring);
  }
  return out;
}
