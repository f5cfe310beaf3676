// One picture: everything above the ground as one display list, from a frame (how it is seen) and a state (what is there).
import { drawBites } from "./bites.js";
import { drawCrossings } from "./crossings.js";
import { placeLandmarks } from "./labels.js";
import { drawNotes } from "./notes.js";
import { drawNumbers, drawRoads } from "./road.js";
import { drawSpurs } from "./spurs.js";
import { drawStarts } from "./starts.js";
import { font } from "./ink.js";
import { mix } from "../geometry.js";
import { shortName } from "../state/marks.js";
import { signPosts } from "./posts.js";

/** A ruler for text that remembers what it has measured. */
export function ruler(context, family) {
  const known = new Map();
  return (text, size, weight) => {
    const key = `${weight}/${size}/${text}`;
    if (!known.has(key)) {
      if (known.size > 2000) known.clear(); // a long session must not keep every text it ever measured
      context.font = font(size, weight, family);
      known.set(key, context.measureText(text).width);
    }
    return known.get(key);
  };
}

/** frame: {project, ref, width, height, palette, scale, measure, view, controls}; state: see `stateOf`. Returns {ink, picks, boards (what can be pointed at by its box: posts, names), moving (is a name fading?)}; ink says what it is `of` where that is a road or a start. */
export function compose(frame, state) {
  const still = state.blend < 0.01;
  const roads = drawRoads(frame, state),
    starts = drawStarts(frame, state.flags, state.ghosts, state.moved);
  // The order is who gives way to whom: roads and flags stand where they are, posts avoid them, names of landmarks both, and labels of
  // turns the names that are told at the heads. Posts and names keep off whole roads, also of what is to come: nothing hops while one plays.
  const crossed = state.roads.flatMap(({ places }) => places.map((place) => around(frame.project(place), 4)));
  const posts = signPosts(frame, state.marks, state, [
    ...starts.boxes,
    ...crossed,
  ]);
  const bites = drawBites(frame, state),
    standing = [...frame.controls, ...starts.boxes, ...posts.boxes],
    fixed = [...standing, ...bites.boxes],
    names = placeLandmarks(frame, landmarksOf(state, posts), wantedNames(state), {
      fixed,
      soft: crossed,
      slots: state.slots,
      most: frame.width < 560 ? 8 : 24,
    });
  const turns = [],
    hard = [...standing, ...bites.seen, ...names.told, ...roads.heads.map(({ at }) => around(at, 12 * frame.scale))],
    soft = recent(roads.picks, state.time);
  // The tips of turns are known on the map alone: off it none is drawn.
  for (const turn of still ? state.turns : []) {
    const labelled = turn.labelled && room(frame, state, turn) && !repeated(turn, state.turns[0]);
    turns.push(drawSpurs(frame, { ...turn, labelled, avoid: { hard, soft } }));
    hard.push(...turns.at(-1).boxes);
  }
  const notes = drawNotes(frame, state, { hard: [...hard, ...turns.flatMap(({ boxes }) => boxes)], soft });
  // What comes and goes lets a name fade, and takes its room for as long.
  const passing = [
      ...notes.boxes,
      ...turns.flatMap(({ boxes }) => boxes),
      ...roads.heads.map(({ at }) => around(at, 14 * frame.scale)),
    ],
    named = names.draw(passing),
    words = [...names.told, ...named.picks.map(({ box }) => box), ...posts.boxes, ...bites.boxes, ...starts.boxes, ...passing],
    crossings = [...drawCrossings(frame, state), ...drawNumbers(frame, state, roads, words)];
  for (const item of [...roads.ink, ...roads.top, ...crossings]) item.of = "road";
  for (const item of starts.ink) item.of = "start";
  return {
    ink: [
      ...roads.old,
      ...named.ink,
      ...posts.ink,
      ...roads.ink,
      ...crossings,
      ...bites.ink,
      ...starts.ink,
      ...notes.ink,
      ...turns.flatMap(({ ink }) => ink),
      ...roads.top,
    ],
    picks: [...roads.picks, ...turns.flatMap(({ picks }) => picks)],
    boards: [...roads.ends, ...named.picks, ...posts.picks],
    moving: named.moving,
  };
}

/** The landmarks whose names are not on a board: a name stands on the map once. */
function landmarksOf({ ground }, { picks }) {
  const onBoards = new Set(picks.map(({ mark }) => mark.title));
  return ground.meta.landmarks.filter(({ name }) => !onBoards.has(shortName(name)));
}

/** The names that are said at the heads, and those that are said anywhere on the roads. */
function wantedNames({ roads, time }) {
  const of = (token) => token?.neighbourhood ?? [];
  return {
    head: roads.flatMap(({ tokens }) => of(tokens[Math.min(Math.floor(time), tokens.length - 1)])),
    road: [...new Set(roads.flatMap(({ tokens }) => tokens.flatMap(of)))],
  };
}

/** A narrow stage has room for the labels of one road, and for none between many posts: the bar under the map has them all. */
function room({ width }, { marks, turns, which }, { road }) {
  return width >= 560 || (marks.length < 3 && (turns.length < 2 || road === which));
}

/** Does B stand where A stands, before the same turns, and take the same? */
function repeated(turn, first) {
  const same = (a, b) => a.length === b.length && a.every((value, i) => value === b[i]);
  return (
    turn.road > first.road &&
    turn.taken === first.taken &&
    same(turn.head, first.head) &&
    same(turn.token.blocked ?? [], first.token.blocked ?? [])
  );
}

const around = ([x, y], by) => [x - by, y - by, x + by, y + by];

function recent(picks, time) {
  return picks.filter(({ index }) => index < time && index > time - 30).map(({ at }) => around(at, 4));
}

/** Flags of the roads in a scene, a second one only where it starts elsewhere, and last the one that is typed. sliding: where the flag is that is on its way. */
export function flagsOf({ roads, blend, typed }, sliding) {
  const flags = [],
    at = ({ position, pca }) => (blend > 0 && pca ? mix(position, pca, blend) : position);
  roads.forEach((road, which) => {
    const start = (which === 0 && !typed && sliding) || road.start;
    if (!start?.position) return;
    const place = at(start);
    if (flags.some((flag) => flag.place.every((value, axis) => Math.abs(value - place[axis]) < 1e-6))) return;
    flags.push({ place, first: road.places[0] ?? null, road: which });
  });
  return typed ? [...flags, { place: at(sliding ?? typed.start), first: null, road: null, label: typed.label }] : flags;
}
