// The clock as a value: it is told how much time has passed and never asks. Time is counted in tokens.

/** Tokens a second at speed 1: slow enough to read the turns not taken. */
export const PACE = 3;
export const SPEEDS = [0.5, 1, 2, 4];

/** time in [0, last]; last: index of the last token, -1 for none; growing: more tokens may come; jumps: whole tokens only (reduced motion). */
export function newClock({ jumps = false } = {}) {
  return { time: 0, last: -1, speed: 1, playing: false, growing: false, jumps, waited: 0 };
}

const USUAL = 1.2; // nats: an entropy at which the tempo is the usual one
const SLOWEST = 0.55,
  FASTEST = 1.5;

/** How fast the roads are driven at a crossing, 1 being usual: slowly where much was possible, hurrying on rails. Of two roads the slower counts. */
export function tempoAt(roads, index) {
  const tempos = roads
    .map(({ tokens }) => tokens[index]?.entropy)
    .filter(Number.isFinite)
    .map((entropy) => Math.min(FASTEST, Math.max(SLOWEST, 2 ** ((USUAL - entropy) / 2))));
  return tempos.length ? Math.min(...tempos) : 1;
}

/** The next clock after `seconds`, at a tempo. It stops at the end unless the road still grows; a growing road is caught up with smoothly. */
export function tick(clock, seconds, tempo = 1) {
  if (!clock.playing) return clock;
  const end = Math.max(0, clock.last),
    pace = PACE * clock.speed * tempo;
  // Three times what is missing, each second: the head closes in on a growing end without ever leaping to it.
  const rate = clock.growing ? Math.max(pace, 3 * (end - clock.time)) : pace;
  const next = clock.jumps
    ? jump(clock, seconds, rate, end)
    : { ...clock, time: Math.min(end, clock.time + rate * seconds) };
  return next.time >= end && !clock.growing ? { ...next, time: end, playing: false } : next;
}

function jump(clock, seconds, rate, end) {
  const waited = clock.waited + seconds * rate,
    steps = Math.floor(waited);
  return { ...clock, waited: waited - steps, time: Math.min(end, Math.floor(clock.time) + steps) };
}

export function seek(clock, time) {
  return { ...clock, time: Math.min(Math.max(0, time), Math.max(0, clock.last)), waited: 0 };
}

/** Plays or pauses; at the end of a finished road play starts over. */
export function play(clock, on = !clock.playing) {
  const over = on && !clock.growing && clock.time >= clock.last;
  return {
    ...clock,
    playing: (on && clock.last >= 0) || (on && clock.growing),
    time: over ? 0 : clock.time, // nobody presses play at the end to see nothing
    waited: 0,
  };
}

export function step(clock, by) {
  const from = by < 0 ? Math.ceil(clock.time) : Math.floor(clock.time);
  return { ...seek(clock, from + by), playing: false };
}

export function extend(clock, last, growing) {
  return { ...clock, last, growing, time: Math.min(clock.time, Math.max(0, last)) };
}

/** The token whose crossing the head has reached. */
export function litIndex(clock) {
  return clock.last < 0 ? -1 : Math.min(clock.last, Math.floor(clock.time + 1e-6));
}
