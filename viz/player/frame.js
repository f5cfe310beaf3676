// One frame of a player: the clock and the motions move on, then the canvas is painted where anything has changed.
import { compose, flagsOf } from "./draw/compose.js";
import { draw } from "./draw/ink.js";
import { said } from "./state/journey.js";
import { renderPicture } from "./draw/picture.js";
import { resizeTo } from "./map/stage.js";
import { headPlace } from "./state/places.js";
import { upTo } from "./state/talk.js";
import { LIGHT, palette } from "./draw/theme.js";
import { recipeOf } from "./recipe.js";

/** The frames of one player. Owns what moves (motions), what has to be painted anew, and what the last picture holds that can be pointed at (picks, boards). */
export class Frames {
  /** pen: the 2D context of the canvas above the ground. */
  constructor(player, pen) {
    Object.assign(this, { player, pen, motions: new Map(), picks: [], boards: [], count: 0 });
    Object.assign(this, { asked: null, before: null, dirty: false, turning: false, stopped: false });
  }

  /** Runs `apply` with 0 to 1 for some time; one motion of a name at a time, none without `apply`. */
  motion(name, milliseconds, apply) {
    if (!apply) return this.motions.delete(name);
    this.motions.set(name, { began: performance.now(), milliseconds, apply });
    this.wake(true);
  }

  wake(dirty = false) {
    this.dirty ||= dirty;
    if (!this.asked && !this.stopped) this.asked = requestAnimationFrame((now) => this.turn(now));
  }

  /** The camera has moved: plotly draws by itself, and the canvas is painted in the same frame, once plotly has. */
  turned() {
    this.turning = true;
    this.wake(true);
  }

  /** Moves everything on to `now` and paints it. It asks for the next frame only while something moves. */
  turn(now) {
    const { player, motions } = this,
      seconds = Math.min(0.1, (now - (this.before ?? now)) / 1000); // a tab that slept does not leap ahead
    this.asked = null;
    this.before = now;
    const ticked = player.tick(seconds);
    for (const [name, motion] of motions) {
      const u = Math.min(1, Math.max(0, (now - motion.began) / motion.milliseconds));
      motion.apply(u);
      this.dirty = true;
      if (u === 1) motions.delete(name);
    }
    const head = player.eye.following && !motions.has("camera") ? player.headPlace() : null;
    if (head) player.eye.chase(head, seconds);
    if (ticked) {
      this.dirty = true;
      player.update();
    }
    if (this.dirty && !(this.turning && player.stage.drawnByPlotly)) this.paint();
    this.turning = false;
    if (player.playing || motions.size || this.dirty) this.wake();
    else this.before = null;
  }

  paint() {
    const { player, pen } = this,
      { stage } = player,
      ratio = Math.min(2, devicePixelRatio || 1);
    if (!stage.width || !stage.height || !player.palette || !player.eye) return;
    this.dirty = false;
    stage.paint();
    resizeTo(pen.canvas, stage.width * ratio, stage.height * ratio);
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.clearRect(0, 0, stage.width, stage.height);
    const frame = {
      project: stage.projector(),
      ref: stage.ref,
      width: stage.width,
      height: stage.height,
      palette: player.palette,
      scale: player.scale,
      least: player.least,
      measure: player.measure,
      view: player.journey.blend > 0.5 ? "pca" : "map",
      controls: player.readout.controlBoxes(),
    };
    const { ink, picks, boards, moving } = compose(frame, stateOf(player));
    draw(pen, ink, player.palette);
    Object.assign(this, { picks, boards });
    player.inset.paint(insetOf(player));
    this.count++;
    if (moving) this.wake(true);
    player.painted();
  }

  stop() {
    this.stopped = true;
    cancelAnimationFrame(this.asked);
  }
}

/** What the inset shows of a player: see parts/inset.js. */
function insetOf({ eye, stage, palette, journey, slide, roads, time, eased }) {
  const { blend } = journey;
  return {
    camera: eye.camera,
    aspect: stage.width / stage.height,
    palette,
    lit: stage.lit,
    blend,
    roads: roads.map(({ places }) => places.slice(0, Math.floor(time) + 1)),
    flags: flagsOf(journey, slide).map(({ place }) => place),
    heads: roads.filter(({ places }) => places.length).map(({ places }) => headPlace(places, time, eased)),
    whole: eye.wide || !eye.framed,
  };
}

const PRESENTED = 22 / 16; // type of 16 pixels is 22 in Present, or larger

/** How large type and marks are: in Present to be read from afar, else growing with a stage that is larger than most. */
export function scaleOf({ width, height }, presented) {
  if (presented) return Math.min(1.8, Math.max(PRESENTED, height / 560));
  return Math.min(1.35, Math.max(1, Math.min(width / 1200, height / 560)));
}

/** What is there to see, for this picture or a saved one. */
export function stateOf(player) {
  const { journey, clock } = player,
    resting = !clock.playing || (clock.speed <= 1 && !clock.growing);
  const map = journey.comparison?.map,
    moved = Number.isFinite(map) ? player.say("compare.arrow", { value: map.toFixed(2) }) : null;
  return {
    roads: player.talk?.hiding ? upTo(journey.roads, clock.time) : journey.roads,
    time: clock.time,
    eased: player.eased,
    still: !clock.playing,
    partsAt: journey.partsAt,
    hover: player.hover,
    old: journey.oldPlaces(),
    flags: flagsOf(journey, player.slide),
    moved,
    blend: journey.blend,
    ghosts: journey.ghostPlaces(),
    ground: player.ground,
    lit: player.stage.lit,
    marks: player.marks,
    question: player.question,
    slots: player.slots,
    say: player.say,
    turns: clock.playing && clock.growing ? [] : journey.turns(player.indices, resting),
    which: player.which,
    moments: player.readout.moments,
  };
}

/** The map at the camera on screen as a PNG, in the light theme, with its caption and a name for the file. */
export async function pictureOf(player) {
  const { stage, journey } = player,
    { caption = "" } = journey.scene;
  const view = {
    ground: player.ground,
    width: stage.width,
    height: stage.height,
    project: stage.projector(),
    ref: stage.ref,
    size: stage.size,
    palette: palette({ ...LIGHT, font: player.theme.font }),
    state: stateOf(player),
    recipe: recipeOf(player),
  };
  return { png: await renderPicture(view, belowOf(player)), caption, name: fileName(journey) };
}

/** What stands below a picture: the answers and the caption. */
export function belowOf({ journey, say }) {
  const grey = journey.oldPlaces().length ? say("save.grey") : null,
    { caption = "" } = journey.scene;
  return [...answersOf(say, journey.roads), [caption, grey].filter(Boolean).join(" ")].join("\n");
}

/** What the model wrote, a paragraph each road. */
function answersOf(say, roads) {
  const key = roads.length > 1 ? "save.answer_of" : "save.answer";
  return roads.flatMap(({ tokens }, which) => {
    const text = said(tokens).replace(/\s+/g, " ").trim();
    return text ? [say(key, { road: "AB"[which], text })] : [];
  });
}

/** "mind-map-what-is-rain": a file's name, without its ending, that says what was asked; only letters, digits and hyphens. */
export function fileName({ roads, scene }) {
  const asked = scene.title || roads[0]?.user || "",
    words = asked.toLowerCase().match(/[\p{L}\p{M}\p{N}]+/gu) ?? [];
  return [...["mind-map", ...words].join("-")].slice(0, 60).join("").replace(/-$/, "");
}
