// What there is to say of a crossing, from the numbers of the scene alone: rules, each with how much it matters; the weightiest is said.
// News: {rule, road, named (has the road to be told from another one?), at (its token), weight, key (the same while the same thing is told), values}. No DOM, no time.
import { biteAt, wordBite } from "./bites.js";
import { shortName } from "./marks.js";
import { leaving } from "./places.js";
import { loopAt } from "./loops.js";
import { countInside } from "./question.js";

/** How much each rule matters: how it all ended before what a sign did, that before where roads part, and so on down to what can be said of any token. */
export const WEIGHTS = {
  ended: 105,
  blocked: 100,
  steered: 95,
  forked: 92,
  parted: 90,
  over: 80,
  returned: 75,
  loop: 70,
  off: 60,
  region: 55,
  signs: 52,
  grip: 50,
  tie: 45,
  moved: 42,
  rails: 40,
  open: 38,
  place: 35,
  less: 30,
  taken: 10,
};

const TIE = 0.75, // the second candidate has at least this share of the first,
  TIE_BOTH = 0.4; // and the two at least so much together: less, and neither has a claim
const OPEN = 0.1; // not even the likeliest candidate has more
const RAIL = 0.1, // nats
  RAILS = 3; // so many crossings in a row
const FIRST = 10, // tokens at the beginning over which the grip is averaged
  RECENT = 5,
  GRIPPED = 0.2, // nats a token: less at the beginning was no grip that could be lost
  GONE = 0.1; // share of it that is left when it is gone
const LOST = 99;
const SIDE = 3; // crossings in a row on the other side of a region's border: a score that flickers comes and goes all the time

/** All there is to say at `index`, weightiest first. scene: {roads, partsAt, apart, signs (region signs), rows ([{row, name}]: the regions on the stage, by their place in `inside`), comparison (of two starts), from (the first of them), typed (is the second one only typed?), references (what distances are likened to)}. */
export function newsAt(scene, index) {
  const { roads } = scene,
    shared = sharedTokens(roads),
    other = leaving(roads);
  const found = roads.flatMap((road, which) => {
    const at = Math.min(index, road.tokens.length - 1);
    // Where both roads are one, one of them speaks; one that is over has said so.
    if (at < 0 || (at < index && which !== longest(roads)) || (roads.length > 1 && which === other && at < shared)) return [];
    const heard = which !== other && at >= shared && beside(roads[other], at) ? Object.keys(RULES).filter((rule) => !SMALL.has(rule)) : Object.keys(RULES);
    return heard.flatMap((rule) => {
      const values = RULES[rule](road, at, which, scene);
      return values ? [news(rule, which, at, values, roads.length > 1 && at >= shared)] : [];
    });
  });
  const { comparison, from, typed, references } = scene;
  if (comparison && (typed || index <= 0))
    found.push(news("moved", 0, Math.max(0, index), { ...comparison, from, typed, references }, false));
  return found.sort((a, b) => b.weight - a.weight || b.road - a.road);
}

/** What is said of the road alone that goes another way than the one it is compared with. */
const SMALL = new Set(["tie", "open", "rails", "place", "less", "taken"]);
const beside = (other, at) => (other?.kind === "signed" || other?.kind === "fork") && at < other.tokens.length;

/** Is it the road that goes another way than the one it is compared with? */
const isBranch = ({ roads }, which) => roads.length > 1 && which === leaving(roads);

const news = (rule, road, at, { since = at, ...values }, named) => ({
  rule,
  road,
  named,
  at,
  weight: WEIGHTS[rule],
  key: `${rule}/${road}/${since}`,
  values,
});

const RULES = { ended, blocked, steered, forked, parted, over, returned, loop, off, region, signs, grip, tie, rails, open, place, less, taken };

// ---- what a sign did

const top = ({ candidates }) => candidates?.[0] ?? null;
const name = ({ text, end }) => ({ text, end: Boolean(end) });
const likely = (turn) => ({ ...name(turn), p: turn.probability });

/** A character of which only some bytes are there. */
const TORN = /^\ufffd*$/;

/** The token of a road with its likelihood; one that is only half a character by the character that it became. */
function likelyAt({ tokens }, at) {
  const token = tokens[at];
  if (token.end || !TORN.test(token.text)) return likely(token);
  const whole = tokens.slice(at).find(({ text }) => !TORN.test(text));
  return { ...likely(token), text: whole?.text ?? token.text };
}

/** What was wanted most is forbidden, and another token was taken. sure: nothing but the sign decided it. */
function blocked(road, at) {
  return bitten(road, at, "blocked");
}

/** Signs have made another token than the likeliest one the likelier. after: what it then had, where that is known. */
function steered(road, at) {
  return bitten(road, at, "steered");
}

function bitten(road, at, by) {
  const bite = biteAt(road, at);
  return bite?.by === by ? { ...bite, wanted: likely(bite.wanted), took: likelyAt(road, at) } : null;
}

