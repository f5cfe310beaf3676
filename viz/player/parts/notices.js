// What the line under the map says where there is no road to speak of: what it waits for, what went wrong. And forks in a few words. Text only.
import { visible } from "../words.js";

/** What the stage says about the state of the roads: [text or null, is it an error]. */
export function stateWords(say, journey) {
  const { state, error, roads, scene } = journey,
    none = journey.last < 0;
  if (state === "error" && !roads.some((road) => road.state === "running" && road.tokens.length)) return [error ?? say("states.error"), true];
  if (state === "waiting" || (state === "running" && none && journey.progress))
    return [journey.progress ?? say("states.waiting"), false];
  if (state === "running") return [none ? say("states.first") : null, false];
  if (none && !(scene.step === "map" && scene.id) && !journey.comparison)
    return [say(roads[0]?.start ? "states.start" : "states.empty"), false];
  return [null, false];
}

/** What a fork did: "a fork at token 13: “maybe” instead of “would”". */
export function forkWords(say, { at, typed, token, instead }) {
  const taken = typed ?? token?.text ?? "";
  return say(instead ? "fork.instead" : "fork.at", {
    n: at + 1,
    token: visible(taken.trim() || taken),
    instead: instead ? visible(instead.text, instead.end) : "",
  });
}
