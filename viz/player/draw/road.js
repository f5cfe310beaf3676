// The roads of one picture as a display list: casing and stroke far to near, age, heads, the place where two roads part, older roads.
import { NEAR, mix, overlap } from "../geometry.js";
import { curveOf, headPlace, headShare, leaving, sharedCount } from "../state/places.js";
import { biteAt } from "../state/bites.js";
import { parseColor } from "./theme.js";

const FRESH = 44; // tokens from full colour at the head to thin and pale: else a long road is a hairball
const THICK = 6, // pixels at the head, and where the road is old
  THIN = 2.2,
  HALO = 4.2;

/** frame: {project, ref, palette, scale}; state: {roads, time, eased, partsAt}. Returns {ink, top (heads, drawn last), picks, heads, old (ink of the old roads), ends (of the old roads)}. */
export function drawRoads(frame, state) {
  const { project } = frame,
    picks = [],
    heads = [],
    segments = [],
    dots = [];
  const shared = state.roads.length > 1 ? sharedCount(state.roads[0].places, state.roads[1].places) : 0,
    last = leaving(state.roads); // what two roads share is drawn once, as the other one's
  state.roads.forEach((road, which) => {
    const screen = road.places.map(project),
      time = Math.min(state.time, screen.length - 1);
    if (!screen.length) return;
    const head = project(headPlace(road.places, time, state.eased)),
      share = headShare(time, state.eased);
    segments.push(...stretches(frame, road, which, { at: head, share }, time, which === last ? shared : 0));
    dots.push(...ahead(frame, which, screen, time, which === last ? shared : 0));
    screen
      .slice(0, Math.floor(time) + 1)
      .forEach((at, index) => at[2] > NEAR && picks.push({ road: which, index, at }));
    heads.push({
      road: which,
      at: head,
      done: time >= screen.length - 1 && road.state !== "running",
      end: road.tokens.at(-1)?.end,
      pulse: state.eased && !state.still && biteAt(road, Math.floor(time)) ? share : null,
    });
  });
  // Far to near, each with its casing: so crossings of the road read as over and under.
  segments.sort((a, b) => b.depth - a.depth);
  const ink = [
    ...dots,
    ...segments.flatMap((segment) => segment.ink),
    ...notch(frame, state),
  ];
  const top = heads
    .filter(({ at }) => at[2] > NEAR)
    .reverse()
    .flatMap((head) => headInk(frame, head, state.roads.length > 1));
  return { ink, top, picks, heads, old: old(frame, state.old), ends: oldEnds(frame, state.old) };
}

function width(frame, w, age) {
  return ((THICK - (THICK - THIN) * age) * frame.scale) / Math.min(2, Math.max(0.6, w / frame.ref));
}

function stretches(frame, road, which, head, time, from) {
  const out = [],
    { palette } = frame,
    curve = curveOf(road.places),
    last = Math.floor(time);
  for (let i = Math.max(1, from); i <= Math.min(curve.length - 1, last + 1); i++) {
    if (i > last && time === last) continue;
    const points = (i <= last ? curve[i] : driven(curve[i], head.share)).map(frame.project);
    if (i > last) points.push(head.at);
    if (points.some(([, , depth]) => depth < NEAR)) continue;
    const age = Math.min(1, Math.max(0, (time - i) / FRESH)),
      depth = (points[0][2] + points.at(-1)[2]) / 2,
      wide = width(frame, depth, age);
    const color = age < 0.02 ? palette.roads[which] : fade(palette, which, age),
      lost = road.tokens[i]?.off_map > 99 || road.tokens[i - 1]?.off_map > 99;
    // The halo, in the paper's colour: where the road crosses itself the nearer stretch lies on top. Butt caps: round ones
    // would bite into the stretch before and make the road look dashed.
    const halo = { kind: "path", points, width: wide + HALO * frame.scale, color: palette.bg, alpha: 0.92, cap: "butt" };
    const line = { kind: "path", points, width: lost ? wide * 0.8 : wide, color, dash: lost ? [0.1, wide * 1.9] : null };
    // Where both lie on one another A is drawn first, B over it.
    const core = { kind: "path", points, width: wide * 0.4, color: palette.bg, cap: "butt" };
    out.push({ depth: depth + (which ? -1e-4 : 0), ink: palette.hollow?.[which] && !lost ? [halo, line, core] : [halo, line] });
  }
  return out;
}

/** The part of a stretch that the head has left behind. */
function driven(stretch, share) {
  return stretch.filter((_, k) => k === 0 || k / (stretch.length - 1) < share);
}

// Seventeen steps of ageing a colour: a string for every stretch and frame would be the dearest thing in here.
const ramps = new Map();
function fade(palette, which, age) {
  const key = palette.roads[which] + palette.pale[which];
  if (!ramps.has(key)) ramps.set(key, ramp(palette.roads[which], palette.pale[which]));
  return ramps.get(key)[Math.round(age * 16)];
}

