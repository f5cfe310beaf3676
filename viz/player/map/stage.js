// The still part of the picture: ground and regions, drawn by plotly (WebGL) once it has arrived, by a 2D canvas before that and without it.
import { eyeOf, toPlotly, viewProjection } from "./camera.js";
import { addPoints } from "./points_gl.js";
import { splat } from "./points_2d.js";
import { drawRegions, regionTraces } from "./regions.js";
import { distance, modelMatrix, multiply, projector } from "../geometry.js";

const SOFT = /swiftshader|llvmpipe|softpipe|basic render|warp/i;

/** What draws WebGL here: {webgl, software}. */
export function probe() {
  try {
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

export class Stage {
  /** element: holds .plot, .ground and .regions. onRender: called in the frame in which WebGL has drawn. */
  constructor(element, ground, means, onRender) {
    Object.assign(this, {
      element,
      ground,
      means,
      onRender,
      camera: null,
      palette: null,
      marks: [],
      blend: 0,
      scene: null,
      moving: 0,
    });
    this.plot = element.querySelector(".plot");
    [this.flat, this.hatch] = [".ground", ".regions"].map((name) =>
      element.querySelector(name).getContext("2d", { willReadFrequently: means.software }),
    );
    this.model = modelMatrix(ground.cube);
    this.still = false;
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
    return Math.min(5.6, Math.max(3.4, this.height / 130));
  }
  get drawnByPlotly() {
    return this.scene?.glplot != null && this.ready;
  }

  /** Data to CSS pixels and depth, by the matrices of the picture on screen. */
  projector() {
    if (!this.drawnByPlotly)
      return projector(
        multiply(viewProjection(this.camera, this.width / this.height), this.model),
        this.width,
        this.height,
      );
    const { model, view, projection } = this.scene.glplot.cameraParams;
    return projector(multiply(projection, multiply(view, model)), this.width, this.height, this.scene.dataScale);
  }

  look(camera) {
    this.camera = camera;
    this.still = false;
    if (this.scene?.glplot) this.aim();
  }

  aim() {
    this.scene.camera.lookAt(eyeOf(this.camera), this.camera.center, [0, 0, 1]);
    if (this.means.software) this.coarse();
  }

  /** Fewer pixels while the camera moves in software, all of them again when it rests. */
  coarse() {
    const plot = this.scene.glplot;
    plot.pixelRatio = this.points.pixelRatio = 0.6;
    clearTimeout(this.moving);
    this.moving = setTimeout(() => this.scene?.glplot && this.fine(), 180);
  }

  fine() {
    this.scene.glplot.pixelRatio = this.points.pixelRatio = this.fullRatio;
    this.scene.saveLayout(this.plot.layout);
    this.redraw();
  }

  redraw() {
    this.still = false;
    if (this.scene?.glplot) this.scene.glplot.redraw();
  }

  setPalette(palette) {
    this.palette = palette;
    this.redraw();
    if (this.marks.length) this.setMarks(this.marks);
  }
  setBlend(blend) {
    this.blend = blend;
    this.redraw();
  }

  /** The regions that are shown; see marks.js. */
  setMarks(marks) {
    this.marks = marks;
    this.still = false;
    if (this.ready)
      this.plotting = this.plotting
        .then(() => this.scene && this.Plotly.react(this.plot, this.traces(), this.layout(), CONFIG(this.fullRatio)))
        .then(() => this.attach());
  }

  /** The 2D part of the still picture: only where something changed since the last time. */
  paint() {
    if (this.still || !this.width || !this.height) return;
    this.still = true;
    const ratio = Math.min(2, devicePixelRatio || 1),
      project = this.projector(),
      frame = { ...this, project, ratio, ref: this.ref, size: this.size };
    for (const context of [this.flat, this.hatch]) resizeTo(context.canvas, this.width * ratio, this.height * ratio);
    if (!this.drawnByPlotly) splat(this.flat, this.ground, frame);
    this.hatch.canvas.hidden = !this.marks.length || this.blend > 0.01;
    if (!this.hatch.canvas.hidden) drawRegions(this.hatch, this.marks, frame, { tint: !this.drawnByPlotly });
  }

  traces() {
    const { center, half } = this.ground.cube,
      corner = (axis) => [center[axis] - half, center[axis] + half];
    const corners = {
      type: "scatter3d",
      mode: "markers",
      x: corner(0),
      y: corner(1),
      z: corner(2),
      marker: { size: 1, opacity: 0.004 },
      hoverinfo: "skip",
    };
    return [corners, ...(this.blend > 0.01 ? [] : regionTraces(this.marks, this.palette))];
  }

  layout() {
    const { center, half } = this.ground.cube;
    const axis = (k) => ({
      visible: false,
      showspikes: false,
      autorange: false,
      range: [center[k] - half, center[k] + half],
    });
    return {
      margin: { l: 0, r: 0, t: 0, b: 0 },
      showlegend: false,
      paper_bgcolor: "rgba(0,0,0,0)",
      uirevision: "keep",
      hovermode: false,
      scene: {
        xaxis: axis(0),
        yaxis: axis(1),
        zaxis: axis(2),
        aspectmode: "cube",
        dragmode: false,
        camera: toPlotly(this.camera),
        bgcolor: "rgba(0,0,0,0)",
      },
    };
  }

  /** Plotly has arrived: mounts it under the canvas with the camera as it stands. */
  async mount(Plotly) {
    if (!this.means.webgl || this.gone) return;
    this.Plotly = Plotly;
    this.fullRatio = this.means.software ? 1 : Math.min(2, devicePixelRatio || 1);
    const restore = this.means.software ? withoutAntialias() : () => {};
    this.plotting = Plotly.newPlot(this.plot, this.traces(), this.layout(), CONFIG(this.fullRatio)).finally(restore);
    await this.plotting;
    if (this.gone) return Plotly.purge(this.plot);
    this.attach();
  }

  /** Takes hold of plotly's scene; again after plotly has rebuilt its drawing context. */
  attach() {
    const scene = this.plot._fullLayout?.scene?._scene;
    if (!scene?.glplot) return this.unmount();
    for (const object of scene.glplot.objects) object.drawPick = null;
    if (this.held !== scene.glplot) {
      this.held = scene.glplot;
      this.scene = scene;
      this.points = addPoints(scene, this.ground, this.view());
      this.points.pixelRatio = this.fullRatio;
      const before = scene.glplot.onrender;
      scene.glplot.onrender = () => {
        before?.();
        this.rendered();
      };
      scene.glplot.canvas.addEventListener("webglcontextlost", () => this.unmount());
    }
    this.aim();
    this.redraw();
  }

  view() {
    const stage = this;
    return {
      get palette() {
        return stage.palette;
      },
      get blend() {
        return stage.blend;
      },
      get size() {
        return stage.size;
      },
      ref: () => {
        const { eye, center } = stage.scene.camera;
        return distance(eye, center);
      },
    };
  }

  rendered() {
    if (!this.ready) {
      this.ready = true;
      this.flat.canvas.hidden = true;
      this.element.dataset.drawn = "plotly";
    }
    this.still = false;
    this.onRender();
  }

  /** Back to the canvas: no WebGL, or its context was lost. */
  unmount() {
    if (this.gone) return;
    this.scene = this.held = null;
    this.ready = this.still = false;
    this.flat.canvas.hidden = false;
    this.element.dataset.drawn = "canvas";
    if (this.Plotly) this.Plotly.purge(this.plot);
    this.onRender();
  }

  resize() {
    this.still = false;
    clearTimeout(this.sizing);
    if (this.scene)
      this.sizing = setTimeout(() => this.scene && this.Plotly.Plots.resize(this.plot).then(() => this.attach()), 60);
  }

  destroy() {
    this.gone = true;
    clearTimeout(this.moving);
    clearTimeout(this.sizing);
    this.scene?.glplot?.gl.getExtension("WEBGL_lose_context")?.loseContext();
    if (this.Plotly) this.Plotly.purge(this.plot);
    this.scene = null;
  }
}

const CONFIG = (ratio) => ({
  displayModeBar: false,
  displaylogo: false,
  responsive: false,
  scrollZoom: false,
  doubleClick: false,
  plotGlPixelRatio: ratio,
});

export function resizeTo(canvas, width, height) {
  const [w, h] = [Math.max(1, Math.round(width)), Math.max(1, Math.round(height))];
  if (canvas.width !== w || canvas.height !== h) Object.assign(canvas, { width: w, height: h });
}

/** Plotly makes its WebGL context itself and asks for antialiasing, which software rendering pays for dearly. Returns a function that undoes this. */
function withoutAntialias() {
  const kind = HTMLCanvasElement.prototype,
    plain = kind.getContext;
  kind.getContext = function (name, options) {
    return plain.call(this, name, /webgl/.test(name) ? { ...options, antialias: false } : options);
  };
  return () => {
    kind.getContext = plain;
  };
}
