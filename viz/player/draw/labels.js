// Names of the landmarks on the map. A name that is seen keeps its side of its place: it fades where something else needs the room, and never hops.
import { fog } from "../map/ground.js";
import { NEAR, overlap } from "../geometry.js";

// Where a name may stand beside its place, best first: on it, then above and below (24 pixels clear a line), then aside.
const SLOTS = [
  [0, 0],
  [0, -24],
  [0, 24],
  [56, 0],
  [-56, 0],
  [52, -24],
  [-52, -24],
  [52, 24],
  [-52, 24],
];
// Further off: for a name that has to be told where all of these are taken, as by buttons at the rim of the stage.
const FAR = [
  [0, 54],
  [0, -54],
  [0, 86],
  [0, -86],
  [130, 0],
  [-130, 0],
  [130, 86],
  [-130, 86],
  [130, -86],
  [-130, -86],
];
export const POST = "post/"; // how what a post remembers is called,
export const NOTE = "note/"; // and the words beside a crossing
const SIZE = 16;
const STEP = 0.2; // of its strength that a name gains or loses in a picture
const SEEN = 0.02;

/**
 * Where the names stand. landmarks; wanted: {head: names of the places at the heads, which are always told, road: names of all places of the roads};
 * fixed: boxes that stay free; soft: boxes that only a name which has to be told may cover; slots: a Map that remembers, from picture to picture, on which side each name stands and how strong it is.
 * Returns {told (boxes of the places at the heads), draw(passing: boxes of what comes and goes): {ink, picks, moving (is one fading?)}}.
 */
export function placeLandmarks(frame, landmarks, wanted, { fixed, soft, slots, most = 16 }) {
  const first = ![...slots.keys()].some(isName),
    taken = [...fixed],
    placed = [];
  for (const near of inOrder(frame, landmarks, wanted)) {
    const { landmark, at, told } = near,
      label = layout(frame, landmark, told),
      before = slots.get(landmark.name) ?? { slot: null, alpha: 0 },
      clear = (area) => fits(frame, area, taken) && (told || !soft.some((other) => overlap(other, area)));
    const kept = before.slot != null && box(frame, at, label, before.slot, told),
      stays = kept && (told || (placed.length < most && clear(kept.box)));
    // Only a name that nobody sees may change its side.
    const place = stays || before.alpha > SEEN ? kept : find(frame, at, label, { taken, soft, told, clear }, placed.length < most);
    const shown = Boolean(place) && (told || (placed.length < most && (stays || clear(place.box))));
    if (shown) taken.push(place.box);
    if (place) placed.push({ ...near, label, place, shown, before });
    else slots.delete(landmark.name);
  }
  for (const name of slots.keys())
    if (isName(name) && !placed.some(({ landmark }) => landmark.name === name)) slots.delete(name);
  return {
    told: placed.filter(({ told }) => told).map(({ place }) => place.box),
    draw: (passing) => drawPlaced(frame, placed, { passing, fixed, slots, first }),
  };
}

/** Posts and words remember where they stand in the same Map: draw/posts.js, draw/notes.js. */
const isName = (key) => !key.startsWith(POST) && !key.startsWith(NOTE);

/** The names that are on the stage, the most wanted first, then the nearest; of a place at a head also one that lies beside the stage. */
function inOrder({ project, view, width, height }, landmarks, { head, road }) {
  return landmarks
    .map((landmark) => ({
      landmark,
      at: ahead(project(view === "pca" && landmark.pca ? landmark.pca : landmark.position), width, height),
      told: head.includes(landmark.name),
      rank: head.includes(landmark.name) ? 0 : road.includes(landmark.name) ? 1 : 2,
    }))
    .filter(({ at: [x, y], told }) => told || (x > -20 && x < width + 20 && y > -10 && y < height + 10))
    .sort((a, b) => a.rank - b.rank || a.at[2] - b.at[2]);
}

/** Where a place is seen; one behind the eye lies far beside the stage, on the side to which one would have to turn. */
function ahead([x, y, w], width, height) {
  if (w > NEAR) return [x, y, w];
  const [dx, dy] = [width / 2 - x, height / 2 - y],
    far = (width + height) / (Math.hypot(dx, dy) || 1);
  return Number.isFinite(far * dx * dy) ? [width / 2 + dx * far, height / 2 + dy * far, NEAR] : [width / 2, 2 * height, NEAR];
}

/** "once, upon, forest: stories" stands on the map as its theme; at the head with its words below. */
function layout(frame, { name }, told) {
  const { scale } = frame,
    cut = name.lastIndexOf(": "),
    title = cut < 0 ? name : name.slice(cut + 2),
    words = told && cut > 0 && frame.width >= 560 ? name.slice(0, cut) : "";
  const titleWide = frame.measure(title, SIZE * scale, 700);
  return { title, words, wide: titleWide + 18 * scale, titleHalf: titleWide / 2 + 2 * scale, high: 22 * scale };
}

