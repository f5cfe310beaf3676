// The ground as one gl.POINTS object: a quarter of what plotly's own markers cost, and fog. Knows WebGL, not who owns its context.
import { fogDepth } from "./ground.js";

const VERTEX = `attribute vec3 p; attribute vec3 q; attribute vec3 c; uniform mat4 model, view, projection;
uniform float size, ref, ratio, blend, deep; varying vec3 color; varying float haziness;
void main() { vec4 e = view * model * vec4(mix(p, q, blend), 1.0); gl_Position = projection * e; haziness = clamp((-e.z - 0.66 * ref) / deep, 0.0, 0.9);
  gl_PointSize = clamp(size * ref / -e.z, 1.6 * ratio, 7.0 * ratio); color = c; }`;
const FRAGMENT = `precision mediump float; varying vec3 color; varying float haziness; uniform vec3 haze; uniform float alpha;
void main() { float r = length(gl_PointCoord - 0.5) * 2.0; float f = haziness;
  float a = alpha * (1.0 - smoothstep(0.72, 1.0, r)) * (1.0 - f * 0.8); gl_FragColor = vec4(mix(color, haze, f) * a, a); }`;
const UNIFORMS = ["model", "view", "projection", "size", "ref", "ratio", "blend", "deep", "haze", "alpha"];

/** The ground's points as they are drawn with `gl`. scale: by what each axis of the data is multiplied first. An own vertex array: who draws into the same context leaves its attributes enabled. */
export function glPoints(gl, ground, scale) {
  const arrays = gl.getExtension("OES_vertex_array_object");
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
  return {
    dispose() {
      gl.deleteBuffer(buffer);
      gl.deleteProgram(program);
      arrays.deleteVertexArrayOES(array);
    },
    /** matrices: {model, view, projection}; look: {palette, blend, size, ref, ratio (device pixels each CSS pixel)}. */
    draw(matrices, { palette, blend, size, ref, ratio }) {
      gl.useProgram(program);
      arrays.bindVertexArrayOES(array);
      gl.bindBuffer(gl.ARRAY_BUFFER, buffer);
      if (painted !== palette) {
        gl.bufferData(gl.ARRAY_BUFFER, vertices(ground, palette, scale), gl.STATIC_DRAW);
        painted = palette;
      }
      for (const [name, matrix] of Object.entries(matrices))
        gl.uniformMatrix4fv(at[name], false, new Float32Array(matrix));
      const numbers = { size: size * ratio, ref, deep: fogDepth(ref), ratio, blend, alpha: palette.groundAlpha };
      for (const [name, value] of Object.entries(numbers)) gl.uniform1f(at[name], value);
      gl.uniform3fv(
        at.haze,
        palette.bgRgb.map((value) => value / 255),
      );
      // Premultiplied, and without a depth of their own: points only ever veil what lies behind them.
      gl.enable(gl.BLEND);
      gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
      gl.depthMask(false);
      gl.drawArrays(gl.POINTS, 0, ground.count);
      gl.depthMask(true);
      gl.disable(gl.BLEND);
      arrays.bindVertexArrayOES(null);
    },
  };
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
