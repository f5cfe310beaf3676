// The ground: every point of the atlas as typed columns, its rim, and the fog it lies in. Drawn by points_gl.js, or by points_2d.js.
import { sceneCube } from "../geometry.js";

/** The ground from its JSON and its binary: six float32 columns (map, then PCA) and one byte of theme a point, little endian. */
export function readGround(meta, buffer) {
  const n = meta.count,
    column = (k) => new Float32Array(buffer, 4 * n * k, n);
  return {
    meta,
    count: n,
    map: [0, 1, 2].map(column),
    pca: [3, 4, 5].map(column),
    theme: new Uint8Array(buffer, 24 * n, n),
    cube: sceneCube(meta.bounds),
  };
}

/** The theme of a point that has none: a start, and not an answer. */
const NO_THEME = 255;

/** The colour of a theme, [r, g, b]; points of none are grey. */
export function colorOf({ ground, nowhere }, theme) {
  return theme === NO_THEME ? nowhere : ground[theme % ground.length];
}

/** How strongly a theme is shown: all alike where none is in play, else those in play and the rest behind them; points of none always stand back. lit: a set of themes. */
export function strength(lit, theme) {
  if (theme === NO_THEME) return 0.6;
  if (!lit?.size) return 1;
  return lit.has(theme) ? 1.3 : 0.65;
}

/** How something of a theme looks in the fog: {color: [r, g, b], alpha}. haze: how far it lies in it (0 to 0.9); strongest: alpha without fog. A palette for print lets less of it be seen (palette.haze, a share). */
export function hazy(palette, theme, lit, haze, strongest) {
  const seen = haze * (palette.haze ?? 1);
  return {
    color: colorOf(palette, theme).map((value, axis) => value + (palette.bgRgb[axis] - value) * seen),
    alpha: Math.min(1, strongest * strength(lit, theme) * (1 - seen * 0.8)),
  };
}

/** Points beyond the central bounds by more than this share of them are strays: the first view does without. */
const STRAY = 0.25;
const DIRECTIONS = 160;

/** The rim of the ground: in each of many directions its furthest point. Who sees these sees all of it, and every road, which lies among them. */
export function rim(ground) {
  const { bounds } = ground.meta,
    kept = [];
  for (let i = 0; i < ground.count; i++) {
    const point = ground.map.map((column) => column[i]);
    if (
      point.every((value, axis) => {
        const [low, high] = bounds[axis],
          slack = STRAY * (high - low);
        return value >= low - slack && value <= high + slack;
      })
    )
      kept.push(point);
  }
  if (!kept.length) return [ground.cube.center];
  const found = new Set();
  for (let k = 0; k < DIRECTIONS; k++) {
    const z = 1 - (2 * k + 1) / DIRECTIONS,
      flat = Math.sqrt(1 - z * z),
      angle = k * 2.399963, // the golden angle spreads them evenly
      [x, y] = [flat * Math.cos(angle), flat * Math.sin(angle)];
    let best = kept[0],
      most = -Infinity;
    for (const point of kept) {
      const out = x * point[0] + y * point[1] + z * point[2];
      if (out > most) {
        most = out;
        best = point;
      }
    }
    found.add(best);
  }
  return [...found];
}

/** The fog is as deep as the view, but never shallower than this: near the road the ground behind it must not vanish. World units. */
const SHALLOW = 1.1;

/** How far the fog reaches from where it begins until it is thickest. */
export function fogDepth(ref) {
  return 0.75 * Math.max(ref, SHALLOW);
}

/** How far a depth lies in the fog, 0 to 0.9. ref: the depth of the camera's centre. */
export function fog(depth, ref) {
  return Math.min(0.9, Math.max(0, (depth - 0.66 * ref) / fogDepth(ref)));
}

/** The land is looked at in cells of this share of the scene's cube, and a cell is land of a theme from so many of its points on. */
const CELL = 1 / 26,
  FEW = 4;

/** Where the points of a theme lie densely: soft patches [{theme, map, pca (the middle of its points), weight (0 to 1, how densely), side (of its cell, in world units)}], which together tint the land of each named place. */
export function densities(ground) {
  const named = new Set(ground.meta.landmarks.map(({ theme }) => theme)),
    side = 2 * ground.cube.half * CELL,
    cells = new Map();
  for (let i = 0; i < ground.count; i++) {
    if (!named.has(ground.theme[i])) continue;
    const key = [ground.theme[i], ...ground.map.map((column) => Math.floor(column[i] / side))].join();
    if (!cells.has(key)) cells.set(key, []);
    cells.get(key).push(i);
  }
  const kept = [...cells.values()].filter((points) => points.length >= FEW),
    most = Math.max(1, ...kept.map((points) => points.length));
  const middle = (columns, points) => columns.map((column) => points.reduce((sum, i) => sum + column[i], 0) / points.length);
  return kept.map((points) => ({
    side: CELL,
    theme: ground.theme[points[0]],
    map: middle(ground.map, points),
    pca: middle(ground.pca, points),
    weight: Math.sqrt(points.length / most), // twice as dense is seen, ten times as dense does not drown the rest
  }));
}

/** How wide a dot is drawn at depth 1, in pixels; size: at the depth of the camera's centre. Close by they stay as large as they are, or the land behind a road of one neighbourhood would be dust. */
export function dotSize(size, ref) {
  return size * Math.max(ref, 0.28);
}

/** Pixels: no dot is smaller or larger. */
export const LEAST = 1.7;
export const MOST = 10;
