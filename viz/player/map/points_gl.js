// The ground as one gl.POINTS object: a quarter of what plotly's own markers cost, and fog. Knows WebGL, not who owns its context.
import { LEAST, MOST, colorOf, dotSize, fogDepth, strength } from "./ground.js";

const VERTEX = `attribute vec3 p; attribute vec3 q; attribute vec4 c; uniform mat4 model, view, projection;
uniform float size, least, most, ref, ratio, blend, deep; varying vec4 color; varying float haziness;
void main() { vec4 e = view * model * vec4(mix(p, q, blend), 1.0); gl_Position = projection * e; haziness = clamp((-e.z - 0.66 * ref) / deep, 0.0, 0.9);
  gl_PointSize = clamp(size / -e.z, least, most) * ratio; color = c; }`;
const FRAGMENT = `precision mediump float; varying vec4 color; varying float haziness; uniform vec3 haze; uniform float alpha;
void main() { float r = length(gl_PointCoord - 0.5) * 2.0; float f = haziness;
  float a = alpha * color.a * (1.0 - smoothstep(0.72, 1.0, r)) * (1.0 - f * 0.8); gl_FragColor = vec4(mix(color.rgb, haze, f) * a, a); }`;
const UNIFORMS = "model view projection size least most ref ratio blend deep haze alpha".split(" ");
const STRIDE = 10; // numbers a point: map, PCA, colour and how strongly

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
  [3, 3, 4].forEach((count, i) => {
    gl.enableVertexAttribArray(i);
    gl.vertexAttribPointer(i, count, gl.FLOAT, false, 4 * STRIDE, 12 * i);
  });
  arrays.bindVertexArrayOES(null);
  return {
    dispose() {
      gl.deleteBuffer(buffer);
      gl.deleteProgram(program);
      arrays.deleteVertexArrayOES(array);
    },
    /** matrices: {model, view, projection}; look: {palette, blend, size, ref, ratio (device pixels each CSS pixel), lit}. */
    draw(matrices, { palette, blend, size, ref, ratio, lit }) {
      gl.useProgram(program);
      arrays.bindVertexArrayOES(array);
      gl.bindBuffer(gl.ARRAY_BUFFER, buffer);
      if (painted?.palette !== palette || painted.lit !== lit) {
        gl.bufferData(gl.ARRAY_BUFFER, vertices(ground, palette, scale, lit), gl.STATIC_DRAW);
        painted = { palette, lit };
      }
      for (const [name, matrix] of Object.entries(matrices))
        gl.uniformMatrix4fv(at[name], false, new Float32Array(matrix));
      const numbers = { ref, deep: fogDepth(ref), ratio, blend, alpha: palette.groundAlpha };
      Object.assign(numbers, { size: dotSize(size, ref), least: LEAST, most: MOST });
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

function vertices(ground, palette, scale, lit) {
  const out = new Float32Array(ground.count * STRIDE);
  for (let i = 0; i < ground.count; i++) {
    const at = STRIDE * i,
      theme = ground.theme[i],
      color = colorOf(palette, theme);
    for (let axis = 0; axis < 3; axis++) {
      out[at + axis] = ground.map[axis][i] * scale[axis];
      out[at + 3 + axis] = ground.pca[axis][i] * scale[axis];
      out[at + 6 + axis] = color[axis] / 255;
    }
    out[at + 9] = strength(lit, theme);
  }
  return out;
}
