// The elements of the player: text line, stage with its quiet controls, transport, strip. It only makes and says; it decides nothing.
import { button, el } from "./dom.js";

/** act: {present(), tour() or null, ask() or null, full(), trust(), table(), reset(), openCard(), closeCard()}. Returns its elements and tell(told). */
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
    act.tour && button("tour", say("lesson.open"), act.tour, { class: "quiet touring", hint: say("lesson.open_hint") }),
    saveMenu,
    act.ask && button("pen", say("ask.open"), act.ask, { class: "quiet asks", hint: say("ask.hint") }),
    button("present", say("present.label"), act.present, { class: "quiet presenting", hint: say("present.hint") }),
    button("full", say("stage.full"), act.full, { class: "quiet" }),
  );
  const foot = el(
    "div",
    { class: "foot" },
    el(
      "div",
      { class: "left" },
      button("info", say("trust.open"), act.trust, { class: "quiet", hint: say("trust.hint") }),
      button("table", say("table.open"), act.table, { class: "quiet" }),
    ),
    el("div", { class: "middle" }, parts.counted, parts.saying),
    button("reset", say("stage.reset"), act.reset, { class: "quiet reset" }),
  );
  const overlay = el("canvas", { class: "overlay", "aria-hidden": "true" }),
    wheel = el("p", { class: "wheel", text: say("stage.wheel"), hidden: true }),
    told = el("p", { class: "toast", hidden: true, "aria-hidden": "true" }),
    keys = el("p", { class: "keys", text: say("present.keys"), hidden: true });
  const opening = el(
    "div",
    { class: "opening", hidden: true },
    el("p", { text: say("opening.text") }),
    act.tour && button("tour", say("lesson.take"), act.tour, { class: "take" }),
  );
  const stage = el(
    "div",
    { class: "stage", tabindex: 0, role: "application", "aria-label": say("stage.label"), "data-drawn": "canvas" },
    el("canvas", { class: "tint", "aria-hidden": "true" }),
    el("canvas", { class: "ground", "aria-hidden": "true" }),
    el("div", { class: "plot", "aria-hidden": "true" }),
    el("canvas", { class: "regions", hidden: true, "aria-hidden": "true" }),
    overlay,
    opening,
    card,
    parts.lesson,
    tools,
    parts.inset,
    foot,
    parts.ask,
    wheel,
    told,
    keys,
  );
  const live = el("p", { class: "unseen", "aria-live": "polite" });
  const host = el(
    "div",
    { class: canDrive ? "mm drives" : "mm" },
    parts.text,
    stage,
    parts.guess,
    parts.crossing,
    parts.transport,
    parts.strip,
    live,
  );
  const controls = [card, parts.lesson, parts.ask, tools, parts.inset, ...foot.querySelectorAll(".quiet"), parts.counted, ...parts.counted.children, parts.saying, opening];
  /** told: {title, note, closed: the card was put away, opening: the first sentence of all is to be read, talk: a lesson or Present has its own card}. */
  const tell = (told) => {
    title.textContent = told.title;
    note.textContent = told.note.replaceAll(" %", "\u00a0%"); // a figure stays with its sign
    opening.hidden = !told.opening;
    card.hidden = told.closed || told.opening || told.talk || !(told.title || told.note);
  };
  return { host, stage, overlay, card, tools, wheel, told, keys, live, controls, tell };
}

/** Where there is little room: shows what stands on the card, or only its title. */
export function openCard({ card }, on = !card.classList.contains("open")) {
  card.classList.toggle("open", on);
  card.querySelector(".more").setAttribute("aria-expanded", String(on));
}
