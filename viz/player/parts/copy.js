// Text for the clipboard. Where a page may not write to it (a plain address on a network), as browsers did before, and else to be copied by hand.
import { el } from "./dom.js";
import { Sheet } from "./sheet.js";

export class Copy {
  /** said(words): tells what has become of it. */
  constructor(host, say, said) {
    Object.assign(this, { say, said, sheet: new Sheet(host, say, "panel copying", say("copy.title")) });
  }

  /** Copies a text; `done` is said then. */
  async text(text, done) {
    if ((await written(text)) || this.commanded(text)) return this.said(done);
    const area = el("textarea", { readonly: true, rows: 6, "aria-label": this.say("copy.title"), spellcheck: "false" });
    area.value = text;
    this.sheet.show(el("p", { text: this.say("copy.by_hand") }), area);
    area.select();
  }

  /** The old way, which asks for no secure page. */
  commanded(text) {
    const area = el("textarea", { class: "unseen", readonly: true }),
      before = this.sheet.element.getRootNode().activeElement;
    area.value = text;
    this.sheet.element.before(area);
    area.select();
    let done = false;
    try {
      done = document.execCommand("copy");
    } catch {
      // it is no longer known, or not allowed
    }
    area.remove();
    before?.focus?.({ preventScroll: true });
    return done;
  }
}

async function written(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false; // no clipboard here, or not allowed
  }
}
