// Where roads start: flags, the dashed links from them to the first crossing, the flag of what is typed, and pale ones where flags stood before.
import { NEAR, arcControl, typeSize } from "../geometry.js";
import { clip } from "../words.js";

const PALE = 0.5;
const LETTER = 9.5; // pixels of the letter on a flag

/**
 * Flags, dashed links and ghosts. flags: [{place, first, road (null: of what is typed), label}], ghosts: [{place, label}], oldest first.
 * One arrow: to what is typed from the flag of road A, else from the last ghost to that flag; moved: how far, in words, or null.
 */
export function drawStarts(frame, flags, ghosts, moved = null) {
  const { project, palette, scale } = frame,
    ink = [],
    boxes = [];
  const seen = ghosts.map((ghost) => ({ ...ghost, at: project(ghost.place) })).filter(({ at }) => at[2] > NEAR);
  const typed = flags.find(({ road }) => road == null),
    several = flags.length - (typed ? 1 : 0) > 1,
    large = several ? typeSize(frame, LETTER) / LETTER : scale; // it holds its letter
  for (const { at } of seen) ink.push(...flagInk(at, palette, large, { fill: palette.faint, alpha: PALE }));
  for (const flag of [...flags].reverse()) {
    const at = project(flag.place);
    if (at[2] < NEAR) continue;
    ink.push(...linkInk(frame, at, flag));
    const look = flag === typed ? { fill: palette.bg, edge: palette.fg } : { fill: palette.roads[flag.road] };
    ink.push(...flagInk(at, palette, large, { ...look, letter: several && flag !== typed ? "AB"[flag.road] : null }));
    boxes.push([at[0] - 6, at[1] - 36 * large, at[0] + 24 * large, at[1] + 6]);
  }
  const first = flags[0] && project(flags[0].place),
    last = seen.at(-1);
  if (typed) move(frame, first, project(typed.place), { text: typed.label, below: "end" }, moved, ink, boxes);
  else if (last && first) move(frame, last.at, first, { text: last.label, below: "start" }, moved, ink, boxes);
  return { ink, boxes };
}

/** The dashed link from a flag to the first crossing of its road. */
function linkInk({ project, palette, scale }, at, { first, road }) {
  const to = first && project(first);
  if (!to || to[2] < NEAR) return [];
  const look = { width: 2 * scale, color: palette.roads[road], dash: [5 * scale, 5 * scale], cap: "butt", alpha: 0.9 };
  return [{ kind: "line", a: at, b: to, ...look }];
}

/** The move of a flag: an arrow, how far it is, and the words of the system prompt at one of its ends. */
function move(frame, a, b, { text, below }, moved, ink, boxes) {
  const { palette, scale, measure } = frame,
    long = Math.hypot(b[0] - a[0], b[1] - a[1]);
  if (Math.min(a[2], b[2]) < NEAR) return;
  const written = (words, [x, y], weight, color) => {
    const size = typeSize(frame, 13),
      half = measure(words, size, weight) / 2;
    ink.push({ kind: "text", at: [x, y], text: words, size, weight, color, align: "center" });
    boxes.push([x - half - 2, y - 9 * scale, x + half + 2, y + 9 * scale]);
  };
  const foot = below === "end" ? b : a,
    label = clip(text, 26);
  if (label) written(label, [foot[0], foot[1] + 16 * scale], 500, palette.muted);
  // Shorter, and the arrow would be all head.
  if (long <= 14) return;
  const short = (from, to, by) => [from[0] + ((to[0] - from[0]) * by) / long, from[1] + ((to[1] - from[1]) * by) / long],
    via = arcControl(a, b, 0.18);
  boxes.push([Math.min(a[0], b[0]) - 6, Math.min(a[1], b[1]) - 4, Math.max(a[0], b[0]) + 6, Math.max(a[1], b[1]) + 4]);
  ink.push({
    kind: "curve",
    a: short(a, b, 7 * scale),
    via,
    b: short(b, a, 6 * scale),
    width: 2.2 * scale,
    color: palette.fg,
    arrow: 9 * scale,
  });
  if (moved) written(moved, [(a[0] + 2 * via[0] + b[0]) / 4, (a[1] + 2 * via[1] + b[1]) / 4], 600, palette.fg);
}

/** A flag on its pole. look: {fill, edge, letter, alpha}. */
function flagInk([x, y], palette, scale, { fill, edge = palette.bg, letter = null, alpha = 1 }) {
  const top = y - 32 * scale,
    points = [
      [x, top],
      [x + 21 * scale, top + 7.5 * scale],
      [x, top + 15 * scale],
    ];
  const ink = [
    { kind: "line", a: [x, y], b: [x, top], width: 6 * scale, color: palette.bg },
    { kind: "dot", at: [x, y], radius: 5.5 * scale, fill: palette.bg },
    { kind: "dot", at: [x, y], radius: 3.4 * scale, fill: palette.fg },
    { kind: "line", a: [x, y], b: [x, top], width: 2.4 * scale, color: palette.fg },
    { kind: "shape", points, fill, stroke: edge, width: edge === palette.bg ? 1 : 1.8 * scale },
  ];
  if (letter)
    ink.push({
      kind: "text",
      at: [x + 6.5 * scale, top + 7.8 * scale],
      text: letter,
      size: LETTER * scale,
      weight: 700,
      color: palette.ink,
      align: "center",
      halo: false,
    });
  return alpha < 1 ? ink.map((item) => ({ ...item, alpha })) : ink;
}