/** At the first token of roads under signs: what these are. */
function signs(road, at, which, { signs, roads }) {
  const words = roads.some(({ rewards }) => rewards?.some(({ word }) => word != null)),
    count = signs?.length || (words ? 1 : 0);
  return at === 0 && count ? { count } : null;
}

// ---- where roads part, meet and end

function forked(road, at, which, scene) {
  const { parent } = road;
  if (parent?.at !== at || !isBranch(scene, which)) return null;
  const { typed = null, token, instead } = parent;
  return { typed, took: likely(token), instead: instead ? likely(instead) : null };
}

function parted(road, at, which, scene) {
  const { partsAt, roads } = scene;
  if (partsAt !== at || !isBranch(scene, which)) return null;
  return roads.every(({ tokens }) => tokens[at]) ? { a: likelyAt(roads[0], at), b: likelyAt(roads[1], at) } : null;
}

/** The index at which road b is back on road a: no further from it than one of its usual steps, after it was five away. Null where it never is. places: points on the map. */
export function returnAt(a, b, partsAt) {
  if (partsAt == null || a.length < 2) return null;
  const between = (p, q) => Math.hypot(...p.map((value, axis) => value - q[axis])),
    steps = a.slice(1).map((place, i) => between(place, a[i])),
    step = steps.sort((x, y) => x - y)[Math.floor(steps.length / 2)];
  const away = (place) => Math.min(...a.slice(partsAt).map((other) => between(place, other)));
  let left = false;
  for (let i = partsAt; i < b.length; i++) {
    const far = away(b[i]);
    left ||= far > 5 * step;
    if (left && far <= step) return i;
  }
  return null;
}

function returned(road, at, which, scene) {
  const { partsAt, roads } = scene;
  if (partsAt == null || !isBranch(scene, which)) return null;
  const places = (tokens) => tokens.slice(0, at + 1).map(({ position }) => position),
    whole = roads[1 - which].tokens.map(({ position }) => position);
  return returnAt(whole, places(road.tokens), partsAt) === at ? { after: at - partsAt } : null;
}

const driving = ({ state }) => state === "running" || state === "waiting";

/** The end of one answer. */
function over(road, at) {
  if (driving(road) || at < road.tokens.length - 1) return null;
  return { n: road.tokens.length, how: road.state === "stopped" ? "stopped" : road.tokens[at].end ? "end" : "cut" };
}

/** The end of the longer of two answers: how they compare. */
function ended(road, at, which, scene) {
  const { roads } = scene;
  if (roads.length < 2 || which !== longest(roads) || at < road.tokens.length - 1 || roads.some(driving)) return null;
  return compared(scene);
}

/** Two roads that are over: are they the same, what did signs do, how far apart do they end? */
function compared({ roads, apart, signs, rows, references }) {
  const [a, b] = roads,
    moved = roads[leaving(roads)];
  if (String(a.tokens.map(({ id }) => id)) === String(b.tokens.map(({ id }) => id))) return { how: "same" };
  const price = moved.tokens.reduce((sum, { kl }) => sum + (kl ?? 0), 0),
    sign = signs?.length === 1 ? rows?.at(-1) : null,
    inside = ({ tokens }) => countInside(tokens, sign.row).share;
  if (sign && inside(a) != null && inside(b) != null)
    return { how: "region", name: sign.name, a: inside(a), b: inside(b), price };
  const bites = moved.tokens.filter((_, i) => wordBite(moved, i)).length; // as many as there are posts
  if (bites) return { how: "word", bites, price };
  return apart?.map == null ? null : { how: "apart", map: apart.map, references };
}

// ---- how the road goes

function loop(road, at) {
  return loopAt(
    road.tokens.map(({ id }) => id),
    at,
  );
}

function off(road, at) {
  const lost = (i) => road.tokens[i]?.off_map > LOST;
  return lost(at) ? { since: first(at, lost) } : null;
}

/** Into a region on the stage, or out of it. */
function region(road, at, which, { rows }) {
  for (const { row, name } of rows ?? []) {
    const here = road.tokens[at].inside?.[row],
      before = road.tokens.slice(Math.max(0, at - SIDE), at).map(({ inside }) => inside?.[row]);
    if (here != null && before.length === SIDE && before.every((was) => was === !here)) return { name, into: here };
  }
  return null;
}

/** The first token at which the last few hold a tenth of the grip of the beginning, or less. */
function grip(road, at) {
  const values = road.tokens.map((token) => token.grip),
    begin = mean(values.slice(0, FIRST)),
    now = (i) => mean(values.slice(i - RECENT + 1, i + 1)),
    gone = (i) => now(i) != null && now(i) <= GONE * begin;
  if (!(begin >= GRIPPED) || at < FIRST || !gone(at)) return null;
  for (let i = FIRST; i < at; i++) if (gone(i)) return null; // it was said then
  return { begin, now: now(at) };
}

function mean(values) {
  return values.length && values.every(Number.isFinite) ? values.reduce((a, b) => a + b, 0) / values.length : null;
}

function tie(road, at) {
  const { candidates = [] } = road.tokens[at],
    [a, b] = candidates;
  if (!b || a.probability + b.probability < TIE_BOTH || b.probability < TIE * a.probability) return null;
  return { a: likely(a), b: likely(b) };
}

