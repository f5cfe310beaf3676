// What the player's functions return, as JSON: tests call them by name and compare in Python.

import { texts } from "/player/words.js";

/** Functions that stand in for a caller's own; an argument {"$": name} means one of them. */
const FUNCTIONS = {
  length: (text) => text.length, // a ruler: one a character
  words: (key, values) => [key, values], // an interface text, not yet put together
  seven: (text) => 7 * text.length,
  itself: (point) => point, // a projection that leaves everything where it is
};

/** What stands for a value that JSON has none for. */
const MADE = { map: () => new Map(), says: ({ table }) => texts(table) };

const revive = (key, value) => {
  if (!value || typeof value !== "object" || !("$" in value)) return value;
  return MADE[value.$]?.(value) ?? FUNCTIONS[value.$];
};
const lists = (key, value) => (ArrayBuffer.isView(value) ? [...value] : value);

/** A piece of news as its sentence. */
async function spoken(news, strings) {
  const { sentence } = await import("/player/state/sentence.js");
  return sentence(texts(strings), news);
}

/** At which crossings of a road a sign bit. */
async function bitten(road) {
  const { biteAt } = await import("/player/state/bites.js");
  return road.tokens.map((_, at) => biteAt(road, at) != null);
}

const OWN = { spoken, bitten };

/** Calls `name` of a module with arguments; where it returns a function, that one with `then`. */
export async function call(module, name, args, then) {
  const found = OWN[name] ?? (await import(`/player/${module}.js`))[name],
    value = await found(...JSON.parse(args, revive));
  return JSON.stringify(typeof value === "function" ? value(...(then ?? [])) : value, lists) ?? "null";
}

/** Calls it again and again with what it returned, changed by each of `changes` before; returns all of them. */
export async function repeat(module, name, value, changes, ...args) {
  const found = (await import(`/player/${module}.js`))[name],
    all = [];
  for (const change of changes) all.push((value = found({ ...value, ...change }, ...args)));
  return all;
}
