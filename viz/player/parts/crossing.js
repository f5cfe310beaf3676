// The bar of one crossing: its candidates in order of likelihood, as chips. Another chip than the one that was taken forks the road; the last opens a box for one's own words.
import { button, el } from "./dom.js";
import { percent, visible } from "../words.js";

const MOST = 10; // as many candidates as a scene carries

/** The chips of a crossing: [{id, text, end, before, after (null where unknown), taken, blocked}]. A token that was taken from further down comes last. */
export function turnsOf(token) {
  const turns = token.candidates.slice(0, MOST).map(({ id, text, end, probability }, i) => ({
    id,
    text,
    end,
    before: probability,
    after: token.after?.[i] ?? null,
    taken: id === token.id,
    blocked: token.blocked?.includes(id) ?? false,
  }));
  if (!turns.some(({ taken }) => taken))
    turns.push({ ...token, before: token.probability, after: null, taken: true, blocked: false });
  return turns;
}

export class CrossingBar {
  /** act: {fork({road, index, token | text}), onward(), road(which), leave()}; canDrive: may a chip be chosen? */
  constructor(say, act, canDrive) {
    Object.assign(this, { say, act, canDrive, pool: [], at: 0, shown: null });
    this.roads = [0, 1].map((which) =>
      el("button", {
        type: "button",
        class: `pick road-${"ab"[which]}`,
        "aria-label": say("crossing.road", { road: "AB"[which] }),
        text: "AB"[which],
        on: { click: () => act.road(which) },
      }),
    );
    this.where = el("span", { class: "at", text: say("crossing.label") });
    this.chips = el("div", { class: "chips", role: canDrive ? "toolbar" : "list", tabindex: canDrive ? null : 0 });
    this.own = canDrive
      ? button("pen", say("crossing.own"), () => this.open(true), { class: "own", hint: say("crossing.own_hint") })
      : null;
    this.onward = canDrive
      ? button("forward", say("crossing.onward"), () => act.onward(), {
          class: "own onward",
          hidden: true,
          hint: say("crossing.onward_hint"),
        })
      : null;
    this.box = canDrive ? this.form() : null;
    this.element = el(
      "section",
      { class: "crossing", "aria-label": say("crossing.label") },
      el("div", { class: "side" }, ...this.roads, this.where),
      this.chips,
      this.onward,
      this.own,
      this.box,
    );
    this.element.addEventListener("pointermove", () => (this.over = true));
    this.element.addEventListener("focusin", () => (this.keyed = true));
    this.element.addEventListener("pointerleave", () => this.left());
    this.element.addEventListener("keydown", (event) => this.key(event));
  }

