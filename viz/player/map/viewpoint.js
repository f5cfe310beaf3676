// Where the camera stands: the whole map, the shot that the story asks for, what a person has made of it (kept for the tab), following the head. Says when it moves.
import { between, fit, fromPlotly, same, toPlotly } from "./camera.js";
import { FILL, TILTS, facing, frame, freeBox, share } from "./framing.js";
import { mix, modelMatrix, smooth } from "../geometry.js";
import { rim } from "./ground.js";

const STORE = "mind-map-camera";
/** How near the camera comes when it follows the head, in world units. */
const CLOSE = 0.55;
/** What the first view keeps free at the sides, and above and below for the controls, in pixels. */
const SIDE = 14,
  EDGE = [32, 32],
  NARROW = [46, 56];
/** How long the whole map is seen before the first shot, and how long the camera takes from one shot to the next, in milliseconds. */
export const HOLD = 1500;
export const EASE = 900;
/** A growing road is framed anew once it takes more than this of the free stage. */
const OUTGROWN = 0.9;

/** What may be missing of what should be filled, or be too much: at once, and after all that can be tried. */
const NEAR_ENOUGH = 0.03,
  MISSED = 0.06;
/** Where the search leaps between too much and too little. */
const FILLS = [0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85];

/** Where names stand follows from the camera, and the camera from them: of a few rounds the one in which what is drawn fills what it should most nearly. */
function settled(aim, refine, free, things) {
  let best = { off: Infinity },
    seen = { things },
    filled = FILL;
  const tried = (fill) => {
    const camera = aim(seen.things, fill);
    seen = refine(camera);
    const [left, top, right, bottom] = seen.drawn(free);
    filled = Math.max((right - left) / (free[2] - free[0]), (bottom - top) / (free[3] - free[1]));
    const off = Math.abs(filled - FILL);
    if (off < best.off) best = { camera, off };
  };
  let fill = FILL;
  for (let round = 0; round < 5 && best.off > NEAR_ENOUGH; round++) {
    tried(fill);
    fill = Math.min(0.9, Math.max(0.4, (fill * FILL) / filled));
  }
  for (const other of FILLS) if (best.off > MISSED) tried(other);
  return best;
}

const viewOf = ([ex, ey, ez, x, y, z]) => ({ eye: { x: ex, y: ey, z: ez }, center: { x, y, z }, up: { x: 0, y: 0, z: 1 } });

export class Viewpoint {
  /** size(): [width, height] of the stage; covered(): boxes of what lies on it; moved(camera): called after every change; motion(name, milliseconds, apply). */
  constructor(ground, { size, covered = () => [], moved, motion }) {
    Object.assign(this, {
      ground,
      size,
      covered,
      moved,
      motion,
      touched: false,
      wide: false, // somebody asked for the whole map
      following: false,
      shot: null,
      trip: null,
      model: modelMatrix(ground.cube),
    });
    this.camera = this.restore() ?? this.whole();
  }

  /** All of the ground where no control covers it, whatever the aspect, from the side of the shot. A road lies among the ground's points: it is never cut either. */
  whole() {
    const [width, height] = this.size(),
      world = (this.rim ??= rim(this.ground).map((point) => this.world(point)));
    const side = Math.min(0.1, SIDE / width || 0),
      [above, below] = (width < 560 ? NARROW : EDGE).map((edge) => Math.min(0.2, edge / height || 0));
    const { azimuth, elevation } = this.framed?.camera ?? {};
    return fit(world, Math.max(0.3, width / height || 1.5), {
      azimuth,
      elevation: elevation && Math.max(elevation, 0.42), // flatter, and the near half of the map hides the far one
      box: [side, above, 1 - side, 1 - below],
    });
  }

  /** What the story wants to be seen, or the whole map where it asks for nothing. */
  home() {
    return this.framed?.camera ?? this.whole();
  }

