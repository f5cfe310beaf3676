// What a film shows when: which token at which moment, from which camera. Numbers in, numbers out; no clock is asked, so that one scene gives one film.
import { biteAt } from "../state/bites.js";
import { tempoAt } from "../state/clock.js";
import { between } from "../map/camera.js";
import { smooth } from "../geometry.js";

/** Seconds: of the whole map, before anything moves; at the end, when all has been said; at a crossing that is looked at. A short film has shares of itself. */
const OPENING = 0.6,
  REST = 1,
  STOP = 0.8;
/** No more of the drive than this is spent standing. */
const STANDING = 0.4;
/** Two stops are this many tokens apart. */
const APART = 4;
/** Seconds: how long the camera takes from one shot to the next, and how long it lets one be seen at least, the way there included. */
const EASE = 1.2,
  STAY = 1.5;

/** The crossings at which a film stops to look at the turns, at most two: where roads part and where a sign first bites, else where most was open. roads: with places where turns lead, `spurs`. */
export function stopsOf(roads, partsAt) {
  const seen = (at) => roads.some(({ spurs, tokens }) => spurs[at] && at < tokens.length - 2);
  const bites = roads.map((road) => road.tokens.findIndex((_, at) => biteAt(road, at))).filter((at) => at >= 0),
    told = [...new Set([...(roads.length > 1 && partsAt != null ? [partsAt] : []), ...bites])].filter(seen).sort((a, b) => a - b);
  const stops = told.filter((at, i) => !i || at - told[0] >= APART).slice(0, 2);
  return stops.length ? stops : mostOpen(roads, seen);
}

function mostOpen([road], seen) {
  const last = (road?.tokens.length ?? 0) - 1,
    open = (at) => road.tokens[at].entropy ?? 0;
  const within = Array.from({ length: Math.max(0, last) }, (_, at) => at).filter((at) => at >= 0.1 * last && at <= 0.75 * last && seen(at));
  return within.length ? [within.reduce((best, at) => (open(at) > open(best) ? at : best))] : [];
}

/**
 * When the head is where. {opening, ends (seconds at which the drive begins and is over), at(t): the time in tokens t seconds into the film, when(token): the first moment at which the head is there,
 * stops, dwell (seconds a token, on average)}. last: index of the last token, -1 for none.
 */
export function paceOf(roads, last, seconds, stops) {
  const opening = Math.min(OPENING, 0.1 * seconds),
    ends = seconds - Math.min(REST, seconds / 6),
    wait = Math.min(STOP, (STANDING * (ends - opening)) / Math.max(1, stops.length)),
    slow = Array.from({ length: Math.max(0, last) }, (_, i) => 1 / tempoAt(roads, i)),
    unit = (ends - opening - wait * stops.length) / slow.reduce((sum, value) => sum + value, 0);
  const knots = [[opening, 0]]; // [seconds, tokens]
  slow.forEach((value, i) => {
    if (stops.includes(i)) knots.push([knots.at(-1)[0] + wait, i]);
    knots.push([knots.at(-1)[0] + value * unit, i + 1]);
  });
  return { opening, ends, stops, dwell: (ends - opening) / Math.max(1, last), at: (t) => read(knots, t, 0), when: (token) => read(knots, token, 1) };
}

/** The other coordinate of a line of knots at a value of one; before the first and after the last it stands still. */
function read(knots, value, by) {
  const i = knots.findIndex((knot) => knot[by] >= value);
  if (i < 0) return knots.at(-1)[1 - by];
  if (!i) return knots[0][1 - by];
  const [a, b] = [knots[i - 1], knots[i]];
  return a[1 - by] + ((b[1 - by] - a[1 - by]) * (value - a[by])) / (b[by] - a[by]);
}

/** The camera's ways: [{from (seconds at which it sets out), long, camera}]. shots: [{at (token), camera}] of the story in order, the last of them its end; each is seen for a while, or the next one takes its place. */
export function tripsOf(shots, pace) {
  const wanted = shots.map(({ at, camera }, i) => ({ from: i ? pace.when(at) : pace.opening, camera })),
    end = wanted.at(-1),
    kept = [];
  // The end is reached when the drive is over: then everything rests.
  if (wanted.length > 1) end.from = Math.max(pace.opening, pace.ends - EASE);
  for (const trip of wanted) {
    const before = kept.at(-1);
    if (before && trip.from - before.from < STAY && (trip === end || kept.length === 1)) Object.assign(before, { camera: trip.camera });
    else if (!before || trip.from - before.from >= STAY) kept.push({ ...trip });
  }
  return kept.map((trip, i) => ({ ...trip, long: Math.min(EASE, (kept[i + 1]?.from ?? pace.ends) - trip.from) }));
}

/** Where the camera is t seconds into the film. whole: from where it begins; drift: how far it turns about the scene meanwhile, in radians. */
export function cameraAt(whole, trips, t, { seconds, drift = 0 }) {
  const camera = trips.reduce((from, trip) => between(from, trip.camera, smooth((t - trip.from) / trip.long)), whole);
  return drift ? { ...camera, azimuth: camera.azimuth + drift * (t / seconds - 0.5) } : camera;
}