function ramp(from, to) {
  const [a, b] = [from, to].map(parseColor);
  return Array.from(
    { length: 17 },
    (_, i) =>
      `rgb(${mix(a, b, i / 16)
        .map(Math.round)
        .join(",")})`,
  );
}

/** What is still to come: faint dots. */
function ahead(frame, which, screen, time, from) {
  const color = frame.palette.roads[which];
  return screen
    .slice(Math.max(from, Math.floor(time) + 2))
    .filter((at) => at[2] > NEAR)
    .map((at) => ({ kind: "dot", at, radius: 1.5 * frame.scale, fill: color, alpha: 0.32 }));
}

/** While nothing moves: which token each crossing is, from the head backwards, where there is room beside the boxes of all other words. */
export function drawNumbers({ palette, scale, measure }, { still, time }, { picks, heads }, words) {
  if (!still) return [];
  const near = heads.map(({ at: [x, y] }) => [x - 40 * scale, y - 30 * scale, x + 40 * scale, y + 30 * scale]),
    taken = [...near, ...words],
    size = 12 * scale,
    ink = [];
  for (const { index, at } of [...picks].sort((a, b) => b.index - a.index || a.road - b.road)) {
    if (index >= time) continue;
    const text = String(index + 1),
      half = measure(text, size, 600) / 2 + 3,
      middle = [at[0], at[1] - 12 * scale],
      box = [middle[0] - half, middle[1] - size * 0.7, middle[0] + half, middle[1] + size * 0.7];
    if (taken.some((other) => overlap(other, box))) continue;
    taken.push(box);
    ink.push({ kind: "text", at: middle, text, size, weight: 600, color: palette.muted, align: "center" });
  }
  return ink;
}

/** One ring that widens and fades while the head leaves a crossing at which a sign has bitten. */
function pulseInk(at, size, share, color) {
  return [{ kind: "dot", at, radius: size * (1.6 + 3.4 * share), stroke: color, width: 3 * (1 - share) + 0.5, alpha: 1 - share }];
}

function headInk(frame, { road, at, done, end, pulse }, named) {
  const { palette, scale } = frame,
    color = palette.roads[road],
    size = (7 * scale) / Math.min(1.6, Math.max(0.6, at[2] / frame.ref));
  const ink = [
    ...(pulse == null ? [] : pulseInk(at, size, pulse, palette.fg)),
    { kind: "dot", at, radius: size * 1.9, fill: color, alpha: 0.2 },
    { kind: "dot", at, radius: size * 1.25, fill: palette.bg },
  ];
  if (done && end) {
    const half = size * 0.95,
      square = [
        [-1, -1],
        [1, -1],
        [1, 1],
        [-1, 1],
      ].map(([x, y]) => [at[0] + x * half, at[1] + y * half]);
    ink.push({ kind: "shape", points: square, fill: color, stroke: palette.bg, width: 1.5 });
  } else ink.push({ kind: "dot", at, radius: size, fill: color });
  if (named)
    ink.push({
      kind: "text",
      at: [at[0], at[1] + 0.5],
      text: "AB"[road],
      size: Math.max(9, size * 1.35),
      weight: 700,
      color: palette.ink,
      align: "center",
      halo: false,
    });
  return ink;
}

/** A diamond in both colours where A and B take different turns. */
function notch(frame, { roads, partsAt, time }) {
  const place = roads.length > 1 && partsAt != null && partsAt <= time ? roads[0].places[partsAt] : null;
  if (!place) return [];
  const [x, y, w] = frame.project(place),
    r = 8 * frame.scale;
  if (w < NEAR) return [];
  const half = (side, fill) => ({
    kind: "shape",
    points: [
      [x, y - r],
      [x + side * r, y],
      [x, y + r],
    ],
    fill,
    stroke: frame.palette.bg,
    width: 1,
  });
  return [
    { kind: "dot", at: [x, y], radius: r + 2.5, fill: frame.palette.bg },
    half(-1, frame.palette.roads[0]),
    half(1, frame.palette.roads[1]),
  ];
}

function old(frame, roads) {
  const out = [];
  for (const { positions } of roads ?? []) {
    const screen = positions.map(frame.project);
    for (let i = 1; i < screen.length; i++)
      if (screen[i - 1][2] > NEAR && screen[i][2] > NEAR)
        out.push({
          kind: "line",
          a: screen[i - 1],
          b: screen[i],
          width: 2 * frame.scale,
          color: frame.palette.old,
          alpha: 0.8,
        });
    const end = screen.at(-1);
    if (end?.[2] > NEAR) out.push({ kind: "dot", at: end, radius: 3.4 * frame.scale, fill: frame.palette.old });
  }
  return out;
}

/** Where an old road ended: a tip there says which it was. */
function oldEnds(frame, roads) {
  return (roads ?? [])
    .filter(({ positions }) => positions.length)
    .map((old) => ({ old, at: frame.project(old.positions.at(-1)) }))
    .filter(({ at }) => at[2] > NEAR)
    .map(({ old, at: [x, y] }) => ({ old, box: [x - 9, y - 9, x + 9, y + 9] }));
}
