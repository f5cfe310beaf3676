// The room's guesses at a covered token: its three likeliest turns in an order that gives nothing away, each with a key and a tally. Uncovered they have the model's figures.
import { guessesOf } from "../state/talk.js";
import { percent, visible } from "../words.js";
import { el } from "./dom.js";

export class Guess {
  constructor(say) {
    Object.assign(this, { say, key: null, tallies: new Map() });
    this.ask = el("p", { class: "ask" });
    this.options = el("ol", { class: "options" });
    this.element = el("section", { class: "guess", hidden: true, "aria-label": say("guess.label") }, this.ask, this.options);
  }

  /** token: the one that is guessed at, null for none; key: names it for as long as guesses count; covered: is it still? */
  show({ token, key, covered }) {
    this.element.hidden = !token;
    Object.assign(this, { key: token ? key : null, token, covered });
    if (token) this.write();
  }

  /** One guess more for the option of this number, from 0 on. */
  vote(number) {
    if (!this.token || !this.covered || number >= this.shown.length) return;
    const tally = this.tally();
    tally[number] = (tally[number] ?? 0) + 1;
    this.write();
  }

  /** Has anybody guessed at the token of that name? */
  asked(key) {
    return Boolean(this.tallies.get(key)?.length);
  }

  tally() {
    if (!this.tallies.has(this.key)) this.tallies.set(this.key, []);
    return this.tallies.get(this.key);
  }

  write() {
    const { token, covered, say } = this,
      tally = this.tally();
    this.shown = guessesOf(token);
    const other = !covered && !this.shown.some(({ id }) => id === token.id); // it took none of the three
    this.ask.textContent = say(covered ? "guess.ask" : other ? "guess.other" : "guess.told", {
      token: token.end ? say("text.end") : visible(token.text),
      p: percent(token.probability),
    });
    this.element.classList.toggle("told", !covered);
    this.options.replaceChildren(...this.shown.map((turn, i) => this.option(turn, i, tally[i] ?? 0)));
  }

  option({ id, text, end, probability }, i, count) {
    const { covered, say, token } = this,
      taken = !covered && id === token.id,
      figure = covered ? null : el("span", { class: "share", text: percent(probability) });
    return el(
      "li",
      { class: taken ? "taken" : null },
      el("b", { class: "key", text: String(i + 1) }),
      el("bdi", { text: end ? say("text.end") : visible(text) }),
      el("span", { class: "tally", text: count ? say("guess.room", { n: count }) : "", "data-count": count }),
      figure,
    );
  }
}
