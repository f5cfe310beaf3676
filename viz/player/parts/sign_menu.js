// The small menu that puts up a sign: for each thing that it is about, "Not this way" and "Go this way".
import { el } from "./dom.js";

export class SignMenu {
  /** act: {sign(detail, title), closed()}. */
  constructor(host, say, act) {
    Object.assign(this, { host, say, act });
    this.element = el("div", { class: "menu signs", role: "menu", "aria-label": say("menu.label"), hidden: true });
    host.append(this.element);
    this.element.addEventListener("keydown", (event) => this.key(event));
    this.element.addEventListener(
      "focusout",
      (event) => event.relatedTarget && !this.element.contains(event.relatedTarget) && this.close(),
    );
    this.outside = (event) => !event.composedPath().includes(this.element) && this.close();
  }

  get open() {
    return !this.element.hidden;
  }

  /** at: [left, top, right, bottom] in pixels of the window, what the menu belongs to; groups: [{title, detail}]; extra: [{text, run}]. */
  show(at, groups, { focus = true, extra = [], back = null } = {}) {
    this.back = back;
    this.element.replaceChildren(
      ...groups.map(({ title, detail }) =>
        el(
          "div",
          { class: "group", role: "group", "aria-label": title },
          el("p", { class: "about", dir: "auto", text: title }),
          ...["avoid", "toward"].map((direction) => this.item(direction, title, detail)),
        ),
      ),
      ...extra.map(({ text, run }) => this.button(text, "plain", run)),
      el("p", { class: "stands", text: this.say("signs.stands") }),
    );
    this.element.hidden = false;
    this.place(at);
    if (focus) this.focus();
    document.addEventListener("pointerdown", this.outside, true);
  }

  item(direction, title, detail) {
    const word = this.say(`signs.${direction}`);
    return this.button(word, direction, () => this.act.sign({ ...detail, direction }, title), `${word}: ${title}`);
  }

  button(text, name, run, label = text) {
    const chosen = () => {
      this.close(true);
      run();
    };
    return el("button", {
      type: "button",
      role: "menuitem",
      class: name,
      "aria-label": label,
      text,
      on: { click: chosen },
    });
  }

  /** Below what it belongs to, or above where there is no room; inside the player. */
  place([left, top, right, bottom]) {
    const home = this.host.getBoundingClientRect(),
      { offsetWidth: w, offsetHeight: h } = this.element;
    const x = Math.min(home.width - w - 6, Math.max(6, (left + right) / 2 - home.left - w / 2)),
      below = bottom - home.top + 8,
      y = below + h > home.height - 6 ? Math.max(6, top - home.top - h - 8) : below;
    this.element.style.transform = `translate(${Math.round(x)}px, ${Math.round(y)}px)`;
  }

  focus() {
    this.element.querySelector("button")?.focus({ preventScroll: true });
  }

  close(back = false) {
    if (!this.open) return;
    this.element.hidden = true;
    document.removeEventListener("pointerdown", this.outside, true);
    if (back) this.back?.();
    this.act.closed();
  }

  key(event) {
    const items = [...this.element.querySelectorAll("button")],
      at = items.indexOf(event.target),
      by = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
    if (event.key === "Escape") this.close(true);
    else if (by && at >= 0) items[(at + by + items.length) % items.length].focus();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  destroy() {
    document.removeEventListener("pointerdown", this.outside, true);
  }
}
