// The ground: every point of the atlas. Drawn as one gl.POINTS object inside plotly's scene, or splatted on a 2D canvas without WebGL.
import { sceneCube } from "./geometry.js";

/** The ground from its JSON and its binary: six float32 columns (map, then PCA) and one byte of theme a point, little endian. */
export function readGround(meta, buffer) {
  const n = meta.count,
    column = (k) => new Float32Array(buffer, 4 * n * k, n);
  return {
    meta,
    count: n,
    map: [0, 1, 2].map(column),
    pca: [3, 4, 5].map(column),
    theme: new Uint8Array(buffer, 24 * n, n),
    cube: sceneCube(meta.bounds),
  };
}

/** Points beyond the central bounds by more than this share of them are strays: the first view does without. */
const STRAY = 0.25;
const DIRECTIONS = 160;

/** The rim of the ground: in each of many directions its furthest point. Who sees these sees all of it, and every road, which lies among them. */
export function rim(ground) {
  const { bounds } = ground.meta,
    kept = [];
  for (let i = 0; i < ground.count; i++) {
    const point = ground.map.map((column) => column[i]);
    if (
      point.every((value, axis) => {
        const [low, high] = bounds[axis],
          slack = STRAY * (high - low);
        return value >= low - slack && value <= high + slack;
      })
    )
      kept.push(point);
  }
  if (!kept.length) return [ground.cube.center];
  const found = new Set();
  for (let k = 0; k < DIRECTIONS; k++) {
    const z = 1 - (2 * k + 1) / DIRECTIONS,
      flat = Math.sqrt(1 - z * z),
      angle = k * 2.399963,
      [x, y] = [flat * Math.cos(angle), flat * Math.sin(angle)];
    let best = kept[0],
      most = -Infinity;
    for (const point of kept) {
      const out = x * point[0] + y * point[1] + z * point[2];
      if (out > most) {
        most = out;
        best = point;
      }
    }
    found.add(best);
  }
  return [...found];
}

/** The fog is as deep as the view, but never shallower than this: near the road the ground behind it must not vanish. World units. */
const SHALLOW = 1.1;

/** How far a depth lies in the fog, 0 to 0.9. ref: the depth of the camera's centre. */
export function fog(depth, ref) {
  return Math.min(0.9, Math.max(0, (depth - 0.66 * ref) / (0.75 * Math.max(ref, SHALLOW))));
}

const VERTEX = `attribute vec3 p; attribute vec3 q; attribute vec3 c; uniform mat4 model, view, projection;
uniform float size, ref, ratio, blend, deep; varying vec3 color; varying float haziness;
void main() { vec4 e = view * model * vec4(mix(p, q, blend), 1.0); gl_Position = projection * e; haziness = clamp((-e.z - 0.66 * ref) / deep, 0.0, 0.9);
  gl_PointSize = clamp(size * ref / -e.z, 1.6 * ratio, 7.0 * ratio); color = c; }`;
const FRAGMENT = `precision mediump float; varying vec3 color; varying float haziness; uniform vec3 haze; uniform float alpha;
void main() { float r = length(gl_PointCoord - 0.5) * 2.0; float f = haziness;
  float a = alpha * (1.0 - smoothstep(0.72, 1.0, r)) * (1.0 - f * 0.8); gl_FragColor = vec4(mix(color, haze, f) * a, a); }`;
const UNIFORMS = ["model", "view", "projection", "size", "ref", "ratio", "blend", "deep", "haze", "alpha"];

/** Adds the ground to plotly's scene. state: {palette, blend, ref()}; read at every draw. An own vertex array: plotly leaves attributes enabled. */
export function addPoints(scene, ground, state) {
  const gl = scene.glplot.gl,
    arrays = gl.getExtension("OES_vertex_array_object");
  const program = link(gl),
    at = Object.fromEntries(UNIFORMS.map((name) => [name, gl.getUniformLocation(program, name)]));
  const buffer = gl.createBuffer(),
    array = arrays.createVertexArrayOES();
  let painted = null;
  arrays.bindVertexArrayOES(array);
  gl.bindBuffer(gl.ARRAY_BUFFER, buffer);
  for (let i = 0; i < 3; i++) {
    gl.enableVertexAttribArray(i);
    gl.vertexAttribPointer(i, 3, gl.FLOAT, false, 36, 12 * i);
  }
  arrays.bindVertexArrayOES(null);
  const object = {
    _trace: { data: { index: -1 } },
    bounds: null,
    dirty: true,
    pickSlots: 0,
    pixelRatio: 1,
    isOpaque: () => true,
    isTransparent: () => false,
    dispose() {
      gl.deleteBuffer(buffer);
      gl.deleteProgram(program);
      arrays.deleteVertexArrayOES(array);
    },
    draw({ model, view, projection }) {
      const { palette, blend, ref } = state;
      gl.useProgram(program);
      arrays.bindVertexArrayOES(array);
      gl.bindBuffer(gl.ARRAY_BUFFER, buffer);
      if (painted !== palette) {
        gl.bufferData(gl.ARRAY_BUFFER, vertices(ground, palette, scene.dataScale), gl.STATIC_DRAW);
        painted = palette;
      }
      for (const [name, matrix] of [
        ["model", model],
        ["view", view],
        ["projection", projection],
      ])
        gl.uniformMatrix4fv(at[name], false, new Float32Array(matrix));
      const ratio = object.pixelRatio,
        numbers = {
          size: state.size * ratio,
          ref: ref(),
          deep: 0.75 * Math.max(ref(), SHALLOW),
          ratio,
          blend,
          alpha: palette.groundAlpha,
        };
      for (const [name, value] of Object.entries(numbers)) gl.uniform1f(at[name], value);
      gl.uniform3fv(
        at.haze,
        palette.bgRgb.map((value) => value / 255),
      );
      gl.enable(gl.BLEND);
      gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
      gl.depthMask(false);
      gl.drawArrays(gl.POINTS, 0, ground.count);
      gl.depthMask(true);
      gl.disable(gl.BLEND);
      arrays.bindVertexArrayOES(null);
    },
  };
  scene.glplot.add(object);
  return object;
}

