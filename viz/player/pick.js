// What lies under the pointer, and the tip that says what it is. Own picking: a loop over projected points, no GL.
import { el, percent, visible } from "./dom.js";

const RADIUS = 14;

/** The nearest pick within reach of [x, y]; spurs win over crossings. picks: [{road, index, candidate?, at}]. */
export function pickAt(picks, x, y, reach = RADIUS) {
  let best = null,
    least = reach;
  for (const pick of picks) {
    const away = Math.hypot(pick.at[0] - x, pick.at[1] - y) - (pick.candidate != null ? 3 : 0);
    if (away < least) {
      least = away;
      best = pick;
    }
  }
  return best;
}

/** The tip of a token: its text, probability, where it was, and the turns that were open. */
export class Tip {
  constructor(stage, say) {
    Object.assign(this, { stage, say, element: el("div", { class: "tip", role: "status", hidden: true }) });
    stage.append(this.element);
  }

  show(pick, token) {
    if (!pick || !token) {
      this.element.hidden = true;
      this.shown = null;
      return;
    }
    const key = `${pick.road}/${pick.index}/${pick.candidate}/${token.grip}`;
    if (key !== this.shown)
      this.element.replaceChildren(
        ...(pick.candidate == null ? this.crossing(token) : this.spur(token, token.candidates[pick.candidate])),
      );
    this.shown = key;
    this.element.hidden = false;
    const { clientWidth: width, clientHeight: height } = this.stage,
      w = this.element.offsetWidth,
      h = this.element.offsetHeight;
    const left = pick.at[0] + 18 + w > width ? pick.at[0] - w - 18 : pick.at[0] + 18;
    this.element.style.transform = `translate(${Math.max(4, left)}px, ${Math.max(4, Math.min(height - h - 4, pick.at[1] - h / 2))}px)`;
  }

  crossing(token) {
    const off = token.off_map > 99 ? el("p", { class: "warn", text: this.say("tip.off") }) : null;
    const reach = Math.max(0.02, ...token.candidates.map(({ probability }) => probability));
    const rows = token.candidates
      .slice(0, 5)
      .map((candidate) =>
        el(
          "li",
          { class: candidate.id === token.id ? "taken" : token.blocked?.includes(candidate.id) ? "blocked" : null },
          el("bdi", { text: visible(candidate.text) }),
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
      token.neighbourhood
        ? el("p", { class: "near", text: this.say("tip.near", { name: token.neighbourhood }) })
        : null,
      off,
      el("ol", {}, ...rows),
    ].filter(Boolean);
  }

  spur(token, candidate) {
    const word = token.blocked?.includes(candidate.id)
      ? "tip.blocked"
      : candidate.id === token.id
        ? "tip.taken"
        : "tip.spur";
    return [
      el(
        "p",
        { class: "head" },
        el("bdi", { text: visible(candidate.text) }),
        el("span", { text: percent(candidate.probability) }),
      ),
      el("p", { class: "near", text: this.say(word) }),
    ];
  }
}
