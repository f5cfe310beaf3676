// The system prompt on its flag and the question, then the answer, one span a token, lit in step with the head. A click on a word goes there.
import { button, el, icon } from "./dom.js";
import { clip, graphemeGroups } from "../words.js";

/** The text of one road. */
class Line {
  constructor(say, which, onWord, tokens) {
    Object.assign(this, { say, which, spans: [], pieces: [], groups: [], lit: [-1, -1], seen: -1 });
    this.text = el("div", {
      class: "words",
      dir: "auto",
      role: "group",
      "aria-label": say("text.answer", { road: "AB"[which] }),
    });
    this.element = el(
      "div",
      { class: `line road-${"ab"[which]}` },
      el("b", { class: "badge", text: "AB"[which] }),
      this.text,
    );
    this.text.addEventListener("click", (event) => {
      const index = this.spans.indexOf(event.target.closest("span"));
      if (index >= 0) onWord(which, index);
    });
    this.set(tokens);
  }

  set(tokens) {
    Object.assign(this, { spans: [], pieces: [], groups: [], lit: [-1, -1], seen: -1 });
    this.text.replaceChildren();
    this.append(tokens);
  }

  append(tokens) {
    const fragment = document.createDocumentFragment();
    for (const token of tokens) this.spans.push(this.word(token, fragment));
    this.pieces.push(...tokens.map((token) => token.text));
    this.groups = graphemeGroups(this.pieces);
    this.text.append(fragment);
  }

  /** The leading space stays outside, or a word at a line's end would leave a sliver of light. */
  word(token, into) {
    const lead = /^[ \t]+(?=\S)/.exec(token.text)?.[0] ?? "";
    if (lead) into.append(lead);
    const newline = /\n/.test(token.text),
      span = el("span", {
        role: "button",
        tabindex: -1,
        text: token.text.slice(lead.length),
        class: token.end ? "end" : newline ? "newline" : null,
      });
    if (token.end) span.setAttribute("aria-label", this.say("text.end"));
    else if (token.text === "") span.setAttribute("aria-label", this.say("text.part"));
    else if (token.text.trim() === "")
      span.setAttribute("aria-label", this.say(newline ? "text.newline" : "text.space"));
    into.append(span);
    return span;
  }

  /** Lights a token. covered: tokens after it are hidden, the next one shown as a covered gap. */
  light(index, covered) {
    const group = index < 0 ? [-1, -1] : (this.groups[Math.min(index, this.groups.length - 1)] ?? [-1, -1]);
    if (
      group[0] === this.lit[0] &&
      group[1] === this.lit[1] &&
      covered === this.covered &&
      this.seen === this.spans.length
    )
      return;
    const whole = covered !== this.covered || this.seen !== this.spans.length;
    const from = whole ? 0 : Math.max(0, Math.min(group[0], this.lit[0])),
      to = whole ? this.spans.length - 1 : Math.min(this.spans.length - 1, Math.max(group[1], this.lit[1]) + 1);
    for (let i = from; i <= to; i++) this.dress(this.spans[i], i, group, covered);
    Object.assign(this, { lit: group, covered, seen: this.spans.length });
    this.reveal(this.spans[Math.max(0, group[0])]);
  }

  dress(span, i, [first, last], covered) {
    const on = i >= first && i <= last;
    span.classList.toggle("past", i < first);
    span.classList.toggle("now", on);
    span.classList.toggle("covered", covered && i === last + 1);
    span.classList.toggle("hidden", covered && i > last + 1);
    if (on) span.setAttribute("aria-current", "step");
    else span.removeAttribute("aria-current");
    span.tabIndex = i === first ? 0 : -1;
  }

  /** Scrolls the box, never the page. */
  reveal(span) {
    if (!span) return;
    const top = span.offsetTop,
      box = this.text,
      line = parseFloat(getComputedStyle(box).lineHeight) || 24;
    if (top < box.scrollTop - 2 || top + line > box.scrollTop + box.clientHeight + 2)
      box.scrollTop = Math.max(0, Math.round(top / line) * line - (box.clientHeight > 1.9 * line ? line : 0));
  }
}

export class TextLine {
  /** onWord(road, index); hint: what the answers say when they are pointed at. */
  constructor(say, onWord, hint = "") {
    Object.assign(this, { say, onWord, lines: [], open: false });
    this.flags = el("div", { class: "flags" });
    this.question = el("p", { class: "question", dir: "auto" });
    this.answers = el("div", { class: "answers", title: hint || null });
    this.more = button("whole", say("text.whole"), () => this.whole(), {
      class: "quiet whole",
      hint: say("text.whole_hint"),
      "aria-expanded": "false",
      "aria-keyshortcuts": "w",
    });
    this.element = el(
      "section",
      { class: "text", "aria-label": say("text.label") },
      el(
        "div",
        { class: "page" },
        el("div", { class: "asked" }, this.flags, this.question, this.more),
        this.answers,
      ),
    );
  }

  /** The whole text over the map, or as many lines as there is room for. */
  whole(on = !this.open) {
    this.open = on;
    // What lies around keeps its place.
    this.element.style.height = on ? `${this.element.offsetHeight}px` : "";
    this.element.classList.toggle("open", on);
    this.more.setAttribute("aria-expanded", String(on));
  }

  /** Puts the whole text away. */
  escape(event) {
    if (event.key !== "Escape" || !this.open) return;
    event.preventDefault();
    this.whole(false);
    this.more.focus({ preventScroll: true });
  }

  /** The system prompts on flags: one where the roads share it. */
  starts(roads) {
    const named = new Set(roads.map(({ system }) => system ?? null)).size > 1;
    return (named ? roads : roads.slice(0, 1)).map(({ system = null }, which) => {
      const words = system === null ? this.say("text.default_system") : system || this.say("text.no_system");
      const flag = el("span", { class: `flag road-${"ab"[which]}`, title: words }, icon("flag"));
      if (named) flag.append(el("b", { text: "AB"[which] }));
      flag.append(
        el("span", { class: "unseen", text: this.say("text.start") }),
        el("bdi", { class: system ? null : "none", text: clip(words, 200) }),
      );
      return flag;
    });
  }

  load(roads) {
    const asked = roads[0]?.user ?? roads[0]?.messages?.filter(({ role }) => role === "user").at(-1)?.content ?? "";
    this.question.textContent = asked;
    this.question.title = asked;
    this.flags.replaceChildren(...this.starts(roads));
    this.more.hidden = !roads.length;
    if (!roads.length) this.whole(false);
    this.lines = roads.map((road, which) => new Line(this.say, which, this.onWord, road.tokens));
    this.answers.replaceChildren(...this.lines.map(({ element }) => element));
    this.answers.classList.toggle("two", roads.length > 1);
  }

  append(road, tokens) {
    this.lines[road]?.append(tokens);
  }
  /** Gives the focus to a word. */
  focus(road, index) {
    this.lines[road]?.spans[index]?.focus({ preventScroll: true });
  }
  light(indices, covered) {
    this.lines.forEach((line, which) => line.light(indices[which] ?? -1, covered));
  }
  /** Marks the answers that end only because they had as many tokens as were asked for. */
  cut(roads) {
    this.lines.forEach(({ text }, which) => {
      const { state, tokens } = roads[which],
        cut = state === "done" && tokens.length > 0 && !tokens.at(-1).end;
      text.classList.toggle("cut", cut);
      if (cut) text.title = `${this.say("text.cut", { n: tokens.length })} ${this.answers.title}`.trim();
      else text.removeAttribute("title"); // the hint of all answers shows
    });
  }
}