  /** The camera of a shot, on the stage as it is now. */
  frame({ things, moves, steady, refine }) {
    const size = this.size(),
      free = freeBox(size, this.covered());
    if (!things.length || !size[0] || !size[1]) return null;
    const inWorld = (list) => list.map(({ at, pad }) => ({ at: this.world(at), pad })),
      across = moves.map(({ a, b, weight }) => ({ a: this.world(a), b: this.world(b), weight }));
    // While a road grows the camera only comes and goes: turning with every token would make anybody giddy.
    const view = steady ? this.framed?.camera ?? {} : facing(across, [free[2] - free[0], free[3] - free[1]]);
    const aimed = ({ azimuth, elevation }) => (list, fill) => frame(inWorld(list), size, free, { azimuth, elevation }, fill);
    if (!refine) return { camera: aimed(view)(things), free, size };
    // On a small stage names may leave too much or too little at every distance: then from a little higher or lower.
    let best = settled(aimed(view), refine, free, things);
    for (const elevation of steady ? [] : TILTS) {
      if (best.off <= MISSED) break;
      const other = settled(aimed({ ...view, elevation }), refine, free, things);
      if (other.off < best.off) best = other;
    }
    return { camera: best.camera, free, size };
  }

  /** The story has come to `key`: what is to be seen then is `shot()`, {things: [{at, pad}], moves: [{a, b, weight}], steady}, in units of the data. A person's own camera stays; `hold`: the whole map is seen first, `cut`: nothing moves on the way. */
  tell(key, shot, { hold = false, cut = false } = {}) {
    if (key === this.key && !hold) return;
    this.key = key;
    const next = shot();
    if (next.steady && this.shot?.steady && !hold && this.fits(next)) return;
    this.shot = next;
    this.framed = this.frame(next);
    if (this.touched || this.following) return;
    if (cut) return this.cut();
    if (hold) this.look(this.whole());
    this.travel(hold ? HOLD : 0);
  }

  cut() {
    this.trip = null;
    this.motion("camera", 0, null);
    this.look(this.home());
  }

  /** To the shot, after a wait. Where it lies is asked all along: the stage may change its size meanwhile. */
  travel(wait) {
    const trip = (this.trip = { from: this.camera, left: false });
    this.motion("camera", wait + EASE, (u) => {
      const gone = u * (wait + EASE) - wait;
      if (gone <= 0) return;
      trip.left = true;
      this.look(between(trip.from, this.home(), smooth(gone / EASE)));
      if (u === 1) this.trip = null;
    });
  }

  /** Is what a growing road has come to still well within the shot? */
  fits({ things }) {
    if (!this.framed) return !things.length;
    const { camera, free, size } = this.framed;
    return (
      share(
        camera,
        things.map(({ at, pad }) => ({ at: this.world(at), pad })),
        size,
        free,
      ) < OUTGROWN
    );
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
    this.trip = null;
    this.wide = false;
    this.motion("camera", 0, null);
    this.look(camera);
    clearTimeout(this.storing);
    this.storing = setTimeout(() => this.store(), 250);
  }

  /** Where the camera stands and why, to be brought back. */
  kept() {
    const { camera, touched, wide, following } = this;
    return { camera, touched, wide, following };
  }
  bring({ camera, ...kept }) {
    Object.assign(this, kept);
    this.stored(camera);
    this.glide(() => (kept.touched || kept.following ? camera : this.home()), EASE);
  }

  /** What was lent ends here, and something else comes: only why the camera stood there before is known again. */
  giveBack({ camera, ...kept }) {
    Object.assign(this, kept);
    this.stored(camera);
    if (kept.touched) this.look(camera);
  }
  stored(camera) {
    clearTimeout(this.storing);
    this.store(this.touched ? toPlotly(camera) : null);
  }

  /** A camera for as long as a beat of a lesson lasts: "story", "whole", or six numbers, eye and centre in plotly's units. It is not kept. */
  lend(view) {
    const camera = Array.isArray(view) ? fromPlotly(viewOf(view)) : null;
    Object.assign(this, { following: false, touched: Boolean(camera) || view === "whole", wide: view === "whole" });
    this.glide(() => camera ?? (this.wide ? this.whole() : this.home()), EASE);
  }

  /** The stage has another size. */
  refit() {
    if (this.shot) this.framed = this.frame(this.shot);
    if (this.touched || this.following) return;
    if (!this.trip) return this.look(this.home());
    if (!this.trip.left) this.look((this.trip.from = this.whole())); // it has not set out yet
  }

  /** Back to what the story shows, and along with it from now on. */
  reset() {
    this.following = this.touched = this.wide = false;
    clearTimeout(this.storing);
    this.store(null);
    const home = this.home();
    this.glide(() => home, 450);
  }

  /** The whole map, because somebody asked for it: there it stays. */
  widen() {
    const whole = this.whole();
    this.following = false;
    this.put(this.camera);
    this.wide = true;
    clearTimeout(this.storing);
    this.store(toPlotly(whole)); // not where it is on its way
    this.glide(() => whole, EASE);
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
