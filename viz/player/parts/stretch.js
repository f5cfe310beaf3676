// Choosing a stretch of an answer: by dragging over its words, by a long press, by shift and the arrows. Says what was chosen, decides nothing.

const FAR = 7; // pixels: less is a click on a word
const LONG = 450; // milliseconds until a resting finger chooses, a little before the browser's own menu would come

/** The word that a stretch of text consists of, or null: letters and digits without the marks around them. */
export function singleWord(text) {
  const found = /^[^\p{L}\p{N}]*([\p{L}\p{N}](?:\S*[\p{L}\p{N}])?)[^\p{L}\p{N}]*$/u.exec(text.trim());
  return found && !/\s/.test(text.trim()) ? found[1] : null;
}

export class Stretch {
  /** text: the TextLine; act: {chosen({road, start, stop, box}, withKeys), dropped(), allowed()}. */
  constructor(text, act) {
    Object.assign(this, { text, act, drag: null, chosen: null });
    const area = text.answers;
    area.addEventListener("pointerdown", (event) => this.down(event));
    area.addEventListener("pointermove", (event) => this.move(event));
    area.addEventListener("pointerup", () => this.up());
    area.addEventListener("pointercancel", () => this.cancel());
    area.addEventListener("touchmove", (event) => this.drag?.on && event.preventDefault(), { passive: false });
    area.addEventListener("touchend", (event) => this.swallow && event.cancelable && event.preventDefault(), {
      passive: false, // or the mouse events after it would take the focus from the menu
    });
    area.addEventListener("contextmenu", (event) => (this.drag || this.swallow) && event.preventDefault());
    area.addEventListener("click", (event) => this.click(event), true);
    area.addEventListener("keydown", (event) => this.key(event));
  }

  /** The word under a place of the window: {road, index}. */
  under(x, y) {
    const span = this.text.element.getRootNode().elementFromPoint(x, y)?.closest?.(".words span");
    return span ? this.of(span) : null;
  }

  of(span) {
    for (const [road, line] of this.text.lines.entries()) {
      const index = line.spans.indexOf(span);
      if (index >= 0) return { road, index };
    }
    return null;
  }

  down(event) {
    this.swallow = false;
    if (event.button || !this.act.allowed()) return;
    const at = this.under(event.clientX, event.clientY);
    if (!at) return;
    this.drag = {
      ...at,
      from: at.index,
      x: event.clientX,
      y: event.clientY,
      on: false,
      touch: event.pointerType !== "mouse",
    };
    if (this.drag.touch)
      this.drag.timer = setTimeout(() => {
        this.drag.on = true;
        this.mark(at.road, at.index, at.index);
      }, LONG);
  }

  move(event) {
    const { drag } = this;
    if (!drag) return;
    const away = Math.hypot(event.clientX - drag.x, event.clientY - drag.y);
    if (drag.touch && !drag.on && away > FAR) {
      clearTimeout(drag.timer);
      if (Math.abs(event.clientY - drag.y) > Math.abs(event.clientX - drag.x)) return this.cancel(); // the page scrolls
    }
    const at = this.under(event.clientX, event.clientY);
    if (at && at.road !== drag.road) return;
    if (!drag.on && away > FAR) drag.on = true;
    if (drag.on) this.mark(drag.road, drag.from, at?.index ?? this.last ?? drag.from);
  }

  up() {
    const { drag } = this;
    clearTimeout(drag?.timer);
    this.drag = null;
    if (!drag?.on) return;
    this.swallow = true;
    this.tell(false);
  }

  cancel() {
    clearTimeout(this.drag?.timer);
    if (this.drag?.on) this.drop();
    this.drag = null;
  }

  /** The click that ends a drag goes nowhere. */
  click(event) {
    if (!this.swallow) return;
    this.swallow = false;
    event.stopPropagation();
  }

  key(event) {
    const at = event.target.tagName === "SPAN" ? this.of(event.target) : null,
      by = event.shiftKey && { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!at || !this.act.allowed() || event.ctrlKey || event.metaKey || event.altKey) return;
    if (by) {
      const first = this.chosen?.road === at.road ? this.last : at.index;
      this.mark(at.road, at.index, Math.min(this.text.lines[at.road].spans.length - 1, Math.max(0, first + by)));
      this.tell(true);
    } else if (event.key === "Enter" && this.chosen) this.act.enter();
    else if ((event.key === "Enter" && event.shiftKey) || event.key === "ContextMenu") {
      this.mark(at.road, at.index, at.index);
      this.tell(true);
      this.act.enter();
    } else if (event.key === "Escape" && this.chosen) this.drop();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** Marks the tokens between two, whole graphemes. */
  mark(road, from, to) {
    const line = this.text.lines[road],
      [low, high] = [Math.min(from, to), Math.max(from, to)];
    this.clear();
    this.last = to;
    this.chosen = { road, start: line.groups[low][0], stop: line.groups[high][1] + 1 };
    line.spans.forEach((span, i) => span.classList.toggle("chosen", i >= this.chosen.start && i < this.chosen.stop));
  }

  tell(withKeys) {
    const { road, start, stop } = this.chosen,
      boxes = this.text.lines[road].spans.slice(start, stop).map((span) => span.getBoundingClientRect()),
      end = this.text.lines[road].spans[Math.min(stop - 1, Math.max(start, this.last))].getBoundingClientRect();
    const box = boxes.some(({ width }) => width) ? [end.left, end.top, end.right, end.bottom] : [0, 0, 0, 0];
    this.act.chosen({ road, start, stop, box }, withKeys);
  }

  clear() {
    if (this.chosen) this.text.lines[this.chosen.road]?.spans.forEach((span) => span.classList.remove("chosen"));
    this.chosen = null;
  }

  drop() {
    this.clear();
    this.act.dropped();
  }
}
