// A sheet over the player: a modal dialog with a title and a way out.
import { button, el } from "./dom.js";

export class Sheet {
  constructor(host, say, name, title) {
    this.body = el("div", { class: "body" });
    this.close = button("close", say("sheet.close"), () => this.element.close(), { class: "icon" });
    this.element = el(
      "dialog",
      { class: `sheet ${name}`, "aria-label": title },
      el("header", {}, el("h2", { text: title }), this.close),
      this.body,
    );
    this.element.addEventListener("close", () => this.before?.focus?.({ preventScroll: true }));
    this.element.addEventListener("click", (event) => event.target === this.element && this.element.close());
    host.append(this.element);
  }

  get open() {
    return this.element.open;
  }

  show(...content) {
    this.body.replaceChildren(...content);
    if (this.open) return;
    this.before = this.element.getRootNode().activeElement;
    this.element.showModal();
  }
}
