// The ground as pixels on a 2D context: before WebGL has arrived, without it, and in a saved picture.
import { NEAR } from "../geometry.js";
import { LEAST, MOST, dotSize, fog, hazy } from "./ground.js";

/** Discs by radius in half pixels: lists of [dx, dy, coverage]. */
const discs = new Map(); // thousands of points share a dozen sizes
function disc(halves) {
  if (!discs.has(halves)) {
    const radius = halves / 2,
      reach = Math.ceil(radius),
      cells = [];
    for (let y = -reach; y <= reach; y++)
      for (let x = -reach; x <= reach; x++) {
        const cover = Math.min(1, Math.max(0, radius + 0.5 - Math.hypot(x, y)));
        if (cover > 0.05) cells.push([x, y, cover]);
      }
    discs.set(halves, cells);
  }
  return discs.get(halves);
}

/** Calls use(x, y, diameter, color ([r, g, b]), alpha) for each of the ground's points that lies before the eye, in their order; in CSS pixels, on or beside the stage. lit: themes in play. */
export function eachPoint(ground, { project, ref, palette, blend, size, lit }, use) {
  const point = [0, 0, 0],
    { map, pca, theme } = ground,
    dots = dotSize(size, ref);
  for (let i = 0; i < ground.count; i++) {
    for (let axis = 0; axis < 3; axis++) point[axis] = map[axis][i] + (pca[axis][i] - map[axis][i]) * blend;
    const [x, y, w] = project(point);
    if (w < NEAR) continue;
    const { color, alpha } = hazy(palette, theme[i], lit, fog(w, ref), palette.groundAlpha);
    use(x, y, Math.min(MOST, Math.max(LEAST, dots / w)), color, alpha);
  }
}

/** The same points without WebGL, on nothing: pixels on a 2D context of width x height device pixels; `project` gives CSS pixels, `ratio` device pixels each; lit: themes in play. */
export function splat(context, ground, look) {
  const { width, height } = context.canvas,
    { ratio } = look;
  if (!width || !height) return;
  // One pass over the pixels instead of a fillRect each: 1 ms for 6000 points where those take most of a frame.
  const image = context.createImageData(width, height);
  eachPoint(ground, look, (x, y, diameter, color, alpha) => {
    const px = Math.round(x * ratio),
      py = Math.round(y * ratio);
    if (px < -9 || py < -9 || px > width + 9 || py > height + 9) return;
    for (const [dx, dy, cover] of disc(Math.max(1, Math.round(diameter * ratio)))) {
      const cx = px + dx,
        cy = py + dy;
      if (cx >= 0 && cy >= 0 && cx < width && cy < height) over(image.data, 4 * (cy * width + cx), color, alpha * cover);
    }
  });
  context.putImageData(image, 0, 0);
}

/** A colour of some strength over what is there, which may be nothing. */
function over(data, at, color, a) {
  const below = (data[at + 3] / 255) * (1 - a),
    alpha = a + below;
  for (let i = 0; i < 3; i++) data[at + i] = (color[i] * a + data[at + i] * below) / alpha;
  data[at + 3] = 255 * alpha;
}
