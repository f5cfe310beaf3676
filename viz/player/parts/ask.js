// In Present: the room's own question, typed over the map.
import { button, el } from "./dom.js";

export class Ask {
  /** act: {ask(question), left()}. */
  constructor(say, act) {
    this.act = act;
    this.input = el("input", {
      type: "text",
      autocomplete: "off",
      maxlength: 2000,
      "aria-label": say("ask.label"),
      placeholder: say("ask.placeholder"),
    });
    this.element = el(
      "form",
      { class: "asking", hidden: true },
      this.input,
      el("button", { type: "submit", class: "primary", text: say("ask.drive") }),
      button("close", say("ask.close"), () => this.close(), { class: "icon" }),
    );
    this.element.addEventListener("submit", (event) => this.submit(event));
    this.element.addEventListener("keydown", (event) => this.key(event));
  }

  open() {
    this.element.hidden = false;
    this.input.focus();
  }

  close() {
    if (this.element.hidden) return;
    this.element.hidden = true;
    this.act.left();
  }

  submit(event) {
    event.preventDefault();
    const question = this.input.value.trim();
    if (!question) return;
    this.act.ask(question);
    this.input.value = "";
    this.close();
  }

  key(event) {
    if (event.key !== "Escape" || event.isComposing) return;
    event.preventDefault();
    event.stopPropagation();
    this.close();
  }
}
