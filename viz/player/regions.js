// Regions of the map: a tint, a hatch that survives colour blindness, and a sign post with the region's name.
import { overlap } from "./geometry.js";

/** Plotly traces of the regions that are on: the tint. Added in one call when they are toggled. */
export function regionTraces(ground, names, palette) {
  return ground.meta.regions
    .map((region, i) => ({ region, i }))
    .filter(({ region }) => names.includes(region.name) && region.mesh?.faces?.length)
    .map(({ region, i }) => {
      const [x, y, z] = [0, 1, 2].map((axis) => region.mesh.vertices.map((vertex) => vertex[axis]));
      const [a, b, c] = [0, 1, 2].map((corner) => region.mesh.faces.map((face) => face[corner]));
      return {
        type: "mesh3d",
        x,
        y,
        z,
        i: a,
        j: b,
        k: c,
        color: palette.regions[i % 2],
        opacity: 0.07,
        hoverinfo: "skip",
        flatshading: false,
        showscale: false,
        lighting: { ambient: 0.8, diffuse: 0.3, specular: 0 },
      };
    });
}

/** Hatches (and, without WebGL, tints) the regions on a canvas that lies above the ground. frame: {project, width, height, ratio, palette}. */
export function drawRegions(context, ground, names, frame, { tint }) {
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.clearRect(0, 0, context.canvas.width, context.canvas.height);
  ground.meta.regions.forEach((region, i) => {
    if (!names.includes(region.name) || !region.mesh?.faces?.length) return;
    const shape = silhouette(region.mesh, frame.project, frame.ratio),
      color = frame.palette.regions[i % 2];
    const layer = document.createElement("canvas");
    layer.width = context.canvas.width;
    layer.height = context.canvas.height;
    hatch(layer.getContext("2d"), shape, color, i % 2, frame.ratio, tint);
    context.drawImage(layer, 0, 0);
  });
}

/** The outline first (edges stroked, the inside taken out again), then tint and hatch inside. */
function hatch(context, shape, color, slant, ratio, tint) {
  context.lineWidth = 3 * ratio;
  context.lineJoin = "round";
  context.strokeStyle = color;
  context.stroke(shape);
  context.globalCompositeOperation = "destination-out";
  context.fill(shape);
  context.globalCompositeOperation = "source-over";
  if (tint) {
    context.globalAlpha = 0.14;
    context.fillStyle = color;
    context.fill(shape);
  }
  context.globalAlpha = 0.5;
  context.fillStyle = context.createPattern(lines(color, slant, ratio), "repeat");
  context.fill(shape);
}

function lines(color, slant, ratio) {
  const size = Math.round(11 * ratio),
    tile = document.createElement("canvas"),
    pen = tile.getContext("2d");
  tile.width = tile.height = size;
  pen.strokeStyle = color;
  pen.lineWidth = 1.1 * ratio;
  for (const shift of [-size, 0, size]) {
    pen.beginPath();
    pen.moveTo(shift, slant ? size : 0);
    pen.lineTo(shift + size, slant ? 0 : size);
    pen.stroke();
  }
  return tile;
}

/** All triangles of the mesh on the screen as one path, wound alike, so that filling it gives their union. */
function silhouette(mesh, project, ratio) {
  const points = mesh.vertices.map(project),
    path = new Path2D();
  for (const face of mesh.faces) {
    let [a, b, c] = face.map((k) => points[k]);
    if (Math.min(a[2], b[2], c[2]) < 0.06) continue;
    if ((b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]) < 0) [b, c] = [c, b];
    path.moveTo(a[0] * ratio, a[1] * ratio);
    path.lineTo(b[0] * ratio, b[1] * ratio);
    path.lineTo(c[0] * ratio, c[1] * ratio);
    path.closePath();
  }
  return path;
}

/** Ink of the sign posts, each where it covers least of the roads; their boards are returned as obstacles for the labels that follow. avoid: boxes of the roads. */
export function signPosts(frame, ground, names, say, avoid) {
  const { project, palette, scale } = frame,
    ink = [],
    boxes = [];
  ground.meta.regions.forEach((region, i) => {
    const at = names.includes(region.name) ? project(region.position) : null;
    if (!at || at[2] < 0.06) return;
    const title = say(`regions.${region.name}`).replace(/^regions\./, ""),
      words = say("regions.sign");
    const wide = Math.max(frame.measure(title, 14 * scale, 700), frame.measure(words, 13 * scale, 400)) + 20 * scale,
      high = 44 * scale;
    const box = board(frame, at, wide, high, [...frame.controls, ...boxes], avoid),
      [left, top, right, bottom] = box,
      middle = (left + right) / 2;
    const foot = [Math.min(right - 8, Math.max(left + 8, at[0])), top > at[1] ? top : bottom];
    ink.push(
      { kind: "line", a: at, b: foot, width: 5 * scale, color: palette.bg },
      { kind: "line", a: at, b: foot, width: 2.5 * scale, color: palette.fg },
      { kind: "dot", at, radius: 3.5 * scale, fill: palette.fg },
    );
    ink.push({ kind: "board", box, color: palette.regions[i % 2] });
    ink.push({
      kind: "text",
      at: [middle, top + 15 * scale],
      text: title,
      size: 14 * scale,
      weight: 700,
      color: palette.fg,
      align: "center",
    });
    ink.push({
      kind: "text",
      at: [middle, top + 32 * scale],
      text: words,
      size: 13 * scale,
      weight: 400,
      color: palette.muted,
      align: "center",
    });
    boxes.push(box, pole(at, foot));
  });
  return { ink, boxes };
}

/** The box of a post's pole: names keep off it as well. */
function pole(a, b) {
  return [Math.min(a[0], b[0]) - 4, Math.min(a[1], b[1]), Math.max(a[0], b[0]) + 4, Math.max(a[1], b[1])];
}

/** The board's box: above its foot or below, beside it or straight, whichever costs least. */
function board({ width, height, scale }, [x, y], wide, high, hard, soft) {
  const rises = [-34 - high / scale, 34, -80 - high / scale, 80, -140 - high / scale, 140],
    shifts = [0, -0.45, 0.45, -0.8, 0.8];
  let best = null,
    least = Infinity;
  for (const rise of rises)
    for (const shift of shifts) {
      const left = Math.min(width - wide - 6, Math.max(6, x - wide / 2 + shift * wide)),
        top = Math.min(height - high - 6, Math.max(6, y + rise * scale));
      const box = [left, top, left + wide, top + high],
        hits = (boxes) => boxes.filter((other) => overlap(other, box)).length;
      const cost =
        200 * hits(hard) + 12 * hits(soft) + Math.abs(left + wide / 2 - x) * 0.1 + Math.abs(top + high / 2 - y) * 0.12;
      if (cost < least) {
        least = cost;
        best = box;
      }
    }
  return best;
}
