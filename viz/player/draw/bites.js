// What signs on words leave on the map: a small post at each crossing where one bit, that is where the model wrote another token than the one it wanted most.
import { NEAR } from "../geometry.js";
import { wordBite } from "../state/bites.js";

const HIGH = 20; // pixels from the crossing to the middle of its sign
const ROUND = 7;

/** Ink of the posts of crossings that the heads have come to, and their boxes (seen); boxes: the room of all posts of the roads, also of those to come, so that no name has to give way while a road plays. */
export function drawBites({ project, palette, scale }, { roads, time }) {
  const posts = roads.flatMap((road) =>
    road.tokens.flatMap((_, index) => {
      const way = wordBite(road, index),
        at = way && project(road.places[index]);
      return at && at[2] > NEAR ? [{ at, way, index, box: roomOf(at, scale) }] : [];
    }),
  );
  const seen = posts.filter(({ index }) => index <= time);
  return {
    ink: seen.flatMap(({ at, way }) => postInk(at, way, palette, scale)),
    seen: seen.map(({ box }) => box),
    boxes: posts.map(({ box }) => box),
  };
}

function roomOf([x, y], scale) {
  const r = (ROUND + 2) * scale;
  return [x - r, y - HIGH * scale - r, x + r, y];
}

function postInk([x, y], way, palette, scale) {
  const top = y - HIGH * scale,
    r = ROUND * scale;
  const pole = { kind: "line", a: [x, y - 4 * scale], b: [x, top], width: 2 * scale, color: palette.fg },
    disc = { kind: "dot", at: [x, top], radius: r, fill: palette.fg, stroke: palette.bg, width: 1.5, bite: way };
  const bar = { kind: "line", a: [x - r * 0.55, top], b: [x + r * 0.55, top], width: r * 0.4, color: palette.bg, cap: "butt" },
    points = [
      [x - r * 0.35, top - r * 0.55],
      [x + r * 0.6, top],
      [x - r * 0.35, top + r * 0.55],
    ];
  return [pole, disc, way === "avoid" ? bar : { kind: "shape", points, fill: palette.bg }];
}
