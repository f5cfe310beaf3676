// What a film is made of: the scene of a player as it stands now, cut loose from the player, so that a person may go on while the film is being made.
import { stateOf } from "./frame.js";
import { modelMatrix } from "./geometry.js";
import { fit, zoom } from "./map/camera.js";
import { freeBox } from "./map/framing.js";
import { rim } from "./map/ground.js";
import { Viewpoint } from "./map/viewpoint.js";
import { recipeOf } from "./recipe.js";
import { follow } from "./shots.js";
import { biteAt } from "./state/bites.js";
import { newClock, seek } from "./state/clock.js";
import { Journey } from "./state/journey.js";
import { speaksAgainst } from "./state/readings.js";
import { beatsOf } from "./state/story.js";

const FAR = 2.2, // times as far from the road as before, and it is lost in the last picture
  BACK = 1.5;

/**
 * {ground, roads, last (index of the last token), partsAt, font, recipe (plain data), camera (a person's own, or null), words (for the film's footer),
 * state(moment): what `compose` draws at {time, indices, slots, labelled, eased}, shots(stage): {whole, shots: [{at, camera}]} on a stage {width, height, scale, covered, palette, measure}}.
 */
export function filmedOf(player) {
  const { ground, say, marks, question, which, regions } = player,
    journey = new Journey();
  journey.load(player.scene());
  journey.setBlend(Math.round(player.journey.blend));
  const cut = { ground, say, marks, question, which, regions, journey, roads: journey.roads, hover: null, slide: null, stage: { lit: player.stage.lit }, readout: { moments: player.readout.moments } };
  return {
    ground,
    roads: journey.roads,
    last: journey.last,
    partsAt: journey.partsAt,
    font: player.theme.font,
    recipe: recipeOf(player),
    camera: player.eye.touched ? player.eye.camera : null,
    words: wordsOf(journey, say),
    state: (moment) => stateAt(cut, moment),
    shots: (stage) => shotsOn(cut, stage),
  };
}

/** What is there to see at a moment of the film: nobody points at anything, and no number stands at a crossing. */
function stateAt(cut, { time, indices, slots, labelled, eased }) {
  const clock = { ...newClock(), time, playing: true, speed: labelled ? 1 : 2 };
  // Where the turns are told beside the head, the words for what happened there would say it twice.
  const moments = cut.readout.moments.filter(({ at }) => !labelled || !indices.includes(at));
  const state = stateOf({ ...cut, clock, indices, slots, eased, readout: { moments } });
  return labelled ? { ...state, turns: oneFan(state.turns, cut.roads) } : state;
}

/** Where two roads stand at one crossing the turns are told once: of the road that a sign has turned, else of the first. */
function oneFan(turns, roads) {
  const bitten = turns.find(({ road, index }) => biteAt(roads[road], index)) ?? turns[0],
    together = turns.every(({ head }) => head.every((value, axis) => value === turns[0].head[axis]));
  return together ? turns.map((turn) => ({ ...turn, labelled: turn === bitten })) : turns;
}

/** The story's cameras as the app would find them on a stage of this size. */
function shotsOn(cut, { width, height, scale, covered, palette, measure }) {
  const { journey, ground } = cut,
    stage = { width, height, lit: cut.stage.lit, light: () => {} },
    eye = new Viewpoint(ground, { size: () => [width, height], covered: () => covered, moved: () => {}, motion: () => {} }),
    beats = beatsOf(journey.roads, journey.partsAt);
  const readout = { moments: cut.readout.moments, boxesOf: () => covered, controlBoxes: () => covered },
    double = { ...cut, stage, eye, readout, scale, palette, measure, eased: true, slots: new Map(), shell: { card: { hidden: true } }, present: { on: false }, loads: 0 };
  const shots = beats.flatMap(({ at, shot }) => {
    const clock = { ...seek({ ...newClock(), last: journey.last }, at), playing: true, speed: 2 };
    follow({ ...double, clock, indices: journey.roads.map(({ tokens }) => Math.min(at, tokens.length - 1)) }, { cut: true });
    // The same view, as near as the road allows: on a film names come and go, and the road is what it is about.
    const things = eye.shot?.things.filter(({ name }) => !name) ?? [],
      near = eye.frame({ things, moves: [], steady: true });
    return near ? [{ at, shot, camera: near.camera }] : [];
  });
  return { shots: shots.map((one) => ended(one, shots)), whole: wholeOf(ground, { width, height, covered }, shots[0]?.camera) };
}

/** A last shot that would show the road from afar, because its flag lies there, steps back a little instead. */
function ended({ at, shot, camera }, shots) {
  const road = shots.findLast((one) => one.shot === "road")?.camera,
    far = shot === "end" && road && camera.distance > FAR * road.distance;
  return { at, camera: far ? zoom(road, BACK) : camera };
}

/** The whole map below what stands on the stage, from the side of the first shot. */
function wholeOf(ground, { width, height, covered }, first) {
  const model = modelMatrix(ground.cube),
    world = rim(ground).map((point) => point.map((value, axis) => value * model[5 * axis] + model[12 + axis])),
    [left, top, right, bottom] = freeBox([width, height], covered);
  return fit(world, width / height, { ...sideOf(first), box: [left / width + 0.03, top / height, right / width - 0.03, bottom / height] });
}

/** From where the whole map is seen: flatter than this its near half hides the far one. */
const sideOf = (camera) => (camera ? { azimuth: camera.azimuth, elevation: Math.max(camera.elevation, 0.42) } : {});

/** The words of a film: title and program, what was asked, what tells the roads apart, and what they said. */
function wordsOf({ roads, scene }, say) {
  const systems = roads.map(({ system }) => system ?? null),
    shared = new Set(systems).size <= 1;
  return {
    title: scene.title || "",
    program: say("film.program"),
    question: askedOf(roads[0]),
    system: (shared && systems[0]) || "",
    heads: headsOf(roads, systems, shared, say),
    roads: roads.map(({ tokens }) => tokens.map(({ text }) => text)),
  };
}

const askedOf = (road) => road?.user ?? road?.messages?.filter(({ role }) => role === "user").at(-1)?.content ?? "";

/** A line above each answer that tells two roads apart: their system prompts, or the signs that they obey. */
function headsOf(roads, systems, shared, say) {
  if (roads.length < 2) return roads.map(() => "");
  const signs = roads.map(({ rewards }) => signsOf(rewards ?? [], say)),
    named = (system) => (system === null ? say("text.default_system") : system || say("text.no_system"));
  const told = roads.map((_, i) => [shared ? "" : named(systems[i]), signs[i]].filter(Boolean).join(" · "));
  return told.map((line) => line || (told.some(Boolean) ? say("film.no_sign") : ""));
}

function signsOf(rewards, say) {
  return ["avoid", "toward"]
    .map((way) => [way, rewards.filter((reward) => speaksAgainst(reward) === (way === "avoid"))])
    .filter(([, found]) => found.length)
    .map(([way, found]) => `${say(`signs.${way}`)}: ${found.map(({ word, region }) => `“${(word ?? region).split(": ").at(-1)}”`).join(", ")}`)
    .join(" · ");
}
