// The posts of the regions: a board with name and words on a pole. "Not this way" has cut corners and a bar, "Go this way" is an arrow; a region that does not steer is a plain board.
import { POST } from "./labels.js";
import { NEAR, mix, overlap, typeSize } from "../geometry.js";
import { insideShort } from "../state/question.js";
import { clip } from "../words.js";

/** Ink of the posts, each where it covers least of the roads; that of the region in question says how many crossings are inside. Their boards are obstacles for the labels that follow and can be pointed at. avoid: boxes of the roads. */
export function signPosts(frame, marks, { blend, say, question, roads, slots }, avoid) {
  const poles = [],
    ink = [],
    boxes = [],
    picks = [],
    compact = frame.width < 560; // a phone: number and name only, the rest is under the map
  const seen = marks
    .map((mark) => ({
      mark,
      at: frame.project(blend > 0 && mark.pca ? mix(mark.position, mark.pca, blend) : mark.position),
    }))
    .filter(({ at }) => at[2] > NEAR);
  for (const { mark, at } of seen) {
    // A board that stands on a pole of another hides which is whose.
    const feet = seen.filter((other) => other.mark !== mark).map((other) => around(other.at, 18));
    const counted = mark.row === question ? insideShort(say, roads, question) : null,
      words = wording(frame, mark, say, compact, counted),
      boards = boardsOf(frame, at, words, { hard: [...frame.controls, ...boxes], feet, soft: avoid }),
      box = pinned(slots, mark, at, boards),
      foot = [Math.min(box[2] - 8, Math.max(box[0] + 8, at[0])), box[1] > at[1] ? box[1] : box[3]];
    poles.push(...poleInk(frame, at, foot));
    ink.push(...boardInk(frame, mark, box, words));
    boxes.push(box, pole(at, foot));
    picks.push({ mark, box });
  }
  return { ink: [...poles, ...ink], boxes, picks };
}

/** What stands on a board, and how much room it takes: lines of [text, size, weight, muted]. */
function wording(frame, mark, say, compact, counted) {
  const { measure, scale } = frame,
    title = clip(mark.number ? `${mark.number} ${mark.title}` : mark.title, compact ? 15 : 30),
    lines = [[title, 14, 700, false]];
  const way = say(mark.shape === "plain" ? "regions.sign" : `signs.${mark.shape}`);
  if (!compact) lines.push([way, 13, mark.shape === "plain" ? 400 : 600, mark.shape === "plain"]);
  if (counted) lines.push([counted, 13, 600, false]);
  if (mark.sign?.weak && mark.sign.auc != null && !compact)
    lines.push([say("signs.weak", { auc: mark.sign.auc.toFixed(2) }), 13, 400, true]);
  const tall = Math.max(18 * scale, 1.2 * (frame.least ?? 0)),
    swatch = 16 * scale;
  return {
    lines,
    swatch,
    wide:
      Math.max(...lines.map(([text, size, weight]) => measure(text, typeSize(frame, size), weight))) +
      swatch +
      (mark.shape === "plain" ? 22 : 36) * scale,
    high: lines.length * tall + (compact ? 6 : 8) * scale,
    tall,
  };
}

function poleInk({ palette, scale }, at, foot) {
  return [
    { kind: "line", a: at, b: foot, width: 5 * scale, color: palette.bg },
    { kind: "line", a: at, b: foot, width: 2.5 * scale, color: palette.fg },
    { kind: "dot", at, radius: 3.5 * scale, fill: palette.fg },
  ];
}

