// The sheet that makes a film: its kind, length and look; how far it is, and a way to call it off.
import { choices, valueOf } from "./choices.js";
import { button, el, rename } from "./dom.js";
import { download } from "./download.js";
import { Sheet } from "./sheet.js";

const KINDS = ["webm", "mp4", "gif"],
  LOOKS = ["dark", "light"],
  SECONDS = { usual: 6, least: 1, most: 60 };

export class FilmSheet {
  /** act: {film(options): Promise of {blob, kind, why}, kinds(): Promise of {webm, mp4, gif, why}, name(): of the file, said(words)}. */
  constructor(host, say, act) {
    Object.assign(this, { say, act, making: null });
    this.sheet = new Sheet(host, say, "panel making", say("film.title"));
    this.sheet.element.addEventListener("close", () => this.stop());
    this.seconds = el("input", { type: "number", name: "seconds", min: SECONDS.least, max: SECONDS.most, step: 1, value: SECONDS.usual, required: true });
    this.form = el(
      "form",
      { class: "choices" },
      choices(say, "film.kind", KINDS, "webm"),
      choices(say, "film.look", LOOKS, "dark"),
      el("fieldset", {}, el("legend", { text: say("film.seconds") }), this.seconds),
    );
    this.form.addEventListener("submit", (event) => event.preventDefault());
    this.about = el("p", { class: "about", role: "status", text: say("film.about") });
    this.bar = el("progress", { max: 1, value: 0, hidden: true, "aria-label": say("film.making") });
    this.go = button("save", say("film.make"), () => (this.making ? this.making.abort() : this.make()), { class: "primary" });
  }

  async show() {
    this.sheet.show(this.form, el("div", { class: "way" }, this.about, this.bar, this.go));
    const { why, ...can } = await this.act.kinds();
    for (const kind of KINDS) this.form.querySelector(`[value="${kind}"]`).disabled = !can[kind];
    const first = KINDS.find((kind) => can[kind]);
    if (!can[valueOf(this.form, "film.kind")]) this.form.querySelector(`[value="${first}"]`).checked = true;
    if (why && !this.making) this.about.textContent = this.say(`film.why_${why}`);
  }

  async make() {
    if (!this.form.reportValidity()) return;
    const { act, say } = this,
      options = { kind: valueOf(this.form, "film.kind"), look: valueOf(this.form, "film.look"), seconds: Number(this.seconds.value) };
    const making = new AbortController();
    this.busy(making);
    try {
      const { blob, kind, why } = await act.film({ ...options, progress: (share) => this.progress(share), signal: making.signal });
      download(blob, `${act.name()}.${kind}`);
      this.tell(why ? say(why) : say("film.done", { mb: (blob.size / 1e6).toFixed(1) }));
    } catch (error) {
      if (!making.signal.aborted) console.error("film", error);
      this.tell(say(making.signal.aborted ? "film.stopped" : "film.failed"));
    } finally {
      this.busy(null);
    }
  }

  stop() {
    this.making?.abort();
  }

  busy(making) {
    this.making = making;
    this.bar.hidden = !making;
    this.bar.value = 0;
    for (const field of this.form.querySelectorAll("fieldset")) field.disabled = Boolean(making);
    rename(this.go, this.say(making ? "film.stop" : "film.make"));
    if (making) this.about.textContent = this.say("film.making");
  }

  progress(share) {
    this.bar.value = share;
  }

  tell(words) {
    this.about.textContent = words;
    this.act.said(words);
  }
}
