// All that is known of plotly, and of its inside: the one file to read again when its pinned version changes. Private are
// `_fullLayout.scene._scene` (the 3D scene), its `glplot` (the WebGL drawing: cameraParams, objects, onrender, pixelRatio),
// `dataScale`, `camera.lookAt` and `saveLayout`. Plotly draws what is still: two corner points, which span the cube that
// every place is measured in, and our ground as an object of its own.
import { distance, multiply, projector } from "../geometry.js";
import { eyeOf, toPlotly } from "./camera.js";
import { glPoints } from "./points_gl.js";

const COARSE = 0.6; // pixels in software while the camera moves: a third of the work, and hardly seen in motion
const REST = 180;

export class PlotlyScene {
  /** element: where it draws; look(): {palette, blend, size, camera} as they stand; on: {rendered(), refined(), lost()}. */
  constructor(element, ground, software, look, on) {
    Object.assign(this, { element, ground, software, look, on, scene: null, ready: false });
  }

  /** Does it draw the picture that is on screen? */
  get drawing() {
    return this.scene?.glplot != null && this.ready;
  }

  /** Mounts under the canvas with the camera as it stands. */
  async mount(Plotly) {
    if (this.gone) return;
    this.Plotly = Plotly;
    this.fullRatio = this.software ? 1 : Math.min(2, devicePixelRatio || 1);
    const restore = this.software ? withoutAntialias() : () => {};
    this.plotting = Plotly.newPlot(this.element, ...this.figure()).finally(restore);
    await this.plotting;
    if (this.gone) return Plotly.purge(this.element);
    this.attach();
  }

  /** Takes hold of plotly's scene; again after plotly has rebuilt its drawing context. */
  attach() {
    const scene = this.element._fullLayout?.scene?._scene;
    if (!scene?.glplot) return this.unmount();
    // Without its pick pass, which nobody asks: a second drawing of everything and a readPixels each time the camera moves.
    for (const object of scene.glplot.objects) object.drawPick = null;
    if (this.held !== scene.glplot) {
      this.held = scene.glplot;
      this.scene = scene;
      this.ratio = this.fullRatio;
      scene.glplot.add(this.points(scene));
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

  /** Our ground in the form that plotly's drawing calls. It counts as opaque and has no bounds, so that plotly neither sorts it nor rescales by it. */
  points(scene) {
    const points = glPoints(scene.glplot.gl, this.ground, scene.dataScale);
    return {
      _trace: { data: { index: -1 } },
      bounds: null,
      dirty: true,
      pickSlots: 0,
      isOpaque: () => true,
      isTransparent: () => false,
      dispose: () => points.dispose(),
      draw: ({ model, view, projection }) => {
        const { palette, blend, size, lit } = this.look(),
          { eye, center } = scene.camera;
        const ref = distance(eye, center);
        points.draw({ model, view, projection }, { palette, blend, size, lit, ratio: this.ratio, ref });
      },
    };
  }

  rendered() {
    this.ready = true;
    this.on.rendered();
  }

  /** Data to CSS pixels and depth, by the matrices of the picture on screen. Plotly scales the data first. */
  projector(width, height) {
    const { model, view, projection } = this.scene.glplot.cameraParams;
    return projector(multiply(projection, multiply(view, model)), width, height, this.scene.dataScale);
  }

  /** Brings the camera where ours stands. */
  aim() {
    if (!this.scene?.glplot) return;
    const { camera } = this.look();
    this.scene.camera.lookAt(eyeOf(camera), camera.center, [0, 0, 1]);
    if (this.software) this.coarse();
  }

  /** Fewer pixels while the camera moves in software, all of them again when it rests. */
  coarse() {
    this.resolve(COARSE);
    clearTimeout(this.moving);
    this.moving = setTimeout(() => this.scene?.glplot && this.fine(), REST);
  }

  /** A camera set by lookAt is lost at plotly's next resize or react, unless the layout has been told of it. */
  fine() {
    this.resolve(this.fullRatio);
    this.scene.saveLayout(this.element.layout);
    this.on.refined();
  }

  resolve(ratio) {
    this.scene.glplot.pixelRatio = this.ratio = ratio;
  }

  redraw() {
    if (this.scene?.glplot) this.scene.glplot.redraw();
  }

  /** What plotly is given: traces, layout, configuration. */
  figure() {
    const { center, half } = this.ground.cube;
    return [[corners(center, half)], layout(center, half, this.look().camera), configuration(this.fullRatio)];
  }

  /** Back to the canvas: no WebGL, or its context was lost. */
  unmount() {
    if (this.gone) return;
    this.scene = this.held = null;
    this.ready = false;
    if (this.Plotly) this.Plotly.purge(this.element);
    this.on.lost();
  }

  resize() {
    clearTimeout(this.sizing);
    if (this.scene)
      this.sizing = setTimeout(
        () => this.scene && this.Plotly.Plots.resize(this.element).then(() => this.attach()),
        60,
      );
  }

  destroy() {
    this.gone = true;
    clearTimeout(this.moving);
    clearTimeout(this.sizing);
    this.scene?.glplot?.gl.getExtension("WEBGL_lose_context")?.loseContext(); // a browser keeps some sixteen of them
    if (this.Plotly) this.Plotly.purge(this.element);
    this.scene = null;
  }
}

/** Two points that cannot be seen: plotly derives `dataScale` from the data and not from the axes, and these hold it still. */
function corners([x, y, z], half) {
  const both = (value) => [value - half, value + half];
  return {
    type: "scatter3d",
    mode: "markers",
    x: both(x),
    y: both(y),
    z: both(z),
    marker: { size: 1, opacity: 0.004 },
    hoverinfo: "skip",
  };
}

/** No axis, no box, no mouse of plotly's own: `uirevision` keeps the camera through every react. */
function layout(center, half, camera) {
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
      camera: toPlotly(camera),
      bgcolor: "rgba(0,0,0,0)",
    },
  };
}

/** No mode bar: it has buttons that lead to plotly's cloud. */
const configuration = (ratio) => ({
  displayModeBar: false,
  displaylogo: false,
  responsive: false,
  scrollZoom: false,
  doubleClick: false,
  plotGlPixelRatio: ratio,
});

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
