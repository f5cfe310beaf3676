// The three turns at the head: where the likeliest candidates would lead, with their names fanned out on an arc beside it.
import { NEAR, overlap, typeSize } from "../geometry.js";
import { clip, percent, visible } from "../words.js";

const NARROW = 560; // pixels: a phone held upright
const HIT = 120; // cost of a label over something that has to stay legible: a narrow stage, whose bar has all turns, does without

/** The spurs of one crossing. turn: {head, tips (data points), token, taken (id of the token chosen), road, index, labelled}. */
export function drawSpurs(frame, turn) {
  const { project, palette, scale } = frame,
    from = project(turn.head);
  if (from[2] < NEAR) return { ink: [], picks: [], boxes: [] };
  const spurs = turn.tips
    .map((tip, rank) => ({ rank, at: project(tip), candidate: turn.token.candidates[rank] }))
    .filter(({ at, candidate }) => candidate && at[2] > NEAR)
    .map((spur) => ({
      ...spur,
      blocked: turn.token.blocked?.includes(spur.candidate.id),
      taken: spur.candidate.id === turn.taken,
    }));
  const ink = spurs
    .slice()
    .reverse()
    .flatMap((spur) => spurInk(frame, from, spur, turn.road));
  const picks = spurs.map(({ at, rank }) => ({ road: turn.road, index: turn.index, candidate: rank, at }));
  const labels = turn.labelled ? fan(frame, from, spurs, turn.avoid) : [];
  for (const label of labels) ink.push(...labelInk(label, palette, scale, turn.road));
  for (const { at, rank, box } of labels) picks.push({ road: turn.road, index: turn.index, candidate: rank, at, box });
  return { ink, picks, boxes: labels.map(({ box }) => box) };
}

/** Width by probability; a blocked turn ends in a cross. */
function spurInk({ palette, scale }, from, { at, candidate, blocked, taken }, road) {
  // The square root: width is seen as area, and one in a hundred must still be seen at all.
  const wide = Math.max(1.6, 9 * Math.sqrt(candidate.probability)) * scale,
    color = taken ? palette.roads[road] : palette.spur;
  const ink = [
    { kind: "line", a: from, b: at, width: wide + 3 * scale, color: palette.bg, alpha: 0.8 },
    {
      kind: "line",
      a: from,
      b: at,
      width: wide,
      color,
      alpha: blocked ? 0.55 : 0.95,
      dash: blocked ? [5, 4] : null,
      cap: "butt",
    },
  ];
  if (!blocked)
    return [...ink, { kind: "dot", at, radius: 4 * scale, fill: palette.bg, stroke: color, width: 2 * scale }];
  const r = 5 * scale,
    arm = (sign) => ({
      kind: "line",
      a: [at[0] - r, at[1] - sign * r],
      b: [at[0] + r, at[1] + sign * r],
      width: 2.6 * scale,
      color: palette.fg,
    });
  return [...ink, { kind: "dot", at, radius: r * 1.5, fill: palette.bg }, arm(1), arm(-1)];
}

/** Labels in one column beside the head, on an arc, sorted as their tips are, a line apart: the side and height that cover least. */
function fan(frame, from, spurs, avoid) {
  const choices = [0, -44, 44, -88, 88, -132, 132].flatMap((shift) =>
    [1, -1].map((side) => column(frame, from, spurs, side, shift * frame.scale)),
  );
  const costs = choices.map((labels, i) =>
    labels.reduce((sum, label) => sum + cost(frame, from, label, avoid), Math.floor(i / 2) * 14),
  );
  const least = Math.min(...costs); // each step away from the head's height costs 14: more than one soft hit, less than two
  return frame.width < NARROW && least >= HIT ? [] : choices[costs.indexOf(least)];
}

/** What it costs to put a label there. avoid: {hard, soft} boxes. */
function cost({ width, height }, from, { box, tip, side }, { hard, soft }) {
  const outside = box[0] < 4 || box[2] > width - 4 || box[1] < 4 || box[3] > height - 4,
    hits = (boxes) => boxes.filter((other) => overlap(other, box)).length;
  return (outside ? 500 : 0) + HIT * hits(hard) + 9 * hits(soft) + (Math.sign(tip[0] - from[0]) === side ? 0 : 10);
}

function column(frame, from, spurs, side, shift) {
  const line = Math.max(20 * frame.scale, 1.25 * (frame.least ?? 0)),
    radius = 58 * frame.scale;
  const sorted = [...spurs].sort((a, b) => a.at[1] - b.at[1]),
    n = sorted.length;
  return sorted.map((spur, i) => {
    const y = from[1] + shift + (i - (n - 1) / 2) * line * 1.15,
      lift = Math.min(1, Math.abs(y - from[1]) / radius);
    const reach = Math.max(
      radius * Math.sqrt(Math.max(0.2, 1 - lift * lift * 0.5)),
      side * (spur.at[0] - from[0]) + 12 * frame.scale,
    );
    const x = from[0] + side * reach,
      text = clip(visible(spur.candidate.text, spur.candidate.end), 16),
      share = percent(spur.candidate.probability);
    const size = typeSize(frame, 14),
      wide = frame.measure(text, size, 600),
      small = typeSize(frame, 13),
      more = frame.measure(` ${share}`, small, 400) + 5;
    const left = side > 0 ? x : x - wide - more;
    return {
      ...spur,
      tip: spur.at,
      side,
      text,
      share,
      size,
      small,
      left,
      wide,
      y,
      box: [left - 4, y - line / 2, left + wide + more + 4, y + line / 2],
    };
  });
}

function labelInk({ tip, side, left, wide, y, text, share, size, small, box, blocked, taken }, palette, scale, road) {
  const edge = [side > 0 ? box[0] : box[2], y],
    color = taken ? palette.roads[road] : palette.spur;
  return [
    { kind: "line", a: tip, b: edge, width: 3.5 * scale, color: palette.bg, alpha: 0.75 },
    { kind: "line", a: tip, b: edge, width: 1.2 * scale, color, alpha: 0.85 },
    {
      kind: "text",
      at: [left, y],
      text,
      size,
      weight: taken ? 700 : 600,
      color: palette.fg,
      struck: blocked,
      alpha: blocked ? 0.8 : 1,
    },
    { kind: "text", at: [left + wide + 5, y], text: share, size: small, weight: 400, color: palette.muted },
  ];
}
