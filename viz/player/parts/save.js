// The menu "Save": what can be taken away, and what can be copied.
import { button, el } from "./dom.js";

export class SaveMenu {
  /** groups: lists of [key of its words under save, run]; a run that is null is left out. */
  constructor(say, groups) {
    this.items = groups.map((group) => group.filter(([, run]) => run).map(([name, run]) => this.item(say, name, run)));
    this.menu = el(
      "div",
      { class: "menu", role: "menu", tabindex: -1, hidden: true }, // Safari gives no button the focus, but what holds it
      ...this.items.filter((group) => group.length).map((group) => el("div", { role: "group" }, ...group)),
    );
    this.button = button("save", say("save.label"), () => this.toggle(this.menu.hidden), {
      class: "quiet",
      "aria-haspopup": "menu",
      "aria-expanded": "false",
    });
    this.element = el("div", { class: "save" }, this.button, this.menu);
    this.element.addEventListener("keydown", (event) => this.key(event));
    this.element.addEventListener(
      "focusout",
      (event) => this.element.contains(event.relatedTarget) || this.toggle(false),
    );
  }

  item(say, name, run) {
    const chosen = () => {
      this.toggle(false);
      this.button.focus(); // where a sheet gives it back to
      run();
    };
    return el("button", { type: "button", role: "menuitem", text: say(`save.${name}`), on: { click: chosen } });
  }

  toggle(open) {
    this.menu.hidden = !open;
    this.button.setAttribute("aria-expanded", String(open));
    if (!open) return;
    const { bottom } = this.element.closest(".stage").getBoundingClientRect(),
      room = bottom - this.button.getBoundingClientRect().bottom - 12; // the stage cuts off what goes beyond it
    this.menu.style.maxHeight = `${Math.max(120, room)}px`;
    this.items.flat()[0].focus();
  }

  key(event) {
    const items = this.items.flat(),
      at = items.indexOf(event.target);
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key],
      to = { Home: 0, End: items.length - 1 }[event.key];
    if (event.key === "Escape" && !this.menu.hidden) {
      this.toggle(false);
      this.button.focus();
    } else if (at >= 0 && (by || to != null)) items[to ?? (at + by + items.length) % items.length].focus();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
}
