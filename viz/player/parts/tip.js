// The tip: says what is under the pointer, a crossing, a turn not taken, a post, a name, an older road.
import { el } from "./dom.js";
import { nearWords } from "../state/marks.js";
import { percent, visible } from "../words.js";
import { forkWords } from "./notices.js";

/** The tip of a token: its text, probability, where it was, and the turns that were open. */
export class Tip {
  constructor(stage, say) {
    Object.assign(this, { stage, say, element: el("div", { class: "tip", role: "status", hidden: true }) });
    stage.append(this.element);
  }

  show(pick, road, canDrive = false) {
    const token = road?.tokens[pick?.index];
    if (!pick || !token) {
      this.element.hidden = true;
      this.shown = null;
      return;
    }
    const key = `${pick.road}/${pick.index}/${pick.candidate}/${token.grip}`;
    this.element.classList.toggle("road-b", pick.road === 1);
    if (key !== this.shown)
      this.element.replaceChildren(
        ...(pick.candidate == null
          ? this.crossing(token, road, pick)
          : this.spur(token, token.candidates[pick.candidate], canDrive)),
      );
    this.put(key, pick.at);
  }

  /** The tip of a post or of a landmark's name. */
  board({ mark, landmark, old, box }, canDrive) {
    const key = mark ? `mark/${mark.number}/${mark.name}` : landmark ? `name/${landmark.name}` : `old/${old.label}`;
    if (key !== this.shown)
      this.element.replaceChildren(
        ...(mark ? this.mark(mark) : landmark ? this.landmark(landmark, canDrive) : this.old(old)),
      );
    this.put(key, [box[2] - 10, (box[1] + box[3]) / 2], box[0] + 10);
  }

  /** Beside a place, on its other side where there is no room. */
  put(key, at, left_ = at[0]) {
    this.shown = key;
    this.element.hidden = false;
    const { clientWidth: width, clientHeight: height } = this.stage,
      w = this.element.offsetWidth,
      h = this.element.offsetHeight;
    const left = at[0] + 18 + w > width ? left_ - w - 18 : at[0] + 18;
    this.element.style.transform = `translate(${Math.max(4, left)}px, ${Math.max(4, Math.min(height - h - 4, at[1] - h / 2))}px)`;
  }

  mark({ shape, title, sign }) {
    const line = (text, name = null) => el("p", { class: name, text });
    if (!sign) return [el("p", { class: "head" }, el("bdi", { text: title })), line(this.say("regions.sign"), "near")];
    return [
      el("p", { class: "head" }, el("bdi", { text: sign.name })),
      line(
        this.say("signs.weight", { way: this.say(`signs.${shape}`), weight: String(sign.weight).replace("-", "−") }),
      ),
      sign.auc == null
        ? null
        : line(
            this.say(sign.weak ? "signs.auc_weak" : "signs.auc", { auc: sign.auc.toFixed(2) }),
            sign.weak ? "warn" : null,
          ),
      line(this.say("signs.stands"), "near"),
    ].filter(Boolean);
  }

  old({ label }) {
    return [
      el("p", { class: "head" }, el("bdi", { text: label || this.say("tip.old") })),
      label ? el("p", { class: "near", text: this.say("tip.old") }) : null,
    ].filter(Boolean);
  }

  landmark({ name }, canDrive) {
    const more = canDrive ? el("p", { class: "near", text: this.say("menu.open") }) : null;
    return [el("p", { class: "head" }, el("bdi", { text: name })), more].filter(Boolean);
  }

  crossing(token, road, { road: which, index }) {
    const fork =
      road.kind === "fork" && road.parent && index >= road.parent.at ? forkWords(this.say, road.parent) : null;
    const off = token.off_map > 99 ? el("p", { class: "warn", text: this.say("tip.off") }) : null;
    const reach = Math.max(0.02, ...token.candidates.map(({ probability }) => probability));
    const rows = token.candidates
      .slice(0, 5)
      .map((candidate) =>
        el(
          "li",
          { class: candidate.id === token.id ? "taken" : token.blocked?.includes(candidate.id) ? "blocked" : null },
          el("bdi", { text: visible(candidate.text, candidate.end) }),
          el("i", { style: `width:${(60 * candidate.probability) / reach}px` }),
          el("span", { text: percent(candidate.probability) }),
        ),
      );
    return [
      el(
        "p",
        { class: "head" },
        el("bdi", { text: visible(token.text, token.end) }),
        el("span", { text: percent(token.probability) }),
      ),
      el("p", { class: "near", text: this.place(token) }),
      off,
      fork ? el("p", { class: "near", text: `${"AB"[which]}: ${fork}` }) : null,
      el("ol", {}, ...rows),
    ].filter(Boolean);
  }

  /** The name with the share of the votes that it has. */
  place(token) {
    const place = nearWords(this.say, token, (name) => name);
    return place ? this.say("tip.votes", { place, p: percent(token.agree) }) : this.say("tip.unnamed");
  }

  spur(token, candidate, canDrive) {
    const open = canDrive && candidate.id !== token.id ? el("p", { text: this.say("tip.drive") }) : null;
    const word = token.blocked?.includes(candidate.id)
      ? "tip.blocked"
      : candidate.id === token.id
        ? "tip.taken"
        : "tip.spur";
    return [
      el(
        "p",
        { class: "head" },
        el("bdi", { text: candidate.end ? this.say("text.end") : visible(candidate.text) }),
        el("span", { text: percent(candidate.probability) }),
      ),
      el("p", { class: "near", text: this.say(word) }),
      open,
    ].filter(Boolean);
  }
}
