// Present: the stage over the whole window in large type; the next token stays covered until the right arrow shows it.

import { rename } from "./dom.js";

/** The player comes into Present, or out of it. At the end of a road there is no next token: it begins anew. */
export function presented(player, on) {
  const { shell, clock } = player;
  if (on) player.setClock({ ...clock, playing: false });
  if (on && !clock.growing && clock.time >= clock.last) player.go(0);
  shell.keys.hidden = !on;
  rename(shell.tools.querySelector(".presenting"), player.say(on ? "present.end" : "present.label"));
  player.onEvent("present", { on });
  player.resized();
}

export class Present {
  /** host: the player; act: {step(by), seek(index), load(scene), focus(), changed(on)}; scenes(): list of {id, title, url}; current(): id. */
  constructor(host, act, scenes, current) {
    Object.assign(this, { host, act, scenes, current, on: false });
    this.listen = (event) => this.key(event);
  }

  toggle(on = !this.on) {
    if (on === this.on) return;
    this.on = on;
    this.host.classList.toggle("present", on);
    this.lift(on);
    document[on ? "addEventListener" : "removeEventListener"]("keydown", this.listen, true);
    this.act.changed(on);
    this.act.focus();
  }

  /** Into the top layer, where no container of the page can clip it. */
  lift(on) {
    if (!this.host.showPopover) return;
    if (on) {
      this.host.popover = "manual";
      this.host.showPopover();
    } else {
      this.host.hidePopover();
      this.host.removeAttribute("popover");
    }
  }

  key(event) {
    const at = this.host.getRootNode().activeElement;
    if (this.host.querySelector("dialog[open]") || at?.closest(".crossing, .menu")) return;
    const run = {
      ArrowRight: () => this.act.step(1),
      ArrowLeft: () => this.act.step(-1),
      PageDown: () => this.go(1),
      PageUp: () => this.go(-1),
      Escape: () => this.toggle(false),
      Home: () => this.act.seek(0),
      End: () => this.act.seek(Infinity),
    }[event.key];
    if (!run || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    run();
  }

  go(by) {
    const list = this.scenes();
    if (!list?.length) return;
    const at = list.findIndex(({ id }) => id === this.current());
    this.act.load(list[at < 0 ? (by > 0 ? 0 : list.length - 1) : Math.min(list.length - 1, Math.max(0, at + by))]);
  }

  destroy() {
    document.removeEventListener("keydown", this.listen, true);
  }
}
