// Where the crossings of a road lie, the smooth line through them, how far two roads lie on one another, where the head is between two crossings.
import { mix, positionAt, smooth } from "../geometry.js";

/** Where the crossings of a road lie in the view that is shown; blend 0: map, 1: PCA. */
export function placesOf(tokens, blend) {
  if (blend <= 0) return tokens.map((token) => token.position);
  return tokens.map((token) => (token.pca ? mix(token.position, token.pca, blend) : token.position));
}

/** How many crossings two roads share from the beginning on. */
export function sharedCount(a, b) {
  let i = 0;
  while (i < a.length && i < b.length && a[i].every((value, axis) => Math.abs(value - b[i][axis]) < 1e-6)) i++;
  return i;
}

/** Which of two roads goes another way than the other: the branch of a turn that was taken, else the second. Where a turn was taken back each leaves the other, and it is the one that was taken later. */
export function leaving(roads) {
  const [a, b] = roads;
  if (!b || !leaves(a, b)) return roads.length - 1;
  return !leaves(b, a) || turns(a) > turns(b) ? 0 : 1;
}

const turns = ({ parent }) => (parent ? (parent.turn ?? 1) : 0);

/** Does a road share the other's tokens up to its turn, where the other took what the turn was taken instead of? */
function leaves({ parent, tokens }, other) {
  if (parent?.instead == null || other.tokens[parent.at]?.id !== parent.instead.id) return false;
  return tokens.slice(0, parent.at).every(({ id }, i) => id === other.tokens[i]?.id);
}

/** Between two crossings the head starts softly and lands softly, so that each crossing can be seen. */
export function headPlace(places, time, eased) {
  return positionAt(places, Math.floor(time) + headShare(time, eased));
}

/** What share of the stretch before it the head has driven. */
export function headShare(time, eased) {
  const share = time - Math.floor(time);
  return eased ? smooth(share) : share;
}

/** A curve is drawn in so many straight pieces between two crossings: at the size of a stage nobody sees corners. */
const PIECES = 10;
const curves = new WeakMap(); // by list of places: a road is drawn sixty times a second and grows three times

/** The smooth line through the crossings: at i the points from crossing i - 1 to crossing i, both included; nothing at 0. */
export function curveOf(places) {
  const known = curves.get(places);
  if (known?.length === places.length) return known;
  const curve = places.map((_, i) =>
    i ? Array.from({ length: PIECES + 1 }, (_, k) => positionAt(places, i - 1 + k / PIECES)) : [],
  );
  curves.set(places, curve);
  return curve;
}
