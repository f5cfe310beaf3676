// The text equivalent of the map: a real table of the roads, one row a token.
import { el } from "./dom.js";
import { forkWords } from "./notices.js";
import { nearWords } from "../state/marks.js";
import { Sheet } from "./sheet.js";
import { percent, visible } from "../words.js";

const COLUMNS = ["index", "token", "probability", "neighbourhood", "grip"];

export class Table {
  constructor(host, say, onRow) {
    Object.assign(this, { say, onRow });
    this.sheet = new Sheet(host, say, "table", say("table.title"));
  }

  get open() {
    return this.sheet.open;
  }

  show(roads) {
    this.sheet.show(...roads.map((road, which) => this.table(road, which, roads.length > 1)));
  }

  table(road, which, named) {
    const heads = COLUMNS.map((name) => el("th", { scope: "col", text: this.say(`table.${name}`) }));
    const rows = road.tokens.map((token, i) =>
      el(
        "tr",
        { on: { click: () => this.go(which, i) } },
        el("td", { text: i + 1 }),
        el("th", { scope: "row" }, el("bdi", { text: visible(token.text, token.end) })),
        el("td", { text: percent(token.probability) }),
        el("td", { text: this.place(token) }),
        el("td", { text: token.grip == null ? "–" : token.grip.toFixed(2) }),
      ),
    );
    const about = road.kind === "fork" && road.parent ? forkWords(this.say, road.parent) : (road.system ?? ""),
      caption = named ? `${"AB"[which]}: ${about}` : (road.user ?? "");
    return el(
      "table",
      {},
      el("caption", { text: caption }),
      el("thead", {}, el("tr", {}, ...heads)),
      el("tbody", {}, ...rows),
    );
  }

  place(token) {
    const words = [nearWords(this.say, token, (name) => name), token.off_map > 99 ? this.say("tip.off") : ""];
    return words.filter(Boolean).join(", ") || "–";
  }

  go(which, index) {
    this.sheet.element.close();
    this.onRow(which, index);
  }
}
