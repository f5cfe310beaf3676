// A talk as data: where it stops, and what a room may guess. No DOM, no time.

/** How many of the likeliest turns are guessed at. */
export const GUESSES = 3;

/** The stops of a lesson in order: [{beat (its number), part}]. A covered token is "covered", then "told"; a question is "asked", then "told"; else a beat is "told" at once. */
export function stopsOf(beats) {
  return beats.flatMap(({ cover, question, answer }, beat) => {
    const before = cover ? "covered" : question && answer ? "asked" : null;
    return [...(before ? [{ beat, part: before }] : []), { beat, part: "told" }];
  });
}

/** The stop of a kept place, in a lesson that may have become another one: {beat (an id), part}. */
export function stopAt(stops, beats, { beat, part } = {}) {
  const at = stops.findIndex((stop) => beats[stop.beat].id === beat && stop.part === part);
  return at >= 0 ? at : Math.max(0, stops.findIndex((stop) => beats[stop.beat].id === beat));
}

/** The likeliest turns at a crossing, in the order of their words: an order that gives nothing away. */
export function guessesOf(token) {
  return token.candidates.slice(0, GUESSES).sort((a, b) => (a.text < b.text ? -1 : a.text > b.text ? 1 : a.id - b.id));
}

/** Where the head stands at a stop. last: of the roads. */
export function headAt({ token, cover }, part, last) {
  const at = Math.min(token ?? last, last);
  return cover && part === "told" ? Math.min(at + 1, last) : at;
}

/** How long the head takes from one token to another, in milliseconds: a road is driven, but nobody waits for it. */
export function driveTime(from, to) {
  return to > from ? Math.min(4200, 500 + 85 * (to - from)) : 0;
}

/** Roads as far as their heads: what comes after would give the ending away. */
export function upTo(roads, time) {
  return roads.map((road) => {
    const whole = time >= road.tokens.length - 1,
      places = road.places.slice(0, Math.ceil(time) + 1); // the head may be on its way to the last of them
    return whole ? road : { ...road, tokens: road.tokens.slice(0, Math.floor(time) + 1), places, state: "running" };
  });
}
