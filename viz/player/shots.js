// What the camera is to hold at each beat of the story: the roads, the flag, the names of the places that the heads come to. As things for map/viewpoint.js.
import { compose, flagsOf } from "./draw/compose.js";
import { storyBoxes, union } from "./draw/extent.js";
import { stateOf } from "./frame.js";
import { modelMatrix, multiply, projector } from "./geometry.js";
import { viewProjection } from "./map/camera.js";
import { beatAt, beatsOf } from "./state/story.js";

/** What is drawn around a place, in pixels at scale 1: left, above, right, below (a flag as in draw/starts.js). */
const CROSSING = [3, 3, 3, 3],
  HEAD = [13, 13, 13, 13],
  FLAG = [7, 34, 23, 7],
  GHOST = [50, 9, 50, 26];
/** A name, or a flag, this much of the roads' extent beside them is still taken into a shot of the road: further off it would make the road small. */
const ASIDE = 220; // pixels: half a long name, and the furthest that a name stands beside its place
const BESIDE = { name: 0.4, flag: 0.6 };

/** The room at the foot of the stage that is the sentence's, whether it is long or short, and what is counted above it: else the camera would start at every sentence. Pixels: of a wide stage, of a narrow one, in Present. */
const FOOT = { wide: 62, narrow: 104, present: 92 };

/** Boxes of what covers the stage for as long as a shot lasts. In a frame of another page the sentence stands below the map; a lesson in Present has its own words instead. */
export function covered({ readout, shell, inset, stage, present, counted, saying, lesson, talk }) {
  const { width, height } = stage,
    above = shell.stage.contains(saying.element) && !(present.on && talk.inLesson),
    foot = above ? (present.on ? FOOT.present : width < 560 ? FOOT.narrow : FOOT.wide) + counted.high : 0;
  return [...readout.boxesOf([shell.card, lesson.element, shell.tools, inset.element]), [0, height - foot, width, height]];
}

/** Tells the camera what the scene shows now. how: see `Viewpoint.tell`. */
export function follow(player, how = {}) {
  const { journey, clock, eye } = player,
    { blend, roads } = journey;
  if (!eye || (blend > 0 && blend < 1)) return; // on its way to the other view nothing has its place
  const beats = beatsOf(roads, journey.partsAt),
    beat = beatAt(beats, clock.time);
  player.stage.light(themesInPlay(player));
  const counts = journey.growing ? roads.map(({ places }) => places.length) : beat,
    flags = [...roads.map(({ start }) => start?.position), journey.typed?.start.position],
    key = JSON.stringify([player.loads, journey.growing, counts, blend, flags, player.shell.card.hidden, player.present.on, player.lesson.element.hidden]);
  eye.tell(key, () => shotOf(player, beats, beat), how);
}

function shotOf(player, beats, beat) {
  const { journey, ground, scale } = player,
    { roads, blend } = journey,
    flags = flagsOf(journey, null),
    ghosts = journey.ghostPlaces(),
    close = beats[beat].shot === "road";
  const padded = (at, pad) => ({ at, pad: pad.map((pixels) => pixels * scale) }),
    places = roads.flatMap((road) => road.places);
  const things = roads.flatMap((road) =>
    road.places.map((at, i) => padded(at, i === Math.min(beats[beat].at, road.places.length - 1) ? HEAD : CROSSING)),
  );
  things.push(...flags.map(({ place }) => padded(place, FLAG)).filter(({ at }) => !close || beside(places, at, BESIDE.flag)));
  if (!close) things.push(...ghosts.map(({ place }) => padded(place, GHOST)));
  const known = new Map(ground.meta.landmarks.map((landmark) => [landmark.name, landmark])),
    now = namesAt(roads, beats[beat].at, beats[beat].at + 1);
  for (const name of now) {
    const landmark = known.get(name),
      at = landmark && (blend > 0 && landmark.pca ? landmark.pca : landmark.position);
    if (at && (!close || beside(places, at, BESIDE.name)))
      things.push({ ...padded(at, nameBox(player, landmark)), name });
  }
  return {
    refine: (camera) => refined(player, things, camera, { time: beats[beat].at, close }),
    things: journey.growing && places.length < 2 ? [] : things,
    moves: movesOf(roads, flags, ghosts),
    steady: journey.growing,
  };
}