/** The box of a name on one side of its place; one that has to be told stays on the stage. Its words hang below it and are no part of it. */
function box(frame, at, label, slot, told) {
  const [dx, dy] = (SLOTS[slot] ?? FAR[slot - SLOTS.length]).map((by) => by * frame.scale),
    [x, y] = told ? inside(frame, label, inside(frame, label, at).map((value, axis) => value + [dx, dy][axis])) : [at[0] + dx, at[1] + dy];
  const [left, top] = [x - label.wide / 2, y - label.high / 2];
  return { slot, center: [x, y], box: [left - 4, top, left + label.wide + 4, top + label.high] };
}

/** The nearest middle of a name that is whole on the stage. */
function inside({ width, height }, { wide, high }, [x, y]) {
  const within = (value, least, most) => Math.min(most - least, Math.max(least, value));
  return [within(x, wide / 2 + 8, width), within(y, high / 2 + 4, height)];
}

function fits({ width, height }, area, taken) {
  if (area[0] < 2 || area[2] > width - 2 || area[1] < 2 || area[3] > height - 2) return false;
  return !taken.some((other) => overlap(other, area));
}

const ON_ROADS = 5; // so many crossings below a name, and it is as bad as a name can stand: worse than any side far off

const hits = (area, boxes) => boxes.filter((other) => overlap(other, area)).length;

/** The first side that is clear; for a place at a head, whose name is always told, the least bad one. */
function find(frame, at, label, { taken, soft, told, clear }, room) {
  if (!room && !told) return null;
  const sides = [...(told ? [...SLOTS, ...FAR] : SLOTS).keys()].map((slot) => box(frame, at, label, slot, told));
  if (!told) return sides.find((side) => clear(side.box)) ?? null;
  const free = sides.filter((side) => clear(side.box));
  const cost = (side) => Math.min(ON_ROADS, hits(side.box, soft)) * 4 + side.slot;
  const best = (list, of) => list.reduce((found, side) => (of(side) < of(found) ? side : found));
  return free.length ? best(free, cost) : best(sides, (side) => 100 * hits(side.box, taken) + cost(side));
}

function drawPlaced(frame, placed, { passing, fixed, slots, first }) {
  const ink = [],
    picks = [];
  let moving = false;
  for (const { landmark, at, told, label, place, shown, before } of placed) {
    const covered = !told && passing.some((other) => overlap(other, place.box)),
      wanted = told ? 1 : shown && !covered ? 1 - 0.4 * fog(at[2], frame.ref) : 0,
      // A fog that thins as the camera moves is no fading; a place at the head is told at once.
      by = first || told ? 1 : STEP;
    const alpha = before.alpha + Math.min(by, Math.max(-by, wanted - before.alpha));
    moving ||= Math.abs(alpha - wanted) > 1e-6;
    slots.set(landmark.name, { slot: place.slot, alpha });
    if (alpha <= SEEN) continue;
    picks.push({ landmark, box: place.box, alpha, told });
    const others = placed.filter((one) => one.shown && one.place !== place).map((one) => one.place.box);
    ink.push(...labelInk(frame, landmark, at, label, place, alpha, told));
    ink.push(...wordsInk(frame, label, place, alpha, [...passing, ...fixed, ...others]));
  }
  return { ink, picks, moving };
}

function labelInk({ palette, scale }, landmark, at, label, { center, box }, alpha, told) {
  const [x, y] = center,
    color = palette.groundHex[landmark.theme % palette.groundHex.length];
  const ink = [];
  const edge = [Math.min(box[2], Math.max(box[0], at[0])), Math.min(box[3], Math.max(box[1], at[1]))];
  if (Math.hypot(edge[0] - at[0], edge[1] - at[1]) > 5)
    ink.push({ kind: "line", a: at, b: edge, width: 1, color: palette.muted, alpha: 0.6 * alpha });
  ink.push({
    kind: "text",
    at: [x + 7 * scale, y],
    text: label.title,
    size: SIZE * scale,
    weight: told ? 700 : 600,
    color: palette.fg,
    align: "center",
    alpha,
  });
  ink.push({
    kind: "dot",
    at: [x - label.titleHalf, y],
    radius: 5 * scale,
    fill: color,
    stroke: palette.bg,
    width: 1.5,
    alpha,
  });
  return ink;
}

/** The words below the name of a place at a head, where they cover nothing and are not cut off. */
function wordsInk({ palette, scale, measure, width }, { words }, { center: [x, y] }, alpha, others) {
  const half = measure(words, 13 * scale, 400) / 2,
    area = [x - half, y + 9 * scale, x + half, y + 27 * scale];
  if (!words || area[0] < 2 || area[2] > width - 2 || others.some((other) => overlap(other, area))) return [];
  const at = [x, y + 19 * scale];
  return [{ kind: "text", at, text: words, size: 13 * scale, weight: 400, color: palette.muted, align: "center", alpha }];
}
