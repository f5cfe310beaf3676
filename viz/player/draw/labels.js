// Names of the landmarks on the map: nearest first, moved or left out where they would cover something else.
import { fog } from "../map/ground.js";
import { NEAR, overlap } from "../geometry.js";

// Where a name may stand beside its place, best first: on it, then above and below (26 pixels clear one line), then aside.
const SLOTS = [
  [0, 0],
  [0, -26],
  [0, 26],
  [46, 0],
  [-46, 0],
  [44, -24],
  [-44, -24],
  [44, 24],
  [-44, 24],
];

/** Ink of the landmarks, and the boxes of their names. obstacles: boxes that stay free; slots: a Map that remembers, from frame to frame, where each name stood. */
export function drawLandmarks(frame, landmarks, obstacles, slots, most = 16) {
  const { project, ref, view, width, height } = frame,
    ink = [],
    picks = [],
    taken = [...obstacles];
  const near = landmarks
    .map((landmark) => ({ landmark, at: project(view === "pca" && landmark.pca ? landmark.pca : landmark.position) }))
    .filter(({ at }) => at[2] > NEAR && at[0] > -20 && at[0] < width + 20 && at[1] > -10 && at[1] < height + 10)
    .sort((a, b) => a.at[2] - b.at[2]);
  let shown = 0; // the nearest first: a name that is left out is one behind
  for (const { landmark, at } of near) {
    if (shown >= most) break;
    const label = layout(frame, landmark),
      place = free(frame, at, label, taken, slots.get(landmark.name));
    if (!place) {
      slots.delete(landmark.name);
      continue;
    }
    slots.set(landmark.name, place.slot);
    taken.push(place.box);
    picks.push({ landmark, box: place.box });
    ink.push(...labelInk(frame, landmark, at, label, place, 1 - 0.4 * fog(at[2], ref)));
    shown++;
  }
  return { ink, picks };
}

/** "once, upon, forest: stories" stands on the map as its theme, with its words below. */
function layout(frame, { name }) {
  const { scale } = frame,
    cut = name.lastIndexOf(": "),
    title = cut < 0 ? name : name.slice(cut + 2),
    words = cut < 0 || frame.width < 560 ? "" : name.slice(0, cut);
  const titleWide = frame.measure(title, 14 * scale, 600),
    titleHalf = titleWide / 2 + 2 * scale;
  const wide = Math.max(titleWide + 16 * scale, words ? frame.measure(words, 13 * scale, 400) : 0);
  return { title, words, wide, titleHalf, high: (words ? 36 : 20) * scale };
}

function free(frame, at, label, taken, before) {
  // Where it stood in the frame before comes first, or names would hop about while the camera turns.
  const order = before == null ? SLOTS.keys() : [before, ...SLOTS.keys()];
  for (const slot of order) {
    const [dx, dy] = SLOTS[slot].map((by) => by * frame.scale),
      left = at[0] + dx - label.wide / 2,
      top = at[1] + dy - label.high / 2;
    const box = [left - 5, top - 2, left + label.wide + 5, top + label.high + 2];
    if (box[0] < 2 || box[2] > frame.width - 2 || box[1] < 2 || box[3] > frame.height - 2) continue;
    if (!taken.some((other) => overlap(other, box))) return { slot, box, center: [at[0] + dx, at[1] + dy] };
  }
  return null;
}

function labelInk({ palette, scale }, landmark, at, label, { center, box }, alpha) {
  const [x, y] = center,
    first = label.words ? y - 8.5 * scale : y,
    color = palette.groundHex[landmark.theme % palette.groundHex.length];
  const ink = [];
  const edge = [Math.min(box[2], Math.max(box[0], at[0])), Math.min(box[3], Math.max(box[1], at[1]))];
  if (Math.hypot(edge[0] - at[0], edge[1] - at[1]) > 5)
    ink.push({ kind: "line", a: at, b: edge, width: 1, color: palette.muted, alpha: 0.6 });
  ink.push({
    kind: "text",
    at: [x + 7 * scale, first],
    text: label.title,
    size: 14 * scale,
    weight: 600,
    color: palette.fg,
    align: "center",
    alpha,
  });
  ink.push({
    kind: "dot",
    at: [x - label.titleHalf, first],
    radius: 4.6 * scale,
    fill: color,
    stroke: palette.bg,
    width: 1.5,
    alpha,
  });
  if (label.words)
    ink.push({
      kind: "text",
      at: [x, y + 9 * scale],
      text: label.words,
      size: 13 * scale,
      weight: 400,
      color: palette.muted,
      align: "center",
      alpha,
    });
  return ink;
}