/** How a shot looks from a camera: {things: the same, each name with the room that it takes where it is really put, drawn(free): the box of all that it is about}. */
function refined(player, things, camera, { time, close }) {
  const { stage, ground, palette, scale, measure, journey, readout } = player,
    { width, height } = stage,
    matrix = multiply(viewProjection(camera, width / height), modelMatrix(ground.cube)),
    project = projector(matrix, width, height),
    view = journey.blend > 0.5 ? "pca" : "map";
  const frame = { project, ref: camera.distance, width, height, palette, scale, least: player.least, measure, view, controls: readout.controlBoxes() },
    picture = compose(frame, { ...stateOf(player), roads: journey.roads, time, slots: new Map() }), // all of it, also what a talk still hides
    names = new Set(things.flatMap(({ name }) => name ?? []));
  const put = new Map(picture.boards.filter(({ landmark }) => landmark).map(({ landmark, box }) => [landmark.name, box]));
  return {
    things: things.flatMap((thing) => placed(thing, put.get(thing.name), project, scale)),
    drawn: (free) => union(storyBoxes(picture, { names, close, free, measure })),
  };
}

/** A thing with the room that its name takes; none where it stands on a board instead. */
function placed(thing, box, project, scale) {
  if (!thing.name) return [thing];
  if (!box) return [];
  const [x, y] = project(thing.at),
    pad = [x - box[0], y - box[1], box[2] - x, box[3] - y];
  // At the edge of a stage that its place has left it says nothing about where it will stand.
  return Math.max(...pad.map(Math.abs)) < ASIDE * scale ? [{ ...thing, pad }] : [thing];
}

/** Names of the places that heads come to from token `from` on, before `to`. */
function namesAt(roads, from, to) {
  return new Set(
    roads.flatMap(({ tokens }) =>
      tokens.slice(Math.min(from, tokens.length - 1), Math.max(to, from + 1)).flatMap(({ neighbourhood }) => neighbourhood ?? []),
    ),
  );
}

/** Does a place lie among the others, or beside them, no further off than this share of their extent? */
function beside(places, at, far) {
  if (!places.length) return false;
  const spans = at.map((_, axis) => {
    const values = places.map((place) => place[axis]);
    return [Math.min(...values), Math.max(...values)];
  });
  const slack = far * Math.max(...spans.map(([low, high]) => high - low));
  return at.every((value, axis) => value > spans[axis][0] - slack && value < spans[axis][1] + slack);
}

/** The room that the name of a landmark takes around its place. */
function nameBox({ measure }, { name }) {
  const half = measure(name.split(": ").at(-1), 16, 600) / 2 + 16;
  return [half, 16, half, 16];
}

/** What should lie across: the roads, the way from flag to road, and above all the way of a flag that has moved, or between two. */
function movesOf(roads, flags, ghosts) {
  const moves = roads.flatMap(({ places }) => places.slice(1).map((b, i) => ({ a: places[i], b, weight: 1 })));
  const links = flags.filter(({ first }) => first).map(({ place, first }) => ({ a: place, b: first, weight: 2 }));
  const starts = [...ghosts.slice(-1), ...flags].map(({ place }) => place);
  return [...moves, ...links, ...starts.slice(1).map((b, i) => ({ a: starts[i], b, weight: 6 }))];
}

/** The themes of the places that the roads come to: they are lit. */
function themesInPlay({ ground, roads, talk, at }) {
  const names = namesAt(roads, 0, talk?.hiding ? at + 1 : Infinity); // what is still to come would be told by its light
  return new Set(ground.meta.landmarks.filter(({ name }) => names.has(name)).map(({ theme }) => theme));
}
