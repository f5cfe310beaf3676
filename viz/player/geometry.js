// Points, matrices and arcs. No DOM, no Plotly, no time. Matrices are column-major arrays of 16, as in WebGL.

/** Nothing nearer to the eye than this is drawn (depth in world units): behind it, projection turns inside out. */
export const NEAR = 0.02;

/** The place at step t of the smooth line through positions: n >= 1 points [x, y, z]; t in steps, clamped to [0, n - 1]; a whole t hits its point. */
export function positionAt(positions, t) {
  const clamped = Math.min(Math.max(t, 0), positions.length - 1),
    i = Math.min(Math.floor(clamped), Math.max(0, positions.length - 2)),
    [b, c] = [positions[i], positions[i + 1] ?? positions[i]];
  if (clamped === i) return b;
  if (clamped === i + 1) return c;
  // Beyond its ends the line goes on as it came: the neighbour mirrored.
  return splineAt(positions[i - 1] ?? mix(b, c, -1), b, c, positions[i + 2] ?? mix(c, b, -1), clamped - i);
}

/** The point at share u from a to b. */
export function mix(a, b, u) {
  return a.map((value, axis) => value + (b[axis] - value) * u);
}

/** The point at share u of the stretch from b to c of a smooth line through a, b, c and d: a centripetal Catmull-Rom spline, which neither loops nor overshoots between two points. */
export function splineAt(a, b, c, d, u) {
  const knot = (from, to) => Math.max(1e-6, Math.sqrt(distance(from, to))),
    t1 = knot(a, b),
    t2 = t1 + knot(b, c),
    t3 = t2 + knot(c, d),
    t = t1 + (t2 - t1) * u;
  const line = (from, to, low, high) => mix(from, to, (t - low) / (high - low));
  const ab = line(a, b, 0, t1),
    bc = line(b, c, t1, t2),
    cd = line(c, d, t2, t3);
  return line(line(ab, bc, 0, t2), line(bc, cd, t1, t3), t1, t2);
}

/** 0 to 1 with a soft start and a soft landing. */
export function smooth(u) {
  const clamped = Math.min(Math.max(u, 0), 1);
  return clamped * clamped * (3 - 2 * clamped);
}

export function distance(a, b) {
  return Math.hypot(...a.map((value, axis) => value - b[axis]));
}

/** Matrix product a b. */
export function multiply(a, b) {
  const out = new Float64Array(16);
  for (let c = 0; c < 4; c++)
    for (let r = 0; r < 4; r++) {
      let sum = 0;
      for (let k = 0; k < 4; k++) sum += a[k * 4 + r] * b[c * 4 + k];
      out[c * 4 + r] = sum;
    }
  return out;
}

/** The projection that plotly's 3D scene uses: vertical field of view pi/4, near 0.01, far 1000. */
export function perspective(aspect, fovy = Math.PI / 4, near = 0.01, far = 1000) {
  const f = 1 / Math.tan(fovy / 2),
    out = new Float64Array(16);
  out[0] = f / aspect;
  out[5] = f;
  out[10] = (far + near) / (near - far);
  out[11] = -1;
  out[14] = (2 * far * near) / (near - far);
  return out;
}

const cross = (a, b) => [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
const dot = (a, b) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
const unit = (a) => a.map((value) => value / (Math.hypot(...a) || 1));

/** View matrix of an eye that looks at a centre, z upwards. */
export function lookAt(eye, center, up = [0, 0, 1]) {
  const back = unit(eye.map((value, axis) => value - center[axis]));
  const right = unit(cross(up, back)),
    top = cross(back, right);
  return new Float64Array([
    right[0],
    top[0],
    back[0],
    0,
    right[1],
    top[1],
    back[1],
    0,
    right[2],
    top[2],
    back[2],
    0,
    -dot(right, eye),
    -dot(top, eye),
    -dot(back, eye),
    1,
  ]);
}

/** The cube that the scene spans: the central bounds of the ground, blown up so that meshes are never cut. */
export function sceneCube(bounds) {
  const half = 0.75 * Math.max(...bounds.map(([low, high]) => high - low)) || 1;
  return { center: bounds.map(([low, high]) => (low + high) / 2), half };
}

/** Data to world: the cube becomes the box from -0.5 to 0.5 on each axis. */
export function modelMatrix({ center, half }) {
  const scale = 1 / (2 * half),
    out = new Float64Array(16);
  for (let axis = 0; axis < 3; axis++) {
    out[5 * axis] = scale;
    out[12 + axis] = -scale * center[axis];
  }
  out[15] = 1;
  return out;
}

/** A function from a data point to [x, y, w]: CSS pixels of a stage of this size, and the depth in front of the eye. */
export function projector(matrix, width, height, scale = [1, 1, 1]) {
  const m = matrix,
    [sx, sy, sz] = scale;
  return (point) => {
    const x = point[0] * sx,
      y = point[1] * sy,
      z = point[2] * sz;
    const w = m[3] * x + m[7] * y + m[11] * z + m[15];
    return [
      (0.5 + (0.5 * (m[0] * x + m[4] * y + m[8] * z + m[12])) / w) * width,
      (0.5 - (0.5 * (m[1] * x + m[5] * y + m[9] * z + m[13])) / w) * height,
      w,
    ];
  };
}

/** Control point of an arc from a to b on the screen, bulging to the left by a share of its length. */
export function arcControl(a, b, bulge = 0.25) {
  const dx = b[0] - a[0],
    dy = b[1] - a[1];
  return [(a[0] + b[0]) / 2 + dy * bulge, (a[1] + b[1]) / 2 - dx * bulge];
}

/** How large type of so many pixels is in a frame: from afar (`least`) nothing is smaller than can be read. */
export function typeSize({ scale, least = 0 }, pixels) {
  return Math.max(least, pixels * scale);
}

/** Do two boxes [left, top, right, bottom] share any area? */
export function overlap(a, b) {
  return a[0] < b[2] && a[2] > b[0] && a[1] < b[3] && a[3] > b[1];
}
