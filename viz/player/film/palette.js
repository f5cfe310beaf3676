// 255 colours for a whole film, and for each colour the two of them that make it seen from afar: so that soft tints show no bands and nothing flickers.

const BITS = 6; // of a channel, where colours are counted
const COLORS = 255; // one number of 256 says "as before"
const ROUNDS = 4; // in which the colours settle in the middle of what they stand for

/** Colours of pictures (ImageData), counted: [[r, g, b, weight]]. The root of how often: else the paper would take all colours and a thin road none. */
function counted(pictures) {
  const shift = 8 - BITS,
    sums = new Map();
  for (const { data } of pictures)
    for (let i = 0; i < data.length; i += 4) {
      const key = ((data[i] >> shift) << (2 * BITS)) | ((data[i + 1] >> shift) << BITS) | (data[i + 2] >> shift),
        sum = sums.get(key);
      if (!sum) sums.set(key, [data[i], data[i + 1], data[i + 2], 1]);
      else for (let k = 0; k < 4; k++) sum[k] += k < 3 ? data[i + k] : 1;
    }
  return [...sums.values()].map(([r, g, b, n]) => [r / n, g / n, b / n, n ** 0.5]);
}

/** At most 255 colours [[r, g, b]] for pictures (ImageData): the box that spreads most is halved until there are enough (median cut, Heckbert 1982), then each colour moves to the middle of what is nearest to it (Lloyd). */
export function paletteOf(pictures) {
  const boxes = [boxOf(counted(pictures))];
  while (boxes.length < COLORS) {
    const widest = boxes.reduce((best, box, i) => (box.spread > boxes[best].spread ? i : best), 0);
    if (boxes[widest].spread <= 0) break;
    boxes.push(...halves(boxes.splice(widest, 1)[0]).map(boxOf));
  }
  const all = boxes.flatMap(({ colors }) => colors);
  let palette = boxes.map(({ colors }) => middle(colors));
  for (let round = 0; round < ROUNDS; round++) palette = settled(palette, all);
  return palette.map((color) => color.map(Math.round));
}

/** A box of colours with its longest axis, and how much there is to gain by halving it. */
function boxOf(colors) {
  const center = middle(colors),
    spreads = [0, 1, 2].map((k) => colors.reduce((sum, color) => sum + color[3] * (color[k] - center[k]) ** 2, 0)),
    spread = Math.max(...spreads);
  return { colors, axis: spreads.indexOf(spread), spread: colors.length > 1 ? spread : 0 };
}

function halves({ colors, axis }) {
  const sorted = [...colors].sort((a, b) => a[axis] - b[axis]),
    half = sorted.reduce((sum, color) => sum + color[3], 0) / 2;
  let at = 1,
    sum = sorted[0][3];
  while (at < sorted.length - 1 && sum + sorted[at][3] <= half) sum += sorted[at++][3];
  return [sorted.slice(0, at), sorted.slice(at)];
}

function middle(colors) {
  const weight = colors.reduce((sum, color) => sum + color[3], 0);
  return [0, 1, 2].map((k) => colors.reduce((sum, color) => sum + color[3] * color[k], 0) / weight);
}

function settled(palette, colors) {
  const groups = palette.map(() => []);
  for (const color of colors) groups[nearest(palette, color)].push(color);
  return groups.map((group, i) => (group.length ? middle(group) : palette[i]));
}

function nearest(palette, [r, g, b]) {
  let best = 0,
    least = Infinity;
  for (let i = 0; i < palette.length; i++) {
    const p = palette[i],
      off = (p[0] - r) ** 2 + (p[1] - g) ** 2 + (p[2] - b) ** 2;
    if (off < least) {
      least = off;
      best = i;
    }
  }
  return best;
}

/** Thresholds of 8 x 8 pixels (Bayer 1973): fixed on the picture, so that what stands still stays the same. */
const ORDER = Array.from({ length: 64 }, (_, at) => {
  const [x, y] = [at % 8, at >> 3];
  let value = 0;
  for (let bit = 0; bit < 3; bit++) value = 4 * value + [0, 2, 3, 1][2 * ((y >> bit) & 1) + ((x >> bit) & 1)];
  return (value + 0.5) / 64;
});

const FINE = 7; // bits of a channel, where a colour's two are remembered
const ROUGH = 0.1; // what it costs that two colours of a pattern differ: less, and the pattern is seen

/** A function from a picture (ImageData) to its pixels as numbers of the palette. */
export function painter(palette) {
  const known = new Int32Array(2 ** (3 * FINE)).fill(-1), // first colour, second, share of the second in 64ths
    shift = 8 - FINE;
  return ({ data, width, height }) => {
    const out = new Uint8Array(width * height);
    for (let at = 0, i = 0; at < out.length; at++, i += 4) {
      const key = ((data[i] >> shift) << (2 * FINE)) | ((data[i + 1] >> shift) << FINE) | (data[i + 2] >> shift);
      if (known[key] < 0) known[key] = pair(palette, [data[i], data[i + 1], data[i + 2]]);
      const found = known[key],
        share = (found & 63) / 64;
      out[at] = share > ORDER[((((at / width) | 0) & 7) << 3) | (at % width & 7)] ? (found >> 6) & 255 : found >> 14;
    }
    return out;
  };
}

/** The two colours of a palette whose mixture is nearest to a colour, and the share of the second, at most one half. In one number: the first, eight bits of the second, six of the share. */
function pair(palette, color) {
  const first = nearest(palette, color),
    [ar, ag, ab] = palette[first],
    [r, g, b] = [color[0] - ar, color[1] - ag, color[2] - ab];
  let second = first,
    share = 0,
    least = r * r + g * g + b * b;
  // A film has tens of thousands of colours, each compared with all of the palette: no lists in here.
  for (let i = 0; least && i < palette.length; i++) {
    const p = palette[i],
      [x, y, z] = [p[0] - ar, p[1] - ag, p[2] - ab],
      long = x * x + y * y + z * z,
      u = long ? Math.min(0.5, Math.max(0, (x * r + y * g + z * b) / long)) : 0,
      off = (r - u * x) ** 2 + (g - u * y) ** 2 + (b - u * z) ** 2 + ROUGH * u * (1 - u) * long;
    if (off < least) [second, share, least] = [i, u, off];
  }
  return (first << 14) | (second << 6) | Math.round(share * 63);
}
