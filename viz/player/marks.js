// Regions that are shown, as data: the shipped ones that are switched on, then the signs of the drive. What they look like follows from their place in the list.
import { SIGNS, SLANTS } from "./hatches.js";

export const MOST_SIGNS = 5;

/** A mark: {shape: "plain" | "avoid" | "toward", number (of a sign), name, title, tone (into palette.marks), hatch, position, pca, mesh, sign}. */
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
    mesh: region.mesh,
    sign: null,
  }));
  const put = (signs ?? []).slice(0, MOST_SIGNS).map((sign, i) => ({
    shape: sign.direction === "toward" ? "toward" : "avoid",
    number: i + 1,
    name: sign.name,
    title: shortName(sign.name),
    tone: SLANTS.length + i,
    hatch: SIGNS[i],
    position: sign.position,
    pca: sign.pca,
    mesh: sign.mesh,
    sign,
  }));
  return [...shipped.filter(({ name }) => names.includes(name)), ...put.filter(({ position }) => position)];
}

/** A shipped region by its name in the interface. */
export function regionTitle(say, name) {
  return say(`regions.${name}`).replace(/^regions\./, "");
}

/** "once, upon, forest: stories" is called by its theme; a sentence stays as it is. */
export function shortName(name) {
  const text = String(name ?? ""),
    found = /^[^:.!?]*, [^:.!?]*: ([^:]+)$/.exec(text);
  return found ? found[1] : text;
}

export function faces(mark) {
  return mark.mesh?.faces?.length ? mark.mesh.faces : null;
}
