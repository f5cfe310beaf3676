// What the crossings are asked: are they inside one region? Which one, what each answers, how many say yes, and whether the map agrees.
// The marks on the map, the lines under it and the strip all read it here, so that what is counted is what is seen. No DOM.
import { readSign } from "./readings.js";
import { shareNear } from "./nearby.js";

/** Of a crossing whose tint is at least this, most of the dots nearby are of the region. */
export const HALF = 0.5;

/** Is a crossing inside the region of a row of `inside`? null where nobody asked. */
export function insideAt(token, row) {
  const value = token?.inside?.[row];
  return value == null ? null : Boolean(value);
}

/** How many crossings of a road were asked, and how many are inside: {count, of, share (null where none was asked)}. */
export function countInside(tokens, row) {
  const known = tokens.map((token) => insideAt(token, row)).filter((value) => value != null),
    count = known.filter(Boolean).length;
  return { count, of: known.length, share: known.length ? count / known.length : null };
}

/**
 * The region that the crossings are asked about, as a row of `inside`; null where none is in question. The first that there is of: the row that
 * somebody chose; the region sign whose pull is read; of the regions that are drawn, or of all that ship while the strip reads them, the one
 * in which most crossings lie (the first of several).
 * asked: {roads, signs, shown (names of the regions that are drawn), regions (names of all that ship), reading, chosen (a row, or null)}.
 */
export function questionOf({ roads, signs, shown, regions, reading, chosen = null }) {
  const rows = regions.length + signs.length,
    known = (row) => roads.some(({ tokens }) => tokens.some((token) => insideAt(token, row) != null));
  if (chosen != null && chosen < rows && known(chosen)) return chosen;
  if (signs.length) {
    const row = regions.length + readSign(roads, signs);
    return known(row) ? row : null;
  }
  const asked = regions
    .map((name, row) => ({ name, row }))
    .filter(({ name, row }) => (shown.includes(name) || (!shown.length && reading === "inside")) && known(row));
  const count = (row) => roads.reduce((sum, { tokens }) => sum + countInside(tokens, row).count, 0);
  return asked.reduce((best, { row }) => (best == null || count(row) > count(best) ? row : best), null);
}

/** The same of each road of which any was asked, with its letter. */
export function countRoads(roads, row) {
  return roads
    .map(({ tokens }, which) => ({ ...countInside(tokens, row), road: "AB"[which] }))
    .filter(({ of }) => of);
}

/** "A 42 of 48 · B 8 of 48": how many crossings of each road are inside; "" where none was asked. */
export function insideShort(say, roads, row) {
  return countRoads(roads, row)
    .map((counted) => say(roads.length > 1 ? "inside.short_of" : "inside.short", counted))
    .join(" · ");
}

/** How many crossings say what the tint under them says: inside where most dots nearby are of the region, outside where not. {count, of}. points: the region's, as indices into the ground. */
export function agreement(ground, roads, row, points) {
  const told = roads
    .flatMap(({ tokens }) => tokens)
    .map((token) => [insideAt(token, row), token])
    .filter(([inside]) => inside != null)
    .map(([inside, token]) => inside === (tintAt(ground, points, token) >= HALF));
  return { count: told.filter(Boolean).length, of: told.length };
}

/** The tint under a crossing. A token keeps its place for good, so it is looked up once. */
const known = new WeakMap();
function tintAt(ground, points, token) {
  const key = token.position;
  if (!known.has(key)) known.set(key, new WeakMap());
  const tints = known.get(key);
  if (!tints.has(points)) tints.set(points, shareNear(ground, points, key));
  return tints.get(points);
}
