// The land below the ground's points: a soft tint of density for each named place, on a canvas an eighth as wide and high, which the browser blows up smoothly.
import { NEAR } from "../geometry.js";
import { densities, fog, hazy } from "./ground.js";

/** Pixels of the stage each pixel of the tint: it has no edges that more would show. */
const COARSE = 8;
/** A patch is so many times as wide as the cell whose points it stands for: its neighbours overlap and no grid is seen. */
const WIDE = 3.2;
/** In pixels: none is wider, or one before the eye would cover the stage. */
const MOST = 560;

const patches = new WeakMap(); // by ground: its densities never change
function patchesOf(ground) {
  if (!patches.has(ground)) patches.set(ground, densities(ground));
  return patches.get(ground);
}

/** Calls use(x, y, radius, color ([r, g, b]), alpha, theme) for each soft disc of the tint that lies before the eye, in CSS pixels of a stage of that height (high, where no more than a part of it is seen). lit: themes in play. */
function eachPatch(ground, { project, ref, palette, blend, lit, height, high = height }, use) {
  const reach = (WIDE * high) / (2 * Math.tan(Math.PI / 8)); // of something as wide as the scene's cube, at depth 1
  for (const { map, pca, theme, weight, side } of patchesOf(ground)) {
    const [x, y, w] = project(map.map((value, axis) => value + (pca[axis] - value) * blend));
    if (w < NEAR) continue;
    const { color, alpha } = hazy(palette, theme, lit, fog(w, ref), palette.tintAlpha * weight);
    use(x, y, Math.min(MOST, (reach * side) / w) / 2, color, alpha, theme);
  }
}

/** Paints the tint of a stage of width x height CSS pixels. project gives CSS pixels and depth; lit: themes in play. */
export function paintTint(context, ground, look) {
  const { canvas } = context,
    { width, height } = look,
    [wide, high] = [width, height].map((side) => Math.max(1, Math.ceil(side / COARSE)));
  if (canvas.width !== wide || canvas.height !== high) Object.assign(canvas, { width: wide, height: high });
  // Summed up as numbers and rounded once: hundreds of faint layers in eight bits would show as rings.
  const sums = new Float32Array(4 * wide * high);
  eachPatch(ground, look, (x, y, radius, color, alpha) =>
    dab(sums, [wide, high], [x / COARSE, y / COARSE], radius / COARSE, color, alpha),
  );
  const image = context.createImageData(wide, high);
  for (let i = 0; i < sums.length; i += 4) {
    const alpha = sums[i + 3];
    if (!alpha) continue;
    for (let k = 0; k < 3; k++) image.data[i + k] = sums[i + k] / alpha;
    image.data[i + 3] = 255 * alpha;
  }
  context.putImageData(image, 0, 0);
}

/** The tint apart by themes, for a pen that draws outlines: layers which, one drawn over the other in this order, together look as the tint does: [{color ([r, g, b]: its mean), at(column, row): how opaque, wide, high, cell}]. look: as for paintTint; cell: pixels of a cell, whose first lies at [0, 0]. */
export function tints(ground, look, cell) {
  const [wide, high] = [look.width, look.height].map((side) => Math.ceil(side / cell) + 1),
    patches = [],
    themes = new Map(),
    through = new Float32Array(wide * high).fill(1); // what of the layers so far is still to be seen through those above them
  eachPatch(ground, look, (x, y, radius, color, alpha, theme) => patches.push({ x, y, radius, color, alpha, theme }));
  // From above: how much of each theme is seen in the end.
  for (const { x, y, radius, color, alpha, theme } of patches.reverse()) {
    if (!themes.has(theme)) themes.set(theme, { seen: new Float32Array(wide * high), total: [0, 0, 0, 0] });
    const { seen, total } = themes.get(theme);
    let more = 0;
    disc([wide, high], [x / cell, y / cell], radius / cell, (at, share) => {
      const here = through[at] * alpha * share;
      seen[at] += here;
      through[at] -= here;
      more += here;
    });
    color.forEach((value, i) => (total[i] += value * more));
    total[3] += more;
  }
  const layers = [...themes.values()].map(({ seen, total }) => ({
    alpha: seen,
    color: total.slice(0, 3).map((value) => value / (total[3] || 1)),
  }));
  // A layer that is to be seen so much below others has to be the more opaque.
  through.fill(1);
  for (const { alpha } of layers)
    alpha.forEach((seen, at) => {
      alpha[at] = through[at] > 1e-3 ? seen / through[at] : 0;
      through[at] -= seen;
    });
  return layers.reverse().map(({ alpha, color }) => ({ color, at: (column, row) => alpha[row * wide + column], wide, high, cell }));
}

/** One soft disc over what is there: premultiplied, as numbers. */
function dab(sums, size, middle, radius, [red, green, blue], alpha) {
  disc(size, middle, radius, (cell, share) => {
    const at = 4 * cell,
      a = alpha * share;
    sums[at] += (red - sums[at]) * a;
    sums[at + 1] += (green - sums[at + 1]) * a;
    sums[at + 2] += (blue - sums[at + 2]) * a;
    sums[at + 3] += (1 - sums[at + 3]) * a;
  });
}

/** Calls use(cell, share) for each cell of a grid below a soft disc: 1 in its middle, 0 at its edge. */
function disc([wide, high], [x, y], radius, use) {
  const top = Math.max(0, Math.ceil(y - radius)),
    bottom = Math.min(high - 1, Math.floor(y + radius)),
    left = Math.max(0, Math.ceil(x - radius)),
    right = Math.min(wide - 1, Math.floor(x + radius));
  for (let row = top; row <= bottom; row++) {
    const up = (row - y) * (row - y);
    for (let column = left; column <= right; column++) {
      const near = 1 - ((column - x) * (column - x) + up) / (radius * radius);
      if (near > 0) use(row * wide + column, near * near);
    }
  }
}
