// A few words on the picture itself, beside the crossings at which something happened: a barrier, a parting, a return, a loop.
import { NEAR, overlap, typeSize } from "../geometry.js";
import { NOTE } from "./labels.js";
import { shownOf } from "../state/saying.js";
import { mark } from "../state/sentence.js";

const SIZE = 14;
/** Where words may stand from their crossing on, best first: right and left above it, below it, then further away. */
const SLOTS = [46, 78, 120].flatMap((far) => [
  [0.5, -far],
  [-0.5, -far],
  [0.5, far],
  [-0.5, far],
  [1, -far / 2],
  [-1, -far / 2],
]);

/** state: {moments, time, roads, slots, say}; hard: boxes that stay free; soft: boxes that are better left free. Returns {ink, boxes}. */
export function drawNotes(frame, { moments, time, roads, slots, say }, { hard, soft }) {
  const ink = [],
    boxes = [];
  const shown = shownOf(moments ?? [], time)
    .map((moment) => ({ moment, at: seen(frame, roads[moment.road]?.places[moment.at]) }))
    .filter(({ at }) => at);
  for (const { moment, at } of frame.width < 560 ? shown.slice(-1) : shown) {
    const text = words(say, moment),
      wide = frame.measure(text, typeSize(frame, SIZE), 600),
      key = `${NOTE}${moment.key}`,
      place = free(frame, at, wide, { hard: [...hard, ...boxes], soft, before: slots.get(key) });
    ink.push(ring(frame, at));
    if (!place) {
      slots.delete(key);
      continue;
    }
    slots.set(key, place.slot);
    boxes.push(place.box);
    ink.push(...noteInk(frame, at, place.box, text, moment.road));
  }
  return { ink, boxes };
}

/** Where a place lies on the stage; null where it does not. */
function seen({ project, width, height }, place) {
  const at = place && project(place);
  return at && at[2] > NEAR && at[0] > 0 && at[0] < width && at[1] > 0 && at[1] < height ? at : null;
}

const words = (say, moment) =>
  moment.named && !["parted", "returned"].includes(moment.rule)
    ? say("saying.mark.named", { road: "AB"[moment.road], text: mark(say, moment) })
    : mark(say, moment);

/** Where it stood in the frame before, else the first free place, best one that no road runs through. */
function free(frame, [x, y], wide, { hard, soft, before }) {
  const { width, height, scale } = frame,
    high = typeSize(frame, SIZE) + 8 * scale;
  const places = SLOTS.map(([side, rise], slot) => {
    const left = x + side * (wide + 26 * scale) - wide / 2,
      top = y + rise * scale - high / 2;
    return { slot, box: [left - 5, top, left + wide + 5, top + high] };
  }).filter(
    ({ box }) =>
      box[0] > 2 && box[1] > 2 && box[2] < width - 2 && box[3] < height - 2 && !hard.some((other) => overlap(other, box)),
  );
  return (
    places.find(({ slot }) => slot === before) ??
    places.find(({ box }) => !soft.some((other) => overlap(other, box))) ??
    places[0]
  );
}

function ring({ palette, scale }, at) {
  return { kind: "dot", at, radius: 7 * scale, stroke: palette.fg, width: 1.8 * scale };
}

function noteInk(frame, at, [left, top, right, bottom], text, road) {
  const { palette, scale } = frame,
    end = [Math.min(right, Math.max(left, at[0])), Math.min(bottom, Math.max(top, at[1]))],
    long = Math.hypot(end[0] - at[0], end[1] - at[1]) || 1,
    from = [0, 1].map((axis) => at[axis] + ((end[axis] - at[axis]) * 8 * scale) / long);
  return [
    { kind: "line", a: from, b: end, width: 1.4 * scale, color: palette.fg, alpha: 0.75 },
    {
      kind: "text",
      at: [(left + right) / 2, (top + bottom) / 2],
      text,
      size: typeSize(frame, SIZE),
      weight: 600,
      color: palette.roads[road],
      align: "center",
    },
  ];
}
