// The elements of the player: text line, stage with its quiet controls, transport, strip. It only makes and says; it decides nothing.
import { button, el } from "./dom.js";
import { isEnd, percent, visible } from "./words.js";

/** act: {present(), full(), trust(), table(), reset(), stop(), openCard(), closeCard()}. Returns {host, stage, overlay, card, notice, ...}. */
export function makeShell(say, act, saveMenu, parts, canDrive) {
  const title = el("h2"),
    note = el("p");
  const card = el(
    "aside",
    { class: "card", hidden: true, "aria-label": say("card.label") },
    button("info", say("card.label"), act.openCard, { class: "icon more", "aria-expanded": "false" }),
    button("close", say("card.close"), act.closeCard, { class: "icon" }),
    title,
    note,
    parts.variants,
  );
  const tools = el(
    "div",
    { class: "tools" },
    saveMenu,
    button("present", say("present.label"), act.present, { class: "quiet presenting", hint: say("present.hint") }),
    button("full", say("stage.full"), act.full, { class: "quiet" }),
  );
  const words = el("span", { role: "status" }),
    stop = button(null, say("states.stop"), act.stop, { class: "stop", hidden: true });
  const notice = el("div", { class: "notice", hidden: true }, words, stop),
    compare = el("div", {
      class: "compare",
      hidden: true,
      on: { click: () => compare.classList.toggle("open") },
    });
  const foot = el(
    "div",
    { class: "foot" },
    el(
      "div",
      { class: "left" },
      button("info", say("trust.open"), act.trust, { class: "quiet", hint: say("trust.hint") }),
      button("table", say("table.open"), act.table, { class: "quiet" }),
    ),
    el("div", { class: "middle" }, compare, notice),
    button("reset", say("stage.reset"), act.reset, { class: "quiet reset" }),
  );
  const overlay = el("canvas", { class: "overlay", "aria-hidden": "true" }),
    wheel = el("p", { class: "wheel", text: say("stage.wheel"), hidden: true }),
    keys = el("p", { class: "keys", text: say("present.keys"), hidden: true });
  const stage = el(
    "div",
    { class: "stage", tabindex: 0, role: "application", "aria-label": say("stage.label"), "data-drawn": "canvas" },
    el("canvas", { class: "ground", "aria-hidden": "true" }),
    el("div", { class: "plot", "aria-hidden": "true" }),
    el("canvas", { class: "regions", hidden: true, "aria-hidden": "true" }),
    overlay,
    card,
    tools,
    foot,
    wheel,
    keys,
  );
  const live = el("p", { class: "unseen", "aria-live": "polite" });
  const host = el(
    "div",
    { class: canDrive ? "mm drives" : "mm" },
    parts.text,
    stage,
    parts.crossing,
    parts.transport,
    parts.strip,
    live,
  );
  const controls = [card, tools, ...foot.querySelectorAll(".quiet"), compare, notice];
  return { host, stage, overlay, card, tools, title, note, notice, words, stop, compare, wheel, keys, live, controls };
}

/** Where there is little room: shows what stands on the card, or only its title. */
export function openCard({ card }, on = !card.classList.contains("open")) {
  card.classList.toggle("open", on);
  card.querySelector(".more").setAttribute("aria-expanded", String(on));
}

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

/** The lines under the map, in as many words as `width` pixels hold: how the starts compare, how the roads part, what signs are. */
export function lines(say, { comparison, apart, signs, roads }, width) {
  return [
    comparisonWords(say, comparison),
    apartWords(say, apart, width < 1000),
    sameRoads(roads) ? say("apart.same") : null,
    signs.length ? signWords(say, signs, width < 560) : null,
  ].filter(Boolean);
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

/** Where two roads part, how likely the turn of B was, and how far apart their ends lie. */
export function apartWords(say, apart, narrow = false) {
  if (!apart) return null;
  const ends = ["map", "full"]
    .filter((name) => Number.isFinite(apart[name]))
    .map((name) => say(`apart.${narrow ? "short_" : ""}${name}`, { value: apart[name].toFixed(2) }));
  const token = !apart.token || isEnd({ text: apart.token }) ? say("text.end") : visible(apart.token);
  return [
    say(narrow ? "apart.short" : "apart.at", { n: apart.at + 1, token, p: percent(apart.probability) }),
    ...ends,
  ].join(" · ");
}

export function comparisonWords(say, comparison) {
  if (!comparison) return null;
  const parts = [
    ["map", comparison.map],
    ["full", comparison.full],
    ["behaviour", comparison.behaviour],
  ];
  return parts
    .filter(([, value]) => Number.isFinite(value))
    .map(([name, value]) => say(`compare.${name}`, { value: value.toFixed(2) }))
    .join(" · ");
}
