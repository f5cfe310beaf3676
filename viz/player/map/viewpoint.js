// Where the camera stands: the first view, what a person has made of it (kept for the tab), following the head. Says when it moves.
import { between, fit, fromPlotly, same, toPlotly } from "./camera.js";
import { mix, modelMatrix, smooth } from "../geometry.js";
import { rim } from "./ground.js";

const STORE = "mind-map-camera";
/** How near the camera comes when it follows the head, in world units. */
const CLOSE = 0.55;
/** What the first view keeps free at the sides, and above and below for the controls, in pixels. */
const SIDE = 14,
  EDGE = [32, 32],
  NARROW = [46, 56];

export class Viewpoint {
  /** size(): [width, height] of the stage; moved(camera): called after every change; motion(name, milliseconds, apply). */
  constructor(ground, { size, moved, motion }) {
    Object.assign(this, {
      ground,
      size,
      moved,
      motion,
      touched: false,
      following: false,
      model: modelMatrix(ground.cube),
    });
    this.camera = this.restore() ?? this.fitted();
  }

  /** The first view: all of the ground where no control covers it, whatever the aspect. A road lies among the ground's points: it is never cut either. */
  fitted() {
    const [width, height] = this.size(),
      world = (this.rim ??= rim(this.ground).map((point) => this.world(point)));
    const side = Math.min(0.1, SIDE / width || 0),
      [above, below] = (width < 560 ? NARROW : EDGE).map((edge) => Math.min(0.2, edge / height || 0));
    return fit(world, Math.max(0.3, width / height || 1.5), { box: [side, above, 1 - side, 1 - below] });
  }

  world(point) {
    return point.map((value, axis) => value * this.model[5 * axis] + this.model[12 + axis]);
  }

  look(camera) {
    if (same(camera, this.camera)) return;
    this.camera = camera;
    this.moved(camera);
  }

  /** As a person has put it: kept from now on. */
  put(camera) {
    this.touched = true;
    this.motion("camera", 0, null);
    this.look(camera);
    clearTimeout(this.storing);
    this.storing = setTimeout(() => this.store(), 250);
  }

  refit() {
    if (!this.touched) this.look(this.fitted());
  }

  reset() {
    this.following = this.touched = false;
    clearTimeout(this.storing);
    this.store(null);
    this.glide(() => this.fitted(), 450);
  }

  /** Comes nearer once, then only the centre goes along, so that zoom and angle stay a person's own. */
  follow(on, head) {
    this.following = on;
    const distance = Math.min(this.camera.distance, CLOSE),
      from = this.camera;
    if (on && head()) this.glide(() => ({ ...from, center: this.world(head()), distance }), 600);
  }

  glide(target, milliseconds) {
    const from = this.camera;
    this.motion("camera", milliseconds, (u) => this.look(between(from, target(), smooth(u))));
  }

  chase(head, seconds) {
    const { camera } = this,
      center = mix(camera.center, this.world(head), Math.min(1, 3 * seconds));
    // Less cannot be seen, and an eye that never comes to rest would keep the player drawing.
    if (Math.hypot(...center.map((value, axis) => value - camera.center[axis])) > 2e-4)
      this.look({ ...camera, center });
  }

  destroy() {
    clearTimeout(this.storing);
  }

  store(camera = toPlotly(this.camera)) {
    try {
      if (camera) sessionStorage.setItem(STORE, JSON.stringify(camera));
      else sessionStorage.removeItem(STORE);
    } catch {
      /* no storage here: the camera lives as long as the player */
    }
  }

  restore() {
    try {
      const camera = fromPlotly(JSON.parse(sessionStorage.getItem(STORE)));
      this.touched = [...camera.center, camera.azimuth, camera.elevation, camera.distance].every(Number.isFinite);
      return this.touched ? camera : null;
    } catch {
      return null;
    }
  }
}
