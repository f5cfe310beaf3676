// The whole map, small, in a corner of the stage: where the road lies on it, and what of it the picture shows. A click goes to the whole map, another one back.
import { button } from "./dom.js";
import { modelMatrix, multiply, projector } from "../geometry.js";
import { fit, screenAxes, viewProjection } from "../map/camera.js";
import { rim } from "../map/ground.js";
import { splat } from "../map/points_2d.js";
import { paintTint } from "../map/tint.js";

export const WIDE = 140;
export const HIGH = 110;
const TIMES = 2; // device pixels each CSS pixel

/** What of the map a picture of this aspect shows, at the depth of its centre: four places in world units, around. */
function shownBy(camera, aspect) {
  const { center, distance } = camera,
    high = Math.tan(Math.PI / 8) * distance,
    { right, top } = screenAxes(camera);
  const corner = (x, y) => center.map((value, axis) => value + x * high * aspect * right[axis] + y * high * top[axis]);
  return [corner(-1, 1), corner(1, 1), corner(1, -1), corner(-1, -1)];
}

/** Owns its canvases. act: {toggle()}. */
export class Inset {
  constructor(say, ground, act) {
    this.ground = ground;
    this.element = button(null, "", act.toggle, { class: "inset", "aria-label": say("stage.whole"), "aria-pressed": "false" });
    const size = { width: WIDE * TIMES, height: HIGH * TIMES },
      layer = () => Object.assign(document.createElement("canvas"), size).getContext("2d", { willReadFrequently: true });
    [this.pen, this.land, this.points, this.tint] = [layer(), layer(), layer(), layer()];
    this.element.replaceChildren(this.pen.canvas);
    this.model = modelMatrix(ground.cube);
  }

  /** Seen as the stage is, from further off. shown: {camera, aspect, palette, lit, blend, roads: [{places}], flags: places, heads: places, whole: is all of it on the stage?}. */
  paint(shown) {
    if (!this.element.offsetWidth) return;
    if (shown.whole !== this.whole) this.element.setAttribute("aria-pressed", String((this.whole = shown.whole)));
    const view = this.view(shown),
      { pen } = this;
    pen.setTransform(1, 0, 0, 1, 0, 0);
    pen.clearRect(0, 0, pen.canvas.width, pen.canvas.height);
    pen.drawImage(this.land.canvas, 0, 0);
    pen.setTransform(TIMES, 0, 0, TIMES, 0, 0);
    this.story(view, shown);
    if (!shown.whole) this.box(view, shown);
  }

  /** The land, drawn anew where it is seen from another side or looks otherwise. */
  view({ camera, palette, lit, blend }) {
    const { azimuth, elevation } = camera,
      key = [azimuth.toFixed(2), elevation.toFixed(2), blend, palette.bg, palette.dark, ...lit].join();
    if (key === this.key) return this.seen;
    this.key = key;
    const scale = this.model,
      world = (this.rim ??= rim(this.ground).map((at) => at.map((v, axis) => v * scale[5 * axis] + scale[12 + axis])));
    const far = fit(world, WIDE / HIGH, { azimuth, elevation, box: [0.04, 0.04, 0.96, 0.96] }),
      matrix = viewProjection(far, WIDE / HIGH);
    this.seen = { place: projector(multiply(matrix, this.model), WIDE, HIGH), world: projector(matrix, WIDE, HIGH) };
    const look = { project: this.seen.place, ref: far.distance, palette, blend, lit, width: WIDE, height: HIGH };
    paintTint(this.tint, this.ground, look);
    splat(this.points, this.ground, { ...look, size: 0.6, ratio: TIMES });
    this.land.clearRect(0, 0, WIDE * TIMES, HIGH * TIMES);
    for (const { canvas } of [this.tint, this.points]) this.land.drawImage(canvas, 0, 0, WIDE * TIMES, HIGH * TIMES);
    return this.seen;
  }

  /** Roads, flags and heads. */
  story({ place }, { palette, roads, flags, heads }) {
    const { pen } = this;
    pen.lineJoin = "round";
    roads.forEach((places, which) => {
      pen.strokeStyle = palette.roads[which];
      pen.lineWidth = 1.4;
      pen.beginPath();
      places.map(place).forEach(([x, y], i) => (i ? pen.lineTo(x, y) : pen.moveTo(x, y)));
      pen.stroke();
    });
    flags.map(place).forEach(([x, y]) => this.dot(x, y, 2.6, palette.fg, palette.bg));
    heads.map(place).forEach(([x, y], which) => this.dot(x, y, 3, palette.roads[which], palette.bg));
  }

  dot(x, y, radius, fill, edge) {
    const { pen } = this;
    pen.beginPath();
    pen.arc(x, y, radius, 0, 2 * Math.PI);
    Object.assign(pen, { fillStyle: fill, strokeStyle: edge, lineWidth: 1 });
    pen.fill();
    pen.stroke();
  }

  /** The frame of the stage. */
  box({ world }, { camera, aspect, palette }) {
    const { pen } = this,
      corners = shownBy(camera, aspect).map(world);
    pen.beginPath();
    corners.forEach(([x, y], i) => (i ? pen.lineTo(x, y) : pen.moveTo(x, y)));
    pen.closePath();
    for (const [color, width] of [
      [palette.bg, 3.5],
      [palette.fg, 1.6],
    ]) {
      Object.assign(pen, { strokeStyle: color, lineWidth: width });
      pen.stroke();
    }
  }
}