function rails(road, at) {
  const open = (i) => road.tokens[i] != null && road.tokens[i].entropy != null && road.tokens[i].entropy < RAIL,
    since = open(at) ? first(at, open) : at;
  return open(at) && at - since + 1 >= RAILS ? { since, n: at - since + 1 } : null;
}

/** So many candidates that not even the likeliest has a tenth. */
function open(road, at) {
  const most = top(road.tokens[at]);
  return most?.probability < OPEN ? { most: likely(most) } : null;
}

/** The first of the indices up to `at` for all of which `is` holds. */
function first(at, is) {
  let i = at;
  while (i > 0 && is(i - 1)) i--;
  return i;
}

/** Another place than the last that had a sure name. */
function place(road, at) {
  const sure = ({ neighbourhood }) => (neighbourhood?.length === 1 ? neighbourhood[0] : null),
    here = sure(road.tokens[at]);
  if (!here) return null;
  for (let i = at - 1; i >= 0; i--) {
    const before = sure(road.tokens[i]);
    if (before) return before === here ? null : { name: shortName(here), before: shortName(before) };
  }
  return { name: shortName(here), before: null };
}

/** A token that was not the likeliest, without a sign that did it. */
function less(road, at) {
  const token = road.tokens[at],
    wanted = top(token);
  if (!wanted || wanted.id === token.id || !(token.probability < wanted.probability)) return null;
  return { took: likelyAt(road, at), wanted: likely(wanted) };
}

function taken(road, at) {
  const token = road.tokens[at],
    next = token.candidates?.find(({ id }) => id !== token.id) ?? null;
  return token.probability == null ? null : { took: likelyAt(road, at), next: next ? likely(next) : null };
}

/** How many tokens two roads share from the beginning on. */
function sharedTokens([a, b]) {
  let n = 0;
  while (b && n < a.tokens.length && n < b.tokens.length && a.tokens[n].id === b.tokens[n].id) n++;
  return n;
}

const longest = (roads) => roads.reduce((best, { tokens }, i) => (tokens.length > roads[best].tokens.length ? i : best), 0);

// ---- so that it can be read

/** Seconds that a sentence stays while the road plays, and longer where only something that matters less comes after it. */
export const READ = 1.2;
const LONGER = 2.4;

/** What is said next. held: {news, since (seconds), next (what waits)} or null; best: the weightiest news of the crossing; seconds since the last call. While nothing plays the crossing itself is what counts. */
export function hold(held, best, seconds, playing) {
  if (!held?.news || !playing || !best) return { news: best, since: 0, next: null };
  const since = held.since + seconds;
  if (best.key === held.news.key) return { news: best, since, next: held.next };
  const next = held.next && held.next.weight >= best.weight && held.next.weight > WEIGHTS.taken ? held.next : best;
  const due = next.weight >= held.news.weight ? READ : LONGER;
  return since >= due ? { news: next, since: 0, next: null } : { news: held.news, since, next };
}

// ---- what is written on the picture itself

const BARRIERS = ["blocked", "steered"],
  PARTINGS = ["forked", "parted"];

/** What is to be marked on the roads, in their order: barriers where a sign bit, the place where they part, the one where one is back on the other, the beginning of a loop. At one crossing the weightiest. */
export function momentsOf(scene) {
  const { roads, partsAt } = scene,
    shared = sharedTokens(roads),
    other = leaving(roads);
  const found = roads.flatMap((road, which) =>
    road.tokens.flatMap((_, at) => {
      if (roads.length > 1 && which === other && at < shared) return [];
      const rule = [...BARRIERS, ...(at === partsAt ? PARTINGS : [])].find((name) => RULES[name](road, at, which, scene));
      return rule ? [news(rule, which, at, RULES[rule](road, at, which, scene), roads.length > 1)] : [];
    }),
  );
  const places = roads.map(({ tokens }) => tokens.map(({ position }) => position)),
    back = roads.length > 1 ? returnAt(places[1 - other], places[other], partsAt) : null;
  if (back != null) found.push(news("returned", other, back, { after: back - partsAt }, true));
  return [...found, ...roads.flatMap((road, which) => loops(road, which, roads.length > 1))].sort((p, q) => p.at - q.at);
}

/** The loop that a road ends in, marked where it is seen to be one. */
function loops({ tokens }, which, named) {
  const ids = tokens.map(({ id }) => id);
  let at = ids.length - 1;
  if (!loopAt(ids, at)) return [];
  while (loopAt(ids, at - 1)) at--;
  return [news("loop", which, at, loopAt(ids, at), named)];
}

/** Of all moments up to now those that are written beside the road: the first and the last barrier, and where roads part, meet, or circle. */
export function shownOf(moments, time) {
  const past = moments.filter(({ at }) => at <= time),
    barriers = past.filter(({ rule }) => BARRIERS.includes(rule)),
    kept = new Set([barriers[0], barriers.at(-1)]);
  return past.filter((moment) => kept.has(moment) || !BARRIERS.includes(moment.rule));
}
