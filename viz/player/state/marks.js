// Regions that are shown, as data: the shipped ones that are switched on, then the signs of the drive. What they look like follows from their place in the list.
import { SIGNS, SLANTS } from "./hatches.js";

export const MOST_SIGNS = 5;

/** The looks (tone and hatch) of signs in the order in which each direction takes them: crosses are the last thing that "go this way" wears. */
const LOOKS = { avoid: [0, 3, 1, 4, 2], toward: [2, 4, 1, 3, 0] };

/** A mark: {shape: "plain" | "avoid" | "toward", number (of a sign), name, title, tone (into palette.marks), hatch, position, pca, points (of the ground, inside), row (of `inside`), sign}. A name has one region: a sign on one that ships stands for it. */
export function marksOf(ground, names, signs, say) {
  const shipped = ground.meta.regions.map((region, i) => ({
    shape: "plain",
    number: null,
    name: region.name,
    title: regionTitle(say, region.name),
    tone: i % SLANTS.length,
    hatch: SLANTS[i % SLANTS.length],
    position: region.position,
    pca: region.pca,
    points: region.indices,
    row: i,
    sign: null,
  }));
  const shown = (signs ?? []).slice(0, MOST_SIGNS),
    looks = looksOf(shown),
    signed = shown.filter(({ kind }) => kind === "landmark").map(signTitle);
  const put = shown.map((sign, i) => ({
    shape: shapeOf(sign),
    number: i + 1,
    name: sign.name,
    title: signTitle(sign),
    tone: SLANTS.length + looks[i],
    hatch: SIGNS[looks[i]],
    position: sign.position,
    pca: sign.pca,
    points: sign.points ?? [],
    ...(sign.kind === "landmark" ? same(shipped, sign) : null),
    row: shipped.length + i,
    sign,
  }));
  const drawn = shipped.filter(({ name }) => names.includes(name) && !signed.includes(name));
  return [...drawn, ...put.filter(({ position }) => position)];
}

/** Where a region that ships lies, for a sign that names it. */
function same(shipped, { name }) {
  const found = shipped.find((region) => region.name === name);
  return found ? { position: found.position, pca: found.pca, points: found.points } : null;
}

const shapeOf = ({ direction }) => (direction === "toward" ? "toward" : "avoid");

/** A look for each sign, no two the same. */
function looksOf(signs) {
  const taken = new Set();
  return signs.map((sign) => {
    const look = LOOKS[shapeOf(sign)].find((one) => !taken.has(one));
    taken.add(look);
    return look;
  });
}

/** A shipped region by its name in the interface. */
export function regionTitle(say, name) {
  return say(`regions.${name}`).replace(/^regions\./, "");
}

/** What stands on a sign's board. */
export function signTitle({ kind, name }) {
  return kind === "landmark" ? shortName(name) : name;
}

/** The landmark "once, upon, forest: stories" is called by its theme. */
export function shortName(name) {
  return name.split(": ").at(-1);
}

/** What a place is called: "near freedom", "between freedom and love", "" where its neighbours do not agree. named: of each name what is said. */
export function nearWords(say, token, named = shortName) {
  const [name, other] = (token?.neighbourhood ?? []).map(named);
  if (other) return say("tip.between", { name, other });
  return name ? say("tip.near", { name }) : "";
}
