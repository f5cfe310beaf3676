// How far to trust the map: what is drawn, what a place is, what is lost, the report's figures in plain words, what is measured and what is metaphor.
import { el } from "./dom.js";
import { Sheet } from "./sheet.js";

const share = (value) => `${(100 * value).toFixed(value < 0.1 ? 1 : 0)} %`;

/** " (0.71 to 0.83)", or nothing where no interval is known. */
function between(ends, percents) {
  return ends ? ` (${ends.map((end) => (percents ? share(end) : end.toFixed(2))).join(" to ")})` : "";
}

/** The figures that say how far a place's name can be believed: they stand with what a name is. */
const NAMES = /^(named|between)_/;

export class Trust {
  /** report(): the atlas's figures, at once or as a promise; act: {view(name)}. */
  constructor(host, say, strings, report, act) {
    Object.assign(this, { say, report, act, words: (strings?.player ?? strings ?? {}).trust ?? {} });
    this.sheet = new Sheet(host, say, "panel", say("trust.title"));
  }

  async show(view) {
    this.view = view;
    this.sheet.show(...this.content(null));
    const report = await Promise.resolve(this.report()).catch(() => null);
    if (this.sheet.open && report) this.sheet.show(...this.content(report));
  }

  content(report) {
    const part = (name) => [
      el("h3", { text: this.say(`trust.${name}.title`) }),
      el("p", { text: this.say(`trust.${name}.text`) }),
    ];
    const figures = report ? this.figures(report) : [],
      list = (of) => (of.length ? el("ul", { class: "figures" }, ...of.map(({ text }) => el("li", { text }))) : null),
      names = figures.filter(({ key }) => NAMES.test(key)),
      others = figures.filter(({ key }) => !NAMES.test(key));
    return [
      ...part("drawn"),
      ...part("place"),
      ...part("lost"),
      ...part("names"),
      list(names),
      others.length ? el("h3", { text: this.say("trust.figures_title") }) : null,
      list(others),
      this.toggle(),
      ...part("start"),
      ...part("off"),
      ...part("measured"),
      ...part("metaphor"),
      ...part("licences"),
    ].filter(Boolean);
  }

  /** One sentence for each figure that both the strings and the report know. `trust.figures.<key>`: dots in a report's path are written as __; {interval} is 95 % of what other roles or questions would give, {chance} how often a theme would be right by chance. */
  figures(report) {
    return Object.entries(this.words.figures ?? {})
      .map(([key, sentence]) => {
        const value = key.split("__").reduce((node, part) => node?.[part], report);
        if (!Number.isFinite(value)) return null;
        const text = sentence
          .replace(/\{value\}/g, value.toFixed(2))
          .replace(/\{percent\}/g, share(value))
          .replace(/ \(\{interval\}\)/g, between(report.intervals?.[key], sentence.includes("{percent}")))
          .replace(/\{chance\}/g, share(report.theme_chance));
        return { key, text };
      })
      .filter(Boolean);
  }

  toggle() {
    const choice = (name) =>
      el("button", {
        type: "button",
        "aria-pressed": String(this.view === name),
        text: this.say(`trust.view_${name}`),
        on: { click: () => this.choose(name) },
      });
    return el("div", { class: "choice" }, el("span", { text: this.say("trust.view") }), choice("map"), choice("pca"));
  }

  choose(name) {
    this.sheet.element.close();
    this.act.view(name);
  }
}