  form() {
    this.input = el("input", {
      type: "text",
      autocomplete: "off",
      "aria-label": this.say("crossing.own_label"),
      placeholder: this.say("crossing.own_placeholder"),
    });
    const form = el(
      "form",
      { class: "own-words", hidden: true },
      el("span", { class: "after", dir: "auto" }),
      this.input,
      el("button", { type: "submit", class: "primary", text: this.say("crossing.drive") }),
      button("close", this.say("crossing.close"), () => this.open(false), { class: "icon" }),
    );
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.drive();
    });
    return form;
  }

  /** state: {road, index, token, before (the text just before it), named (are there two roads?), playing, ends (a road ends here that could go on), fresh (another scene)}. */
  update(state) {
    if (state.fresh) this.release();
    if (this.busy(state.playing)) return (this.next = state);
    this.next = null;
    this.state = state;
    const { road, index, token, named } = state;
    this.roads.forEach((node, which) => {
      node.hidden = !named;
      node.setAttribute("aria-pressed", String(which === road));
    });
    this.element.classList.toggle("b", road === 1);
    if (this.own) this.own.disabled = !token;
    if (this.onward) this.onward.hidden = !state.ends;
    const turns = token ? turnsOf(token) : [],
      tops = turns.flatMap(({ before, after }) => [before, after ?? 0]);
    this.chips.setAttribute("aria-label", this.say("crossing.turns", { n: index + 1 }));
    this.element.classList.toggle("empty", !token);
    if (!token) return this.chips.replaceChildren(el("p", { class: "none", text: this.say("crossing.none") }));
    while (this.pool.length < turns.length) this.pool.push(this.chip());
    const nodes = this.pool.slice(0, turns.length);
    if (nodes.length !== this.chips.children.length || nodes[0] !== this.chips.firstChild)
      this.chips.replaceChildren(...nodes);
    const key = `${road}/${index}/${token.id}`;
    this.turns = turns;
    this.at = Math.min(this.at, turns.length - 1);
    nodes.forEach((node, i) => this.dress(node, turns[i], Math.max(0.02, ...tops), i));
    if (key !== this.shown) this.reveal(nodes[turns.findIndex(({ taken }) => taken)]);
    this.shown = key;
  }

  /** From the likeliest on, and as far as the turn that was taken. */
  reveal(node) {
    const over = node.offsetLeft + node.offsetWidth + 26 - this.chips.offsetLeft - this.chips.clientWidth;
    this.chips.scrollLeft = Math.max(0, over);
  }

  /** A playing head changes no chip under a finger: the bar stays where it is while it is pointed at, in use by keys, or its box is open. */
  busy(playing) {
    if (this.box && !this.box.hidden) return true;
    return playing && (this.over || (this.keyed && this.element.querySelector(":focus-visible") != null));
  }

  left() {
    this.over = false;
    if (this.next) this.update(this.next);
  }

  /** Another scene: the bar goes along with it, until it is pointed at or used anew. */
  release() {
    this.over = this.keyed = false;
    if (this.box) {
      this.box.hidden = true;
      this.input.value = "";
    }
    this.element.classList.remove("typing");
    this.going?.classList.remove("going");
    this.going = this.next = null;
  }

  chip() {
    const parts = {
      word: el("bdi"),
      share: el("span"),
      before: el("i", { class: "before" }),
      after: el("i", { class: "after" }),
    };
    const node = el(
      this.canDrive ? "button" : "div",
      this.canDrive ? { type: "button", class: "chip" } : { class: "chip", role: "listitem" },
      parts.word,
      parts.share,
      parts.before,
      parts.after,
    );
    if (this.canDrive) node.addEventListener("click", () => this.choose(this.pool.indexOf(node)));
    return Object.assign(node, { parts });
  }

  dress(node, { text, end, before, after, taken, blocked }, top, i) {
    const { word, share, before: bar, after: second } = node.parts,
      shown = visible(text, end),
      wide = (value) => `${Math.max(0, (100 * value) / top).toFixed(1)}%`;
    word.textContent = shown;
    share.textContent = after == null ? percent(before) : `${bare(before)} → ${percent(after)}`;
    bar.style.width = wide(before);
    second.hidden = after == null;
    second.style.width = wide(after ?? 0);
    node.classList.toggle("taken", taken);
    node.classList.toggle("blocked", blocked);
    const words = [
      end ? this.say("text.end") : shown,
      percent(before),
      after == null ? null : this.say("crossing.after", { p: percent(after) }),
      taken ? this.say("tip.taken") : blocked ? this.say("tip.blocked") : null,
    ].filter(Boolean);
    node.setAttribute("aria-label", words.join(", "));
    node.title = this.canDrive && !taken ? this.say(blocked ? "crossing.hint_blocked" : "crossing.hint") : words.at(-1);
    if (!this.canDrive) return;
    node.tabIndex = i === this.at ? 0 : -1;
    if (taken) node.setAttribute("aria-current", "true");
    else node.removeAttribute("aria-current");
  }

  choose(i) {
    const { road, index } = this.state,
      turn = this.turns[i];
    this.focusAt(i, false);
    if (!turn || turn.taken) return;
    this.wait(this.pool[i]);
    this.act.fork({ road, index, token: turn.id }, visible(turn.text, turn.end));
  }

  /** Until the new road arrives the choice is marked. */
  wait(node) {
    this.going?.classList.remove("going");
    this.going = node;
    node.classList.add("going");
    setTimeout(() => node.classList.remove("going"), 8000); // should it be refused, the mark must not stay for ever
  }

  open(on) {
    if (!this.box || (on && !this.state?.token)) return;
    this.box.hidden = !on;
    this.element.classList.toggle("typing", on);
    if (!on) {
      this.input.value = "";
      this.own.focus();
      return this.next && this.update(this.next);
    }
    this.box.querySelector(".after").textContent = `… ${(this.state.before ?? "").slice(-24).trimStart()}`;
    this.input.focus(); // with what was typed before, should it have been refused
  }

  drive() {
    const { road, index, token } = this.state,
      typed = this.input.value;
    if (!typed.trim()) return;
    this.box.hidden = true;
    this.element.classList.remove("typing");
    this.own.focus();
    this.wait(this.own);
    this.act.fork({ road, index, text: typed }, typed.trim());
  }

  focusAt(i, really = true) {
    const count = this.turns?.length ?? 0;
    if (!count) return false;
    this.at = Math.min(count - 1, Math.max(0, i));
    this.pool.slice(0, count).forEach((node, k) => (node.tabIndex = k === this.at ? 0 : -1));
    if (really) this.pool[this.at].focus();
    return true;
  }

  key(event) {
    if (event.isComposing) return; // Escape and arrows are the input method's own while it composes
    const typing = event.target === this.input;
    this.keyed = true;
    if (event.key === "Escape" && (typing || (this.box && !this.box.hidden))) this.open(false);
    else if (event.key === "Escape" || (event.key === "ArrowUp" && !typing)) this.act.leave();
    else if (typing || !this.canDrive || !this.move(event)) return;
    event.preventDefault();
    event.stopPropagation();
  }

  move({ key, target }) {
    const after = [this.onward, this.own].filter((node) => !node.hidden),
      place = after.indexOf(target),
      onOwn = place >= 0,
      last = (this.turns?.length ?? 0) - 1;
    if (key === "ArrowRight" && onOwn) after[Math.min(place + 1, after.length - 1)].focus();
    else if (key === "ArrowRight" && this.at === last) after[0].focus();
    else if (key === "ArrowLeft" && place > 0) after[place - 1].focus();
    else if (key === "ArrowLeft" && onOwn) this.focusAt(last);
    else if (key === "Home") this.focusAt(0);
    else if (key === "End") this.own.focus();
    else if (!onOwn && key === "ArrowRight") this.focusAt(this.at + 1);
    else if (!onOwn && key === "ArrowLeft") this.focusAt(this.at - 1);
    else return false;
    return true;
  }
}

const bare = (share) => percent(share).replace(" %", "");
