// The line under the map: one sentence of what has just happened, or what the roads are waiting for. While a road plays a sentence stays long enough to be read.
import { READ, hold, newsAt } from "../state/saying.js";
import { sentence } from "../state/sentence.js";
import { button, el, rename } from "./dom.js";

/** News that matter at least so much are told to a screen reader while the road plays; the rest only where it rests. */
const TOLD = 40;

export class Saying {
  /** act: {stop(), left() (a button that had the focus is gone), again() (it is time to say something else), announce(text)}. */
  constructor(say, act) {
    Object.assign(this, { say, act, held: null, passed: 0, ending: false });
    this.at = el("span", { class: "at", "aria-hidden": "true" });
    this.text = el("p", { class: "news" });
    this.state = el("p", { class: "state", role: "status" });
    this.stop = button(null, say("states.stop"), act.stop, { class: "stop", hidden: true });
    this.offer = button(null, "", () => this.taken?.(), { class: "primary offer", hidden: true });
    this.element = el(
      "div",
      { class: "saying", role: "group", "aria-label": say("saying.label"), hidden: true },
      this.at,
      this.text,
      this.state,
      this.stop,
      this.offer,
    );
  }

  /** Another scene: what was said of the one before goes. */
  renew() {
    this.held = null;
    this.rests();
  }

  /** The road has come to its end by itself: what was said just before may still be read, then how it ended is told. */
  ends() {
    this.ending = true;
    this.timer = setTimeout(() => {
      this.ending = false;
      this.act.again();
      this.act.announce(this.words);
    }, 1000 * READ);
  }

  /** Somebody has stopped or moved it: where it stands is what counts. */
  rests() {
    clearTimeout(this.timer);
    this.ending = false;
  }

  /** So much time has passed since the last picture. */
  tick(seconds) {
    this.passed += seconds;
  }

  /** scene: as of `newsAt`; told: {words (of the state, null for none), wrong, running, playing, offer ({label, run} or null)}. */
  update(scene, index, { words, wrong, running, playing, offer }) {
    const best = words ? null : (newsAt(scene, index)[0] ?? null),
      before = this.held?.news?.key;
    this.held = hold(this.held, best, this.passed, playing || this.ending);
    this.passed = 0;
    const { news } = this.held;
    this.write(news, words, wrong);
    this.taken = offer?.run ?? null;
    for (const [node, shown] of [[this.stop, running], [this.offer, offer]]) {
      const left = !shown && node.getRootNode().activeElement === node; // or the keys would have nowhere to go
      node.hidden = !shown;
      if (left) this.act.left();
    }
    if (offer) rename(this.offer, offer.label);
    this.element.hidden = !words && !news && !running;
    if (playing && news && news.key !== before && news.weight >= TOLD) this.act.announce(this.words);
  }

  write(news, words, wrong) {
    this.words = news ? sentence(this.say, news).replaceAll(" %", "\u00a0%") : "";
    if (this.text.textContent !== this.words) this.text.textContent = this.words; // else a selection in it would be lost
    this.text.hidden = !news;
    this.at.textContent = news && news.at >= 0 ? String(news.at + 1) : "";
    this.at.className = `at road-${news?.named ? "ab"[news.road] : "a"}`;
    this.at.hidden = !news;
    this.state.textContent = words ?? "";
    this.state.hidden = !words;
    this.state.setAttribute("role", wrong ? "alert" : "status");
    this.element.classList.toggle("wrong", Boolean(words) && wrong);
  }
}
