// What is said in whole lines: the state of the roads, how two starts compare, where roads part, what signs are, what a fork did. Text only.
import { countInside } from "../state/question.js";
import { likeness } from "../state/likeness.js";
import { clip, percent, visible } from "../words.js";

/** What the stage says about the state of the roads: [text, is it an error]. */
export function stateWords(say, journey, index) {
  const { state, error, roads, scene } = journey;
  if (state === "error") return [error ?? say("states.error"), true];
  if (state === "waiting" || (state === "running" && journey.last < 0 && journey.progress))
    return [journey.progress ?? say("states.waiting"), false];
  if (state === "running") return [say(journey.last < 0 ? "states.first" : "states.running"), false];
  if (state === "stopped") return [say("states.stopped", { n: journey.last + 1 }), false];
  if (journey.last < 0)
    return scene.step === "map" && scene.id
      ? [null, false]
      : [say(roads[0]?.start ? "states.start" : "states.empty"), false];
  const lost = roads.some((road, which) => road.tokens[index[which]]?.off_map > 99);
  return [lost ? say("states.off") : null, false];
}

/** The lines under the map, in as many words as `width` pixels hold: how many crossings are inside the region in question, how the starts compare, how the roads part, what signs are. */
export function lines(say, { comparison, comparedFrom, typed, apart, signs, roads }, width, { asked = null, references = [] } = {}) {
  return [
    ...insideWords(say, asked),
    comparisonWords(say, { comparison, comparedFrom, typed }, references),
    apartWords(say, apart, roads, references, width < 1000),
    sameRoads(roads) ? say("apart.same") : null,
    signs.length ? signWords(say, signs, width < 560) : null,
  ].filter(Boolean);
}

const AGREES = 0.8; // the share of crossings below which the map is said to contradict them

/** What the marks of the crossings mean and how many are filled; and, where the tint of the map says otherwise too often, that it does. asked: {name, row, roads, agreement}. */
export function insideWords(say, asked) {
  if (!asked) return [];
  const { name, row, roads, agreement } = asked,
    counts = roads
      .map(({ tokens }, which) => ({ ...countInside(tokens, row), road: "AB"[which] }))
      .filter(({ of }) => of)
      .map((counted) => say(roads.length > 1 ? "inside.of" : "inside.one", { ...counted, p: percent(counted.share) }));
  if (!counts.length) return [];
  const said = [say("inside.said", { name, counts: counts.join(", ") })];
  if (agreement && agreement.count / agreement.of < AGREES) said.push(say("inside.differs", agreement));
  return said;
}

/** Are these two roads that are over, and the same token for token? */
export function sameRoads(roads) {
  const [a, b] = roads.map(({ state, tokens }) => (state === "done" ? String(tokens.map(({ id }) => id)) : null));
  return Boolean(a) && a === b;
}

/** What the signs are; where the boards are too small for words, also which way each points. */
function signWords(say, signs, narrow) {
  const way = (direction) => {
    const numbers = signs.flatMap((sign, i) =>
      (sign.direction === "toward") === (direction === "toward") ? [i + 1] : [],
    );
    return numbers.length ? [`${say(`signs.${direction}`)}: ${numbers.join(", ")}`] : [];
  };
  const note = say(signs.length > 1 ? "signs.all" : "signs.one");
  return narrow ? [...way("avoid"), ...way("toward"), note].join(" · ") : note;
}

/** Where two roads part, how likely the turn of B was, and how far apart their ends lie on the map. */
export function apartWords(say, apart, roads, references, narrow = false) {
  if (!apart) return null;
  const at = say(narrow ? "apart.short" : "apart.at", {
    n: apart.at + 1,
    token: tokenAt(say, roads[1]?.tokens ?? [], apart),
    p: percent(apart.probability),
  });
  if (!Number.isFinite(apart.map)) return at;
  return [at, far(say, narrow ? "apart.short_map" : "apart.map", apart.map, narrow ? [] : references)].join(" · ");
}

/** The token with which B leaves A; of half a character what it became. */
function tokenAt(say, tokens, { at, token }) {
  const first = tokens[at];
  if (first ? first.end : !token) return say("text.end");
  const whole = tokens.slice(at).find(({ text }) => text !== "" && !TORN.test(text));
  return visible((first && (first.text === "" || TORN.test(first.text)) && whole?.text) || first?.text || token);
}

/** A character of which only some bytes are there. */
const TORN = /^\ufffd+$/;

/** A distance on the map in one sentence, with what it is like. */
function far(say, key, map, references, values = {}) {
  const like = likeness(say, references, map);
  return [say(key, { ...values, value: map.toFixed(2) }), like].filter(Boolean).join(", ");
}

/** How far the flag was moved, from which system prompt. */
export function comparisonWords(say, { comparison, comparedFrom, typed }, references) {
  if (!Number.isFinite(comparison?.map)) return null;
  const from = comparedFrom ? `“${clip(comparedFrom, 40)}”` : say("compare.empty");
  return far(say, typed ? "compare.typed" : "compare.moved", comparison.map, references, { from });
}

/** The other figures of what is said in `lines`, for whoever asks: distances in full space, and how differently the model behaves. */
export function figures(say, { comparison, apart }) {
  const said = (part, names) =>
    names
      .filter((name) => Number.isFinite(part?.[name]))
      .map((name) => say(`${part === apart ? "apart" : "compare"}.${name}`, { value: part[name].toFixed(2) }));
  return [...said(comparison, ["full", "behaviour"]), ...said(apart, ["full"])];
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
