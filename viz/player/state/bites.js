// Where a sign bit: the crossings at which it made the model write another token than the one that it wanted most. Told, marked and counted by this one rule.
import { speaksAgainst } from "./readings.js";

/** Does the likeliest token always go first on this road? */
const greedy = ({ settings }) => settings?.temperature === 0;

/** The candidate that was the likeliest before any sign, where another token was taken and nobody forced it; else null. */
function passedBy({ tokens, parent }, at) {
  const token = tokens[at],
    wanted = token?.candidates?.[0];
  const forced = parent && at >= parent.at && at < parent.at + (parent.forced ?? 1);
  return wanted && wanted.id !== token.id && !forced ? wanted : null;
}

/** What a candidate then had under the signs; null where that is not known. */
function after({ candidates, after: shares }, id) {
  return shares?.[candidates.findIndex((turn) => turn.id === id)] ?? null;
}

/**
 * What a sign did at a crossing of a road; null where none bit. {by: "blocked" (what was wanted is forbidden) or "steered" (another token was made
 * the likelier), wanted (the candidate), after (what the token that was taken then had, or null), sure (nothing but the sign decided it)}.
 */
export function biteAt(road, at) {
  const wanted = passedBy(road, at),
    token = road.tokens[at],
    sure = greedy(road);
  if (!wanted) return null;
  if (token.blocked?.includes(wanted.id)) return { by: "blocked", wanted, after: after(token, token.id), sure };
  if (!road.rewards?.length) return null;
  const then = after(token, token.id);
  // On a road that always takes the likeliest it led under the signs; one that did not was somebody's own turn, taken on a road before.
  const led = then == null || then >= Math.max(...token.after.filter(Number.isFinite));
  // Where chance decides as well, the sign did it if the token gained and overtook the one that led.
  const overtook = then > token.probability && after(token, wanted.id) < then;
  return (sure && led) || overtook ? { by: "steered", wanted, after: then, sure } : null;
}

/** Which way the sign on a word points that bit at a crossing: "avoid", "toward", or null where none did. Where signs on regions steer as well, only a forbidden token is known to be a word's doing. */
export function wordBite(road, at) {
  const bite = biteAt(road, at),
    words = road.rewards?.filter(({ word }) => word != null) ?? [];
  if (!bite || !words.length) return null;
  if (bite.by === "blocked") return "avoid";
  if (road.rewards.some(({ region }) => region != null)) return null;
  const against = words.filter(speaksAgainst).length;
  if (against && against < words.length) return lost(road.tokens[at], bite) ? "avoid" : "toward";
  return against ? "avoid" : "toward";
}

/** Was what was wanted taken down further than what was taken was lifted? */
function lost(token, { wanted, after: then }) {
  const down = wanted.probability / (after(token, wanted.id) ?? wanted.probability);
  return down > (then ?? token.probability) / token.probability;
}
