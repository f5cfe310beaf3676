// Where roads start: flags, the dashed links from them to the first crossing, and the ghosts of earlier flags.
import { NEAR, arcControl } from "../geometry.js";
import { clip } from "../words.js";

/** Flags, dashed links and ghosts. flags: [{place, first, label, road}], ghosts: [{place, label}], oldest first; one arrow, from the last. */
export function drawStarts(frame, flags, ghosts) {
  const { project, palette, scale } = frame,
    ink = [],
    boxes = [];
  const seen = ghosts.map((ghost) => ({ ...ghost, at: project(ghost.place) })).filter(({ at }) => at[2] > NEAR);
  seen.forEach(({ at }, i) =>
    ink.push({
      kind: "dot",
      at,
      radius: 4.5 * scale,
      fill: palette.bg,
      stroke: palette.muted,
      width: 1.8 * scale,
      alpha: 0.5 + (0.5 * (i + 1)) / seen.length,
    }),
  );
  for (const flag of [...flags].reverse()) {
    const at = project(flag.place),
      first = flag.first && project(flag.first);
    if (at[2] < NEAR) continue;
    if (first && first[2] > NEAR)
      ink.push({
        kind: "line",
        a: at,
        b: first,
        width: 2 * scale,
        color: palette.roads[flag.road],
        dash: [5 * scale, 5 * scale],
        cap: "butt",
        alpha: 0.9,
      });
    ink.push(...flagInk(at, palette, scale, flag.road, flags.length > 1));
    boxes.push([at[0] - 6, at[1] - 36 * scale, at[0] + 24 * scale, at[1] + 6]);
  }
  const last = seen.at(-1),
    target = flags[0] && project(flags[0].place);
  if (last && target && target[2] > NEAR) {
    const a = last.at,
      b = target,
      long = Math.hypot(b[0] - a[0], b[1] - a[1]);
    // Shorter, and the arrow would be all head.
    if (long > 14) {
      const short = (from, to, by) => [
        from[0] + ((to[0] - from[0]) * by) / long,
        from[1] + ((to[1] - from[1]) * by) / long,
      ];
      boxes.push([
        Math.min(a[0], b[0]) - 6,
        Math.min(a[1], b[1]) - 4,
        Math.max(a[0], b[0]) + 6,
        Math.max(a[1], b[1]) + 4,
      ]);
      ink.push({
        kind: "curve",
        a: short(a, b, 7 * scale),
        via: arcControl(a, b, 0.18),
        b: short(b, a, 6 * scale),
        width: 2.2 * scale,
        color: palette.fg,
        arrow: 9 * scale,
      });
    }
    const text = clip(last.label, 26);
    if (text) {
      ink.push({
        kind: "text",
        at: [a[0], a[1] + 16 * scale],
        text,
        size: 13 * scale,
        weight: 500,
        color: palette.muted,
        align: "center",
      });
      const half = frame.measure(text, 13 * scale, 500) / 2;
      boxes.push([a[0] - half, a[1] - 8, a[0] + half, a[1] + 26 * scale]);
    }
  }
  return { ink, boxes };
}

function flagInk([x, y], palette, scale, road, named) {
  const top = y - 32 * scale,
    points = [
      [x, top],
      [x + 21 * scale, top + 7.5 * scale],
      [x, top + 15 * scale],
    ];
  return [
    { kind: "line", a: [x, y], b: [x, top], width: 6 * scale, color: palette.bg },
    { kind: "dot", at: [x, y], radius: 5.5 * scale, fill: palette.bg },
    { kind: "dot", at: [x, y], radius: 3.4 * scale, fill: palette.fg },
    { kind: "line", a: [x, y], b: [x, top], width: 2.4 * scale, color: palette.fg },
    { kind: "shape", points, fill: palette.roads[road], stroke: palette.bg, width: 1 },
    ...(named
      ? [
          {
            kind: "text",
            at: [x + 6.5 * scale, top + 7.8 * scale],
            text: "AB"[road],
            size: 9.5 * scale,
            weight: 700,
            color: palette.ink,
            align: "center",
            halo: false,
          },
        ]
      : []),
  ];
}
