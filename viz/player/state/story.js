// The beats of a scene: at which crossings of its roads the picture has something else to show. Numbers in, numbers out; no camera in here.
import { biteAt } from "./bites.js";

/** The start has been seen after so many tokens: from then on the picture is the road's. */
const STARTED = 9;
/** A road that is shorter is seen with its start all along. */
const SHORT = 14;

/** [{at (token), shot: "start" | "road" | "end"}], in order. partsAt: the crossing where two roads part, or null. */
export function beatsOf(roads, partsAt) {
  const last = Math.max(0, ...roads.map(({ tokens }) => tokens.length - 1)),
    beats = [{ at: 0, shot: "start" }];
  if (roads.some(({ state }) => state === "running" || state === "waiting")) return beats;
  if (last >= SHORT) {
    const bite = Math.min(...roads.map((road) => road.tokens.findIndex((_, at) => biteAt(road, at))).filter((at) => at >= 0));
    const turns = [partsAt ?? 0, bite].filter((at) => at >= STARTED && at < last - 2).sort((a, b) => a - b);
    for (const at of [STARTED, ...turns]) if (at > beats.at(-1).at) beats.push({ at, shot: "road" });
  }
  return last ? [...beats, { at: last, shot: "end" }] : beats;
}

/** Which beat the head has come to: its place in the list. */
export function beatAt(beats, time) {
  return Math.max(0, beats.findLastIndex(({ at }) => at <= time + 1e-6));
}
