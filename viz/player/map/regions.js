// Regions on the map: a hatch that survives colour blindness, and the tint where plotly does not draw it. Their posts stand in draw/posts.js.
import { NEAR } from "../geometry.js";
import { tile } from "../state/hatches.js";
import { faces } from "../state/marks.js";

/** Hatches (and, without WebGL, tints) the regions on a canvas that lies above the ground. frame: {project, ratio, palette}. */
export function drawRegions(context, marks, frame, { tint }) {
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.clearRect(0, 0, context.canvas.width, context.canvas.height);
  // Each on a layer of its own: taking the inside out of an outline must not take it out of the region below.
  const layer = Object.assign(document.createElement("canvas"), {
      width: context.canvas.width,
      height: context.canvas.height,
    }),
    pen = layer.getContext("2d");
  for (const mark of marks.filter(faces)) {
    pen.globalAlpha = 1;
    pen.clearRect(0, 0, layer.width, layer.height);
    hatch(
      pen,
      silhouette(mark.mesh, frame.project, frame.ratio),
      frame.palette.marks[mark.tone],
      mark.hatch,
      frame.ratio,
      tint,
    );
    context.drawImage(layer, 0, 0);
  }
}

/** The outline first (edges stroked, the inside taken out again), then tint and hatch inside. */
function hatch(context, shape, color, name, ratio, tint) {
  context.lineWidth = 3 * ratio;
  context.lineJoin = "round";
  context.strokeStyle = color;
  context.stroke(shape);
  context.globalCompositeOperation = "destination-out";
  context.fillStyle = "#000";
  context.fill(shape);
  context.globalCompositeOperation = "source-over";
  if (tint) {
    context.globalAlpha = 0.14;
    context.fillStyle = color;
    context.fill(shape);
  }
  context.globalAlpha = 0.5;
  context.fillStyle = context.createPattern(tile(name, color, ratio), "repeat");
  context.fill(shape);
}

/** All triangles of the mesh on the screen as one path, wound alike, so that filling it gives their union. */
function silhouette(mesh, project, ratio) {
  const points = mesh.vertices.map(project),
    path = new Path2D();
  for (const face of mesh.faces) {
    let [a, b, c] = face.map((k) => points[k]);
    if (Math.min(a[2], b[2], c[2]) < NEAR) continue;
    if ((b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]) < 0) [b, c] = [c, b];
    path.moveTo(a[0] * ratio, a[1] * ratio);
    path.lineTo(b[0] * ratio, b[1] * ratio);
    path.lineTo(c[0] * ratio, c[1] * ratio);
    path.closePath();
  }
  return path;
}