function boardInk(frame, mark, box, { lines, swatch, tall }) {
  const { palette, scale } = frame,
    [left, top, , bottom] = box,
    color = palette.marks[mark.tone],
    side = left + (mark.shape === "avoid" ? 9 : 6) * scale,
    text = side + swatch + 7 * scale;
  const middle = (top + bottom) / 2 - (lines.length * tall) / 2;
  return [
    {
      kind: "board",
      box,
      color,
      shape: mark.shape,
      notch: 9 * scale,
      swatch: [side, top + 5 * scale, side + swatch, bottom - 5 * scale],
      hatch: mark.hatch,
    },
    ...glyph(mark, [side + swatch / 2, (top + bottom) / 2], swatch * 0.5, palette, color),
    ...lines.map(([words, size, weight, muted], i) => ({
      kind: "text",
      at: [text, middle + (i + 0.53) * tall],
      text: words,
      size: typeSize(frame, size),
      weight,
      color: muted ? palette.muted : palette.fg,
      halo: false,
    })),
  ];
}

/** On the swatch: a disc with a bar for "not this way", one with an arrow head for "go this way". */
function glyph(mark, [x, y], r, palette, color) {
  if (mark.shape === "plain") return [];
  const disc = { kind: "dot", at: [x, y], radius: r, fill: color, stroke: palette.bg, width: 1.5 };
  if (mark.shape === "avoid")
    return [
      disc,
      { kind: "line", a: [x - r * 0.55, y], b: [x + r * 0.55, y], width: r * 0.45, color: palette.bg, cap: "butt" },
    ];
  const points = [
    [x - r * 0.35, y - r * 0.55],
    [x + r * 0.6, y],
    [x - r * 0.35, y + r * 0.55],
  ];
  return [disc, { kind: "shape", points, fill: palette.bg }];
}

const around = ([x, y], by) => [x - by, y - by, x + by, y + by];

/** The box of a post's pole: names keep off it as well. */
function pole(a, b) {
  return [Math.min(a[0], b[0]) - 4, Math.min(a[1], b[1]), Math.max(a[0], b[0]) + 4, Math.max(a[1], b[1])];
}

const MOVED = 24, // pixels that a post's foot has to move before its board may go to another side
  HARD = 200;

/** The board where it stood: it changes its side only when the camera has moved and another is far better, or where it would lie on another. */
function pinned(slots, mark, at, boards) {
  const key = `${POST}${mark.number ?? ""}/${mark.name}`,
    before = slots.get(key),
    best = boards.reduce((found, board) => (board.cost < found.cost ? board : found)),
    kept = before && boards[before.side];
  const far = before && Math.hypot(at[0] - before.at[0], at[1] - before.at[1]) > MOVED,
    stays = kept && kept.cost - best.cost < (far ? 24 : HARD);
  slots.set(key, stays ? { ...before, at: far ? at : before.at } : { side: boards.indexOf(best), at });
  return (stays ? kept : best).box;
}

/** Where a board may stand, above its foot or below, beside it or straight, and what each costs: {box, cost}. hard, feet (of other posts), soft: boxes to keep off. */
function boardsOf({ width, height, scale }, foot, { wide, high }, { hard, feet, soft }) {
  // Of a foot beside the stage the way begins at the stage's edge.
  const [x, y] = [Math.min(width, Math.max(0, foot[0])), Math.min(height, Math.max(0, foot[1]))];
  // On another board is worst (200), on another post's foot nearly (90), on the road bad (12 a crossing, so that a bare
  // corner wins over a busy road); the way from the foot decides among the free ones.
  const rises = [34, 60, 80, 110, 140, 180, 230].flatMap((rise) => [-rise - high / scale, rise]),
    shifts = [0, -0.45, 0.45, -0.8, 0.8, -1.3, 1.3];
  return rises.flatMap((rise) =>
    shifts.map((shift) => {
      const left = Math.min(width - wide - 6, Math.max(6, x - wide / 2 + shift * wide)),
        top = Math.min(height - high - 6, Math.max(6, y + rise * scale));
      const box = [left, top, left + wide, top + high],
        hits = (boxes) => boxes.filter((other) => overlap(other, box)).length;
      const cost =
        HARD * hits(hard) +
        90 * hits(feet) +
        12 * hits(soft) +
        Math.abs(left + wide / 2 - x) * 0.1 +
        Math.abs(top + high / 2 - y) * 0.12;
      return { box, cost };
    }),
  );
}
