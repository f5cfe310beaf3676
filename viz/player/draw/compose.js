// One picture: everything above the ground as one display list, from a frame (how it is seen) and a state (what is there).
import { drawLandmarks } from "./labels.js";
import { drawRoads } from "./road.js";
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

/** frame: {project, ref, width, height, palette, scale, measure, view, controls}; state: see `Player.state`. Returns {ink, picks, boards (what can be pointed at by its box: posts, names)}; ink says what it is `of` where that is a road or a start. */
export function compose(frame, state) {
  const still = state.blend < 0.01;
  const roads = drawRoads(frame, state),
    starts = drawStarts(frame, state.flags, state.ghosts);
  // The order is who gives way to whom: roads and flags stand where they are, posts avoid them, labels of turns avoid both,
  // and the names of the landmarks take what is left.
  const posts = signPosts(frame, state.marks, state.blend, state.say, [
    ...starts.boxes,
    ...roads.heads.map(({ at }) => around(at, 40)),
    ...roads.picks.map(({ at }) => around(at, 4)),
    ...state.turns.flatMap(({ tips }) => tips.map((tip) => around(frame.project(tip), 30))),
  ]);
  const fixed = [...frame.controls, ...starts.boxes, ...posts.boxes];
  const turns = [],
    hard = [...fixed, ...roads.heads.map(({ at }) => around(at, 12 * frame.scale))],
    soft = recent(roads.picks, state.time);
  // The tips of turns are known on the map alone: off it none is drawn.
  for (const turn of still ? state.turns : []) {
    const labelled = turn.labelled && room(frame, state, turn) && !repeated(turn, state.turns[0]);
    turns.push(drawSpurs(frame, { ...turn, labelled, avoid: { hard, soft } }));
    hard.push(...turns.at(-1).boxes);
  }
  const obstacles = [
    ...fixed,
    ...turns.flatMap(({ boxes }) => boxes),
    ...roads.heads.map(({ at }) => around(at, 22 * frame.scale)),
    ...roads.picks.map(({ at }) => around(at, 5)),
  ];
  const onBoards = new Set(posts.picks.map(({ mark }) => mark.title)), // a name stands on the map once
    landmarks = state.ground.meta.landmarks.filter(({ name }) => !onBoards.has(shortName(name)));
  const names = drawLandmarks(frame, landmarks, obstacles, state.slots, frame.width < 560 ? 8 : 16);
  for (const item of [...roads.ink, ...roads.top]) item.of = "road";
  for (const item of starts.ink) item.of = "start";
  return {
    ink: [
      ...roads.old,
      ...names.ink,
      ...posts.ink,
      ...roads.ink,
      ...starts.ink,
      ...turns.flatMap(({ ink }) => ink),
      ...roads.top,
    ],
    picks: [...roads.picks, ...turns.flatMap(({ picks }) => picks)],
    boards: [...roads.ends, ...names.picks, ...posts.picks],
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

/** Flags of the roads in a scene; a second one only where it starts elsewhere. */
export function flagsOf(roads, blend, sliding) {
  const flags = [];
  roads.forEach((road, which) => {
    const start = (which === 0 && sliding) || road.start;
    if (!start?.position) return;
    const place = blend > 0 && start.pca ? mix(start.position, start.pca, blend) : start.position;
    if (flags.some((flag) => flag.place.every((value, axis) => Math.abs(value - place[axis]) < 1e-6))) return;
    flags.push({ place, first: road.places[0] ?? null, road: which });
  });
  return flags;
}
