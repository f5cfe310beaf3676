// Lines of equal height of a field on a grid: what a raster fades softly, as outlines.

/** The areas in which a field is at least `level`: closed rings of [column, row] in cells, to be filled even-odd. at(column, row): its value; beyond wide x high it is taken to be nothing, so that every ring closes. Marching squares. */
export function contours(at, wide, high, level) {
  const value = (c, r) => (c < 0 || r < 0 || c >= wide || r >= high ? 0 : at(c, r)),
    next = new Map(); // from the edge at which a ring comes into a square to the one at which it leaves
  for (let r = -1; r < high; r++)
    for (let c = -1; c < wide; c++) {
      const corners = [value(c, r), value(c + 1, r), value(c + 1, r + 1), value(c, r + 1)];
      for (const [from, to] of crossed(corners, level)) next.set(edge(c, r, from), edge(c, r, to));
    }
  const place = (key) => {
    const [c, r, down] = key.split(",").map(Number),
      [a, b] = [value(c, r), down ? value(c, r + 1) : value(c + 1, r)],
      u = (level - a) / (b - a);
    return down ? [c, r + u] : [c + u, r];
  };
  return rings(next).map((keys) => keys.map(place));
}

/** The sides (0 above, 1 right, 2 below, 3 left) by which rings come into a square and leave it, what is high on their right. */
function crossed(corners, level) {
  const high = corners.map((value) => value >= level),
    comes = [],
    leaves = [];
  for (let side = 0; side < 4; side++) {
    const [a, b] = [high[side], high[(side + 1) % 4]];
    if (a !== b) (a ? leaves : comes).push(side);
  }
  if (comes.length < 2) return comes.map((side) => [side, leaves[0]]);
  // A saddle: its middle says whether the two high corners are one land.
  const joined = corners.reduce((sum, value) => sum + value, 0) / 4 >= level;
  return comes.map((side) => [side, (side + (joined ? 3 : 1)) % 4]);
}

/** The name of a square's side: one and the same for the two squares that share it. */
function edge(c, r, side) {
  if (side === 0) return `${c},${r},0`;
  if (side === 1) return `${c + 1},${r},1`;
  return side === 2 ? `${c},${r + 1},0` : `${c},${r},1`;
}

function rings(next) {
  const out = [];
  for (const start of [...next.keys()]) {
    const ring = [];
    for (let key = start; next.has(key); ) {
      ring.push(key);
      const to = next.get(key);
      next.delete(key);
      key = to;
    }
    if (ring.length > 2) out.push(ring);
  }
  return out;
}
