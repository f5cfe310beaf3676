// Text as paths: the outlines of assets/fonts/outlines.json, set side by side. No DOM.

/** What sets type from the parsed file: {path(text, weight): {d (path data, y downwards, from the baseline's beginning), unit (of the em)} or null where a character is not among them, measure(text, size, weight): its width in pixels or null, baseline(size): how far below the middle of a text it stands}. */
export function typesetter(outlines) {
  const faces = Object.entries(outlines.weights).map(([weight, face]) => ({ weight: Number(weight), ...faceOf(face) }));
  const face = (weight) =>
    faces.reduce((best, one) => (Math.abs(one.weight - weight) < Math.abs(best.weight - weight) ? one : best));
  return {
    path(text, weight) {
      const set = lineOf(face(weight), text);
      return set && { d: set.map(({ path, x }) => placed(path, x)).join(""), unit: outlines.unit };
    },
    measure(text, size, weight) {
      const set = lineOf(face(weight), text);
      return set && (size / outlines.unit) * (set.length ? set.at(-1).x + set.at(-1).advance : 0);
    },
    baseline: (size) => (size * outlines.middle) / outlines.unit,
  };
}

function faceOf({ glyphs, kern: { left, right, pairs } }) {
  const classes = (list) => new Map(list.flatMap((signs, k) => [...signs].map((sign) => [sign, k])));
  const [before, after] = [left, right].map(classes);
  return {
    glyph: (sign) =>
      Object.hasOwn(glyphs, sign) ? (typeof glyphs[sign] === "string" ? glyphs[glyphs[sign]] : glyphs[sign]) : null,
    kern: (a, b) => pairs[before.get(a)]?.[after.get(b)] ?? 0,
  };
}

/** The glyphs of a line: [{path, x, advance}]; null where one is missing or stands on another. */
function lineOf({ glyph, kern }, text) {
  const out = [];
  let x = 0,
    last = null;
  for (const sign of text) {
    const found = /\p{M}/u.test(sign) ? null : glyph(sign);
    if (!found) return null;
    if (last) x += kern(last, sign);
    const [advance, path] = found;
    out.push({ path, x, advance });
    x += advance;
    last = sign;
  }
  return out;
}

/** Of a glyph only where a contour begins is a place; the rest are ways. */
const placed = (path, x) => path.replace(/M(-?\d+)/g, (whole, from) => `M${Number(from) + x}`);
