// What signs on words leave on the map: a small post at each crossing where one bit, that is where the model wrote another token than the one it wanted most.
import { NEAR } from "../geometry.js";
import { bites } from "../state/story.js";

const HIGH = 20; // pixels from the crossing to the middle of its sign
const ROUND = 7;

/** The direction of the sign on a word that bit at a crossing: "avoid", "toward" or null. Where signs on regions steer as well, only a forbidden token is known to be a word's doing. */
export function wordBite({ rewards }, token) {
  if (!rewards?.some(({ word }) => word != null) || !bites(token)) return null;
  if (token.blocked?.includes(token.candidates[0].id)) return "avoid";
  return rewards.some(({ region }) => region != null) ? null : "toward";
}

/** Ink of the posts, of crossings that the heads have come to. */
export function drawBites({ project, palette, scale }, { roads, time }) {
  return roads.flatMap((road) =>
    road.tokens.slice(0, Math.floor(time) + 1).flatMap((token, index) => {
      const way = wordBite(road, token),
        at = way && project(road.places[index]);
      return at && at[2] > NEAR ? postInk(at, way, palette, scale) : [];
    }),
  );
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
