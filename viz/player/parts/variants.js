// A slider over recorded siblings of a scene: the same question under another weight.
import { el } from "./dom.js";

export class Variants {
  /** onChoose(id). */
  constructor(say, onChoose) {
    this.say = say;
    this.label = el("span", { class: "label" });
    this.value = el("output");
    this.slider = el("input", {
      type: "range",
      min: 0,
      step: 1,
      on: { input: () => this.moved(), change: () => onChoose(this.items[this.slider.value].id) },
    });
    [this.low, this.high] = [el("span"), el("span")];
    this.element = el(
      "div",
      { class: "variants", hidden: true },
      el("p", { class: "head" }, this.label, this.value),
      this.slider,
      el("p", { class: "ends" }, this.low, this.high),
    );
  }

  /** The siblings of a scene; while it stands there nothing of it is touched, for somebody may be moving it. */
  show(scene, can) {
    if (scene === this.scene) return;
    this.scene = scene;
    const { label, low, high, items } = scene.variants ?? {};
    this.items = items ?? [];
    this.element.hidden = !can || this.items.length < 2;
    if (this.element.hidden) return;
    this.label.textContent = label;
    this.slider.setAttribute("aria-label", label);
    this.slider.max = this.items.length - 1;
    this.slider.value = Math.max(
      0,
      this.items.findIndex(({ id }) => id === scene.id),
    );
    [this.low.textContent, this.high.textContent] = [low ?? "", high ?? ""];
    this.moved();
  }

  moved() {
    const { value, max } = this.slider,
      text = this.items[value]?.label ?? "";
    this.value.textContent = text;
    this.slider.setAttribute("aria-valuetext", text);
    this.slider.style.setProperty("--at", `${max > 0 ? (100 * value) / max : 0}%`);
  }
}
