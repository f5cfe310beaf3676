// The menu "Save": a picture, a page that plays offline, the caption to copy.
import { button, el } from "./dom.js";

export class SaveMenu {
  /** act: {picture(): Promise<{png, caption}>, page() or null, said(text)}. */
  constructor(say, act) {
    Object.assign(this, { say, act });
    const item = (name, run) =>
      el("button", {
        type: "button",
        role: "menuitem",
        text: say(`save.${name}`),
        on: {
          click: () => {
            this.toggle(false);
            run();
          },
        },
      });
    this.menu = el(
      "div",
      { class: "menu", role: "menu", tabindex: -1, hidden: true }, // Safari gives no button the focus, but what holds it
      item("picture", () => this.picture()),
      act.page ? item("page", act.page) : null,
      item("caption", () => this.caption()),
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

  toggle(open) {
    this.menu.hidden = !open;
    this.button.setAttribute("aria-expanded", String(open));
    if (open) this.menu.firstElementChild.focus();
  }

  key(event) {
    const items = [...this.menu.children],
      at = items.indexOf(event.target);
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === "Escape" && !this.menu.hidden) {
      this.toggle(false);
      this.button.focus();
    } else if (by && at >= 0) items[(at + by + items.length) % items.length].focus();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  async picture() {
    const { png, name } = await this.act.picture();
    download(png, `${name}.png`);
    this.act.said(this.say("save.picture_done"));
  }

  async caption() {
    const { caption } = await this.act.caption();
    try {
      await navigator.clipboard.writeText(caption);
      this.act.said(this.say("save.caption_done"));
    } catch {
      this.act.said(caption);
    }
  }
}

export function download(blob, name) {
  const url = URL.createObjectURL(blob),
    link = el("a", { href: url, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10000); // some browsers read it after the click has returned
}
