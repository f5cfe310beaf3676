// How much room a part of a picture takes: boxes of items of ink, [left, top, right, bottom] in pixels.

/** The room that one item of ink takes. */
export function boxOf(item, measure) {
  if (item.kind === "board") return item.box;
  const points = { line: [item.a, item.b], path: item.points, shape: item.points, curve: [item.a, item.via, item.b] }[item.kind];
  if (points) return around(points, 0);
  if (item.kind === "dot") return around([item.at], item.radius);
  const wide = measure(item.text, item.size, item.weight),
    left = item.at[0] - { left: 0, center: wide / 2, right: wide }[item.align ?? "left"];
  return [left, item.at[1] - item.size / 2, left + wide, item.at[1] + item.size / 2];
}

function around(points, by) {
  const xs = points.map(([x]) => x),
    ys = points.map(([, y]) => y);
  return [Math.min(...xs) - by, Math.min(...ys) - by, Math.max(...xs) + by, Math.max(...ys) + by];
}

/** The box around boxes. */
export const union = (boxes) => [0, 1, 2, 3].map((k) => (k < 2 ? Math.min : Math.max)(...boxes.map((box) => box[k])));

/** The boxes of what a shot is about: the roads, with their start (in a close shot, of what stands around them, only flags within `free`), and the names that the shot holds. */
export function storyBoxes({ ink, boards }, { names, close, free, measure }) {
  const within = ([left, top, right, bottom]) => right > free[0] && left < free[2] && bottom > free[1] && top < free[3];
  const of = (what) => ink.filter((item) => item.of === what).map((item) => [item, boxOf(item, measure)]);
  return [
    ...of("road").map(([, box]) => box),
    ...of("start")
      .filter(([{ kind }, box]) => !close || (kind === "shape" && within(box)))
      .map(([, box]) => box),
    ...boards.filter(({ landmark }) => landmark && names.has(landmark.name)).map(({ box }) => box),
  ];
}
