// Where the crossings of a road lie, how far two roads lie on one another, where the head is between two crossings.
import { mix, positionAt, smooth } from "../geometry.js";

/** Where the crossings of a road lie in the view that is shown; blend 0: map, 1: PCA. */
export function placesOf(tokens, blend) {
  if (blend <= 0) return tokens.map((token) => token.position);
  return tokens.map((token) => (token.pca ? mix(token.position, token.pca, blend) : token.position));
}

/** How many crossings B shares with A from the beginning on. */
export function sharedCount(a, b) {
  let i = 0;
  while (i < a.length && i < b.length && a[i].every((value, axis) => Math.abs(value - b[i][axis]) < 1e-6)) i++;
  return i;
}

/** Between two crossings the head starts softly and lands softly, so that each crossing can be seen. */
export function headPlace(places, time, eased) {
  const whole = Math.floor(time);
  return positionAt(places, eased ? whole + smooth(time - whole) : time);
}
