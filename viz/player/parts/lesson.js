// The card of a lesson: what a beat says, its question and answer, and the way on. In Present also where there is no lesson: then only the way on.
import { button, el, rename } from "./dom.js";

export class LessonCard {
  /** act: {next(), back(), leave(), notes() or null}. */
  constructor(say, act) {
    Object.assign(this, { say, act });
    this.at = el("span", { class: "at" });
    this.title = el("h2");
    this.text = el("p", { class: "said" });
    this.question = el("p", { class: "asks" });
    this.answer = el("p", { class: "answers" });
    this.words = el("div", { class: "beat", "aria-live": "polite" }, this.title, this.text, this.question, this.answer);
    this.back = button(null, say("lesson.back"), act.back, { class: "quiet" });
    this.next = button(null, say("lesson.next"), act.next, { class: "primary" });
    this.notes = act.notes ? button(null, say("lesson.notes"), act.notes, { class: "quiet notes", hint: say("lesson.notes_hint") }) : null;
    this.close = button("close", say("lesson.leave"), act.leave, { class: "icon close" });
    this.element = el(
      "aside",
      { class: "lesson", hidden: true, "aria-label": say("lesson.label") },
      this.close,
      this.words,
      el("div", { class: "way" }, this.back, this.at, this.notes, this.next),
    );
  }

  /** beat: of the lesson, or null where a road is gone along token by token; part: see `stopsOf`; at, of: numbers to show; first, last: is there nothing before, or after? */
  show({ beat, part, at, of, first, last }) {
    this.element.hidden = false;
    this.element.classList.toggle("bare", !beat);
    this.words.hidden = !beat;
    write(this.title, beat?.title);
    write(this.text, beat?.text);
    write(this.question, beat?.question);
    this.question.hidden = !beat?.question;
    const told = part === "told" && Boolean(beat?.answer);
    write(this.answer, told ? beat.answer : "");
    this.answer.hidden = !told;
    this.at.textContent = of ? this.say("lesson.at", { n: at, m: of }) : "";
    this.back.disabled = first;
    rename(this.next, this.say(last ? "lesson.done" : `lesson.${WAY[part] ?? "next"}`));
    this.fit(told);
  }

  /** What is long is written smaller; what is told last is seen in any case. */
  fit(told) {
    const { element, words } = this;
    element.classList.remove("long");
    element.classList.toggle("long", words.scrollHeight > words.clientHeight + 1);
    words.scrollTop = told ? words.scrollHeight : 0;
  }

  /** Where there is little room it stands below the stage, else on it. */
  place(stage, narrow) {
    if (narrow && this.element.parentElement === stage) stage.after(this.element);
    else if (!narrow && this.element.parentElement !== stage) stage.append(this.element);
  }

  hide() {
    this.element.hidden = true;
  }

  focus() {
    this.next.focus({ preventScroll: true });
  }
}

const WAY = { covered: "uncover", asked: "answer" };

/** Only what is new: it is read out. A figure stays with its sign. */
function write(node, text) {
  const words = (text ?? "").replaceAll(" %", "\u00a0%");
  if (node.textContent !== words) node.textContent = words;
}
