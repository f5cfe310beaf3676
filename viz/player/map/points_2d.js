// The ground as pixels on a 2D context: before WebGL has arrived, without it, and in a saved picture.
import { NEAR } from "../geometry.js";
import { fog } from "./ground.js";

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

/** The same picture without WebGL: pixels on a 2D context of width x height device pixels; `project` gives CSS pixels, `ratio` device pixels each. */
export function splat(context, ground, { project, ref, palette, blend, size, ratio }) {
  const { width, height } = context.canvas;
  if (!width || !height) return;
  const image = context.createImageData(width, height),
    pixels = image.data,
    [br, bg, bb] = palette.bgRgb;
  // One pass over the pixels instead of a fillRect each: 1 ms for 6000 points where those take most of a frame.
  new Uint32Array(pixels.buffer).fill((255 << 24) | (bb << 16) | (bg << 8) | br);
  const point = [0, 0, 0],
    { map, pca, theme } = ground;
  for (let i = 0; i < ground.count; i++) {
    for (let axis = 0; axis < 3; axis++) point[axis] = map[axis][i] + (pca[axis][i] - map[axis][i]) * blend;
    const [x, y, w] = project(point);
    if (w < NEAR) continue;
    const px = Math.round(x * ratio),
      py = Math.round(y * ratio);
    if (px < -9 || py < -9 || px > width + 9 || py > height + 9) continue;
    const haze = fog(w, ref),
      alpha = palette.groundAlpha * (1 - haze * 0.8),
      color = palette.ground[theme[i] % palette.ground.length];
    const diameter = Math.min(7, Math.max(1.6, (size * ref) / w)) * ratio;
    for (const [dx, dy, cover] of disc(Math.max(1, Math.round(diameter)))) {
      const cx = px + dx,
        cy = py + dy;
      if (cx < 0 || cy < 0 || cx >= width || cy >= height) continue;
      const at = 4 * (cy * width + cx),
        a = alpha * cover;
      pixels[at] += (color[0] + (br - color[0]) * haze - pixels[at]) * a;
      pixels[at + 1] += (color[1] + (bg - color[1]) * haze - pixels[at + 1]) * a;
      pixels[at + 2] += (color[2] + (bb - color[2]) * haze - pixels[at + 2]) * a;
    }
  }
  context.putImageData(image, 0, 0);
}
