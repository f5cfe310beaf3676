// The still part of the picture: ground and regions, drawn by plotly (WebGL) once it has arrived, by a 2D canvas before that and without it.
import { modelMatrix, multiply, projector } from "../geometry.js";
import { viewProjection } from "./camera.js";
import { PlotlyScene } from "./plotly.js";
import { splat } from "./points_2d.js";
import { drawRegions } from "./regions.js";
import { paintTint } from "./tint.js";

const SOFT = /swiftshader|llvmpipe|softpipe|basic render|warp/i;

/** What draws WebGL here: {webgl, software}. */
export function probe() {
  try {
    // Asked on a canvas of its own: plotly's context says it too late, after it was made with antialiasing.
    const gl = document.createElement("canvas").getContext("webgl");
    if (!gl) return { webgl: false, software: true };
    const info = gl.getExtension("WEBGL_debug_renderer_info"),
      name = info ? gl.getParameter(info.UNMASKED_RENDERER_WEBGL) : "";
    gl.getExtension("WEBGL_lose_context")?.loseContext();
    return { webgl: true, software: SOFT.test(name) };
  } catch {
    return { webgl: false, software: true };
  }
}

/** How large the dots of a stage of that height are, in pixels, at the depth of the camera's centre. */
export const dotsOn = (height) => Math.min(5.6, Math.max(3.4, height / 130));

export class Stage {
  /** element: holds .plot, .ground and .regions. onRender: called in the frame in which WebGL has drawn. */
  constructor(element, ground, means, onRender) {
    Object.assign(this, { element, ground, means, onRender, camera: null, palette: null, marks: [], blend: 0, lit: new Set() });
    [this.tint, this.flat, this.hatch] = [".tint", ".ground", ".regions"].map((name) =>
      element.querySelector(name).getContext("2d", { willReadFrequently: means.software }),
    );
    this.model = modelMatrix(ground.cube);
    this.still = false;
    this.plotly = new PlotlyScene(element.querySelector(".plot"), ground, means.software, () => this, {
      rendered: () => this.drawnBy("plotly"),
      refined: () => this.redraw(),
      lost: () => this.drawnBy("canvas"),
    });
  }

  get width() {
    return this.element.clientWidth;
  }
  get height() {
    return this.element.clientHeight;
  }
  get ref() {
    return this.camera.distance;
  }
  get size() {
    return dotsOn(this.height);
  }
  get drawnByPlotly() {
    return this.plotly.drawing;
  }

  /** Data to CSS pixels and depth, by the matrices of the picture on screen. */
  projector() {
    const { width, height } = this;
    if (this.drawnByPlotly) return this.plotly.projector(width, height);
    return projector(multiply(viewProjection(this.camera, width / height), this.model), width, height);
  }

  look(camera) {
    this.camera = camera;
    this.still = false;
    this.plotly.aim();
  }

  redraw() {
    this.still = false;
    this.plotly.redraw();
  }

  setPalette(palette) {
    this.palette = palette;
    this.redraw();
  }
  /** The themes of the places in play. */
  light(themes) {
    if (themes.size === this.lit.size && [...themes].every((theme) => this.lit.has(theme))) return;
    this.lit = themes;
    this.redraw();
  }
  setBlend(blend) {
    this.blend = blend;
    this.redraw();
  }

  /** The regions that are shown; see state/marks.js. */
  setMarks(marks) {
    this.marks = marks;
    this.still = false;
  }

  /** The 2D part of the still picture: only where something changed since the last time. */
  paint() {
    if (this.still || !this.width || !this.height) return;
    this.still = true;
    const { palette, blend, size, ref, lit, width, height } = this,
      ratio = Math.min(2, devicePixelRatio || 1), // beyond two device pixels each CSS pixel nobody sees a difference
      frame = { palette, blend, size, ref, lit, width, height, ratio, project: this.projector() };
    for (const context of [this.flat, this.hatch]) resizeTo(context.canvas, this.width * ratio, this.height * ratio);
    paintTint(this.tint, this.ground, frame);
    if (!this.drawnByPlotly) splat(this.flat, this.ground, frame);
    this.hatch.canvas.hidden = !this.marks.length || this.blend > 0.01;
    if (!this.hatch.canvas.hidden) drawRegions(this.hatch, this.ground, this.marks, frame);
  }

  /** Plotly has arrived: it draws under the canvas from now on. */
  async mount(Plotly) {
    if (this.means.webgl) await this.plotly.mount(Plotly);
  }

  /** Who has just drawn the ground: where plotly has, the canvas's own one is not seen. */
  drawnBy(name) {
    if (this.element.dataset.drawn !== name) {
      this.element.dataset.drawn = name;
      this.flat.canvas.hidden = name === "plotly";
    }
    this.still = false;
    this.onRender();
  }

  resize() {
    this.still = false;
    this.plotly.resize();
  }

  destroy() {
    this.plotly.destroy();
  }
}

export function resizeTo(canvas, width, height) {
  const [w, h] = [Math.max(1, Math.round(width)), Math.max(1, Math.round(height))];
  if (canvas.width !== w || canvas.height !== h) Object.assign(canvas, { width: w, height: h });
}
