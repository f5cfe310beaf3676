// Present: the stage over the whole window in large type, driven by a clicker, the arrows or the space bar. What is next is the talk's business (talk.js).
import { el, rename } from "./dom.js";

/** The player comes into Present, or out of it. At the end of a road there is no next token: it begins anew. */
export function presented(player, on, withLesson) {
  const { shell, clock, talk } = player;
  talk.presented(on, withLesson); // first what stands there is kept
  if (on && !talk.inLesson) player.setClock({ ...clock, playing: false });
  if (on && !talk.inLesson && !clock.growing && clock.time >= clock.last) player.go(0);
  shell.keys.hidden = !on;
  rename(shell.tools.querySelector(".presenting"), player.say(on ? "present.end" : "present.label"));
  if (!on) player.ask.close();
  player.onEvent("present", { on });
  player.resized();
}

/** What a clicker sends, and what hands press instead. "F5" starts the talk, "Escape" ends it. */
const NEXT = ["PageDown", "ArrowRight", "ArrowDown", " "],
  BACK = ["PageUp", "ArrowLeft", "ArrowUp"],
  BLANK = [".", "b", "B"],
  ASK = ["q", "Q"];
/** What leads through a lesson that is open outside of Present too. */
const TURNS = { PageDown: "next", PageUp: "back" };

export class Present {
  /** host: the player; say; act: {next(), back(), guess(number), seek(index), ask() or null, focus(), armed() (would F5 start it?), touring() (is a lesson open?), used() (a key of the talk was pressed), changed(on, with the lesson)}. */
  constructor(host, say, act) {
    Object.assign(this, { host, act, on: false });
    this.blank = el("div", { class: "blank", hidden: true, role: "img", "aria-label": say("present.blank") });
    host.append(this.blank);
    this.listen = (event) => this.key(event);
    document.addEventListener("keydown", this.listen, true);
  }

  toggle(on = !this.on, withLesson = false) {
    if (on === this.on) return;
    this.on = on;
    this.blank.hidden = true;
    this.host.classList.toggle("present", on);
    this.lift(on);
    this.act.changed(on, withLesson);
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
    const run = this.meant(event);
    if (!run) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (this.on) this.act.used();
    run();
  }

  /** The same by a key that was pressed in the window of the notes. */
  press(key) {
    this.meant({ key })?.();
  }

  /** What a key does, or null. */
  meant(event) {
    const { key, ctrlKey, metaKey, altKey } = event;
    if (ctrlKey || metaKey || altKey) return null;
    if (key === "F5" && (this.on || this.act.armed())) return () => this.sheet || this.start(); // held in any case
    if (!this.on && this.act.touring() && TURNS[key] && this.own(event)) return () => this.act[TURNS[key]]();
    if (!this.on || this.elsewhere(event)) return null;
    if (key === "Escape") return () => this.toggle(false);
    if (BLANK.includes(key)) return () => this.cover(this.blank.hidden);
    if (NEXT.includes(key)) return () => this.lifted() || this.act.next();
    if (BACK.includes(key)) return () => this.lifted() || this.act.back();
    if (/^[1-3]$/.test(key)) return () => this.act.guess(Number(key) - 1);
    if (ASK.includes(key) && this.act.ask) return () => this.lifted() || this.act.ask();
    return { Home: () => this.act.seek(0), End: () => this.act.seek(Infinity) }[key] ?? null;
  }

  /** Does what holds the focus want a key for itself? The two that every clicker has are the talk's wherever it is, but in an open sheet. */
  elsewhere({ key }) {
    const at = this.host.getRootNode().activeElement;
    if (this.sheet) return true;
    if (key === "PageDown" || key === "PageUp" || !at) return false;
    if (key === "Escape") return Boolean(at.closest(".asking, .own-words, .menu"));
    if (key === " " && at.closest("button")) return true;
    return Boolean(at.closest(key.startsWith("Arrow") ? "input, select, .crossing, .menu" : "input, select, .menu"));
  }

  /** Was it pressed in the player, or in the window of the notes? Outside of Present the rest of the page has its own keys. */
  own(event) {
    return !this.sheet && (!event.composedPath || event.composedPath().includes(this.host)) && !this.elsewhere({ key: "ArrowDown" });
  }

  get sheet() {
    return this.host.querySelector("dialog[open]");
  }

  start() {
    if (!this.on) this.toggle(true, true);
    else if (!this.lifted()) this.act.start();
  }

  cover(on) {
    this.blank.hidden = !on;
  }
  /** Is the blank gone by this press? Then it does nothing else. */
  lifted() {
    const was = !this.blank.hidden;
    this.cover(false);
    return was;
  }

  destroy() {
    document.removeEventListener("keydown", this.listen, true);
  }
}
