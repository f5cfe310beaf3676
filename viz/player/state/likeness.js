// A distance on the map in words: as far as two starts that people can imagine lie from one another. No DOM.

const SAME = 0.002;

/** How many times as far is said how: the least ratio of each, the largest first. */
const SAID = [
  [2.5, "far_more"],
  [1.75, "twice"],
  [1.35, "half_more"],
  [1.1, "more"],
  [0.91, "as_far"],
  [0.62, "three_quarters"],
  [0.4, "half"],
  [0.18, "quarter"],
  [0, "little"],
];

/**
 * "as far as pirate from scientist": of the known pairs the one that is most nearly as far apart. references: [{a, b, map}], distances of starts in spreads;
 * value: spreads. "" where none is known. A pair that is exactly as far is most likely the one that is spoken of, and says nothing.
 */
export function likeness(say, references, value) {
  const known = (references ?? []).filter(({ map }) => map > 0 && Math.abs(map - value) > SAME);
  if (!known.length || !(value > 0)) return "";
  const gap = ({ map }) => Math.abs(Math.log(value / map)),
    nearest = known.reduce((best, one) => (gap(one) < gap(best) ? one : best)),
    ratio = value / nearest.map;
  return say(`likeness.${SAID.find(([least]) => ratio >= least)[1]}`, nearest);
}
