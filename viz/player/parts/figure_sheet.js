// The sheet that makes a figure: its file, size and look, and how it will look.
import { choices, switches, valueOf } from "./choices.js";
import { button, el } from "./dom.js";
import { download } from "./download.js";
import { Sheet } from "./sheet.js";

const FILES = ["svg", "pdf", "png"],
  SIZES = ["screen", "85", "174", "wide"],
  LOOKS = ["light", "dark", "print", "transparent"];

export class FigureSheet {
  /** act: {figure(options): {svg, width, height}, picture(options): Promise of a PNG blob, times(size): pixels of a PNG each of its own, pause(), name(): of the file, outlines(): Promise of the letters as paths, or null, said(words)}. */
  constructor(host, say, act) {
    Object.assign(this, { say, act, url: null, asked: 0 });
    this.sheet = new Sheet(host, say, "panel making", say("figure.title"));
    this.sheet.element.addEventListener("close", () => this.forget());
    this.form = el(
      "form",
      { class: "choices" },
      choices(say, "figure.file", FILES, "svg"),
      choices(say, "figure.size", SIZES, "screen"),
      choices(say, "figure.look", LOOKS, "light"),
      switches(say, "figure.with", { caption: true, crop: false, ...(act.outlines ? { outlines: false } : {}) }),
    );
    this.about = el("p", { class: "about", role: "status" });
    this.image = el("img", { alt: say("figure.preview") });
    this.go = button("save", say("figure.save"), () => this.save(), { class: "primary" });
    this.form.addEventListener("change", () => this.preview());
  }

  show() {
    this.act.pause(); // or the figure would be another one than its preview
    const preview = el("div", { class: "preview" }, this.image);
    this.sheet.show(this.form, preview, el("div", { class: "way" }, this.about, this.go));
    return this.preview();
  }

  options() {
    const { form } = this;
    return {
      file: valueOf(form, "figure.file"),
      size: valueOf(form, "figure.size"),
      look: valueOf(form, "figure.look"),
      caption: form.elements.caption.checked,
      crop: form.elements.crop.checked,
      outlines: form.elements.outlines?.checked ?? false,
    };
  }

  async figure() {
    const options = this.options(),
      letters = options.outlines && options.file !== "png" ? await this.act.outlines() : null;
    return { options, ...this.act.figure({ ...options, outlines: letters }) };
  }

  /** Runs something that may fail, as where letters cannot be fetched: then that is said. */
  async tried(run) {
    try {
      await run();
    } catch (error) {
      console.error("figure", error);
      this.about.textContent = this.say("figure.failed");
    }
  }

  preview() {
    return this.tried(() => this.previewed());
  }

  async previewed() {
    const asked = ++this.asked,
      { svg, options, width, height } = await this.figure();
    if (asked !== this.asked || !this.sheet.open) return; // something else was chosen meanwhile
    this.forget();
    this.url = URL.createObjectURL(new Blob([svg], { type: "image/svg+xml" }));
    this.image.src = this.url;
    this.image.style.aspectRatio = `${width} / ${height}`;
    this.image.parentElement.dataset.look = options.look;
    const times = this.act.times(options.size),
      [wide, high] = [width, height].map((pixels) => Math.round(pixels * times));
    this.about.textContent = this.say(`figure.about.${options.file}`, { kb: Math.ceil(svg.length / 1000), wide, high });
  }

  save() {
    return this.tried(() => this.saved());
  }

  async saved() {
    const { svg, options, width, height } = await this.figure(),
      { act, say } = this;
    if (options.file === "pdf") return this.printed(svg, width, height, options.size);
    const blob = options.file === "png" ? await act.picture(options) : new Blob([svg], { type: "image/svg+xml" });
    download(blob, `${act.name()}.${options.file}`);
    act.said(say("figure.done"));
    this.sheet.element.close();
  }

  /** The browser prints the figure on a sheet of its own size, from where it can be saved as a PDF. */
  printed(svg, width, height, size) {
    if (typeof window.print !== "function") return this.act.said(this.say("figure.no_print"));
    const unit = /^\d+$/.test(size) ? `${size}mm ${((size * height) / width).toFixed(2)}mm` : `${width}px ${height}px`,
      style = `@page { size: ${unit}; margin: 0 } html, body { margin: 0 } svg { display: block; width: 100%; height: auto }`,
      frame = el("iframe", { class: "unseen", "aria-hidden": "true", tabindex: -1 });
    frame.addEventListener("load", () => {
      frame.contentWindow.addEventListener("afterprint", () => frame.remove());
      frame.contentWindow.print();
    });
    const title = this.act.name();
    frame.srcdoc = `<!doctype html><title>${title}</title><style>${style}</style>${svg.replace(/^<\?xml[^>]*\?>\s*/, "")}`;
    this.sheet.element.after(frame);
  }

  forget() {
    if (this.url) URL.revokeObjectURL(this.url);
    this.url = null;
  }
}
