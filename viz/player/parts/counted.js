// What is counted on the map: how many crossings of each road are filled, and whether the tint agrees. Below it, for whoever asks, other figures of the distances that are said.
import { countRoads } from "../state/question.js";
import { percent } from "../words.js";
import { el } from "./dom.js";

const AGREES = 0.8; // the share of crossings below which the map is said to contradict them

export class Counted {
  constructor(say) {
    this.say = say;
    this.lines = el("div", { class: "lines" });
    this.more = el("p");
    this.figures = el("details", { class: "more" }, el("summary", { text: say("compare.more") }), this.more);
    this.element = el("div", { class: "counted", role: "group", "aria-label": say("inside.label"), hidden: true }, this.lines, this.figures);
    this.known = "";
  }

  /** How many pixels its lines take, not what somebody has unfolded. */
  get high() {
    return this.lines.offsetHeight + (this.lines.offsetHeight ? 10 : 0);
  }

  /** asked: the region in question, {name, row, roads, agreement}, or null; journey: whose distances have other figures, or null; narrow: is there little room? */
  update(asked, journey, narrow) {
    const said = insideWords(this.say, asked, narrow),
      more = journey ? figures(this.say, journey).join(" · ") : "",
      known = [...said, more].join("\n");
    this.element.hidden = !known;
    if (known === this.known) return; // else a selection in it would be lost
    this.known = known;
    this.lines.replaceChildren(...said.map((text) => el("p", { text })));
    this.more.textContent = more;
    this.figures.hidden = !more;
  }
}

/** What the marks of the crossings mean and how many are filled; and, where the tint of the map says otherwise too often, that it does. */
export function insideWords(say, asked, narrow = false) {
  if (!asked) return [];
  const { name, row, roads, agreement } = asked,
    form = `${narrow ? "short_" : ""}${roads.length > 1 ? "of" : "one"}`,
    counts = countRoads(roads, row).map((counted) => say(`inside.${form}`, { ...counted, p: percent(counted.share) }));
  if (!counts.length) return [];
  const said = [say(narrow ? "inside.said_short" : "inside.said", { name, counts: counts.join(", ") })];
  if (agreement && agreement.count / agreement.of < AGREES) said.push(say(narrow ? "inside.differs_short" : "inside.differs", agreement));
  return said;
}

/** Distances in full space, and how differently the model behaves: figures beside those of the map, which are said. */
export function figures(say, { comparison, apart }) {
  const said = (part, about, names) =>
    names.filter((name) => Number.isFinite(part?.[name])).map((name) => say(`compare.${about}_${name}`, { value: part[name].toFixed(2) }));
  return [...said(comparison, "starts", ["full", "behaviour"]), ...said(apart, "ends", ["full"])];
}