function link(gl) {
  const program = gl.createProgram();
  for (const [kind, source] of [
    [gl.VERTEX_SHADER, VERTEX],
    [gl.FRAGMENT_SHADER, FRAGMENT],
  ]) {
    const shader = gl.createShader(kind);
    gl.shaderSource(shader, source);
    gl.compileShader(shader);
    if (!gl.getShaderParameter(shader, gl.COMPILE_STATUS)) throw new Error(gl.getShaderInfoLog(shader));
    gl.attachShader(program, shader);
  }
  ["p", "q", "c"].forEach((name, i) => gl.bindAttribLocation(program, i, name));
  gl.linkProgram(program);
  return program;
}

function vertices(ground, palette, scale) {
  const out = new Float32Array(ground.count * 9),
    colors = palette.ground.map((rgb) => rgb.map((value) => value / 255));
  for (let i = 0; i < ground.count; i++) {
    const color = colors[ground.theme[i] % colors.length];
    for (let axis = 0; axis < 3; axis++) {
      out[9 * i + axis] = ground.map[axis][i] * scale[axis];
      out[9 * i + 3 + axis] = ground.pca[axis][i] * scale[axis];
      out[9 * i + 6 + axis] = color[axis];
    }
  }
  return out;
}

/** Discs by radius in half pixels: lists of [dx, dy, coverage]. */
const discs = new Map();
function disc(halves) {
  if (!discs.has(halves)) {
    const radius = halves / 2,
      reach = Math.ceil(radius),
      cells = [];
    for (let y = -reach; y <= reach; y++)
      for (let x = -reach; x <= reach; x++) {
        const cover = Math.min(1, Math.max(0, radius + 0.5 - Math.hypot(x, y)));
        if (cover > 0.05) cells.push([x, y, cover]);
      }
    discs.set(halves, cells);
  }
  return discs.get(halves);
}

/** The same picture without WebGL: pixels on a 2D context of width x height device pixels; `project` gives CSS pixels, `ratio` device pixels each. */
export function splat(context, ground, { project, ref, palette, blend, size, ratio }) {
  const { width, height } = context.canvas;
  if (!width || !height) return;
  const image = context.createImageData(width, height),
    pixels = image.data,
    [br, bg, bb] = palette.bgRgb;
  new Uint32Array(pixels.buffer).fill((255 << 24) | (bb << 16) | (bg << 8) | br);
  const point = [0, 0, 0],
    { map, pca, theme } = ground;
  for (let i = 0; i < ground.count; i++) {
    for (let axis = 0; axis < 3; axis++) point[axis] = map[axis][i] + (pca[axis][i] - map[axis][i]) * blend;
    const [x, y, w] = project(point);
    if (w < 0.06) continue;
    const px = Math.round(x * ratio),
      py = Math.round(y * ratio);
    if (px < -9 || py < -9 || px > width + 9 || py > height + 9) continue;
    const haze = fog(w, ref),
      alpha = palette.groundAlpha * (1 - haze * 0.8),
      color = palette.ground[theme[i] % palette.ground.length];
    const diameter = Math.min(7, Math.max(1.6, (size * ref) / w)) * ratio;
    for (const [dx, dy, cover] of disc(Math.max(1, Math.round(diameter)))) {
      const cx = px + dx,
        cy = py + dy;
      if (cx < 0 || cy < 0 || cx >= width || cy >= height) continue;
      const at = 4 * (cy * width + cx),
        a = alpha * cover;
      pixels[at] += (color[0] + (br - color[0]) * haze - pixels[at]) * a;
      pixels[at + 1] += (color[1] + (bg - color[1]) * haze - pixels[at + 1]) * a;
      pixels[at + 2] += (color[2] + (bb - color[2]) * haze - pixels[at + 2]) * a;
    }
  }
  context.putImageData(image, 0, 0);
}
