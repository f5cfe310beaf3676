// What the strip can read off a road: values as data, null where nothing is known. No DOM.

/** What can be read, and how. top: the least upper end of the axis; words: only of roads that obey a sign against words; share: written in per cent; signed: below zero as well; summed: from the beginning on; rows: one a region. */
export const READINGS = {
  probability: { of: (token) => token.probability, top: 1, share: true },
  entropy: { of: (token) => token.entropy, top: 1 },
  grip: { of: (token) => token.grip, top: 0.1 },
  pull: { of: (token) => token.pull, top: 0.1, share: true, words: true },
  region: { of: (token, sign) => token.scores?.[sign], top: 1, signed: true },
  kl: { of: (token) => token.kl, top: 0.1, total: true },
  price: { of: (token) => token.kl, top: 0.5, summed: true },
  inside: { rows: true },
};

/** What a drive is about, where nobody chose a reading: the pull of what its signs speak against, the grip where starts are what is looked at, else probability. */
export function readingOf(roads, step = "") {
  if (roads.some(forbids)) return "pull";
  if (roads.some(({ rewards }) => rewards?.some(({ region }) => region != null))) return "region";
  return step === "start" || new Set(roads.map(({ system }) => system ?? null)).size > 1 ? "grip" : "probability";
}

/** The reading that a sign is about which was put up since; the latest counts. Null where none was, or it has none of its own. */
export function readingOfNew(before, after) {
  const known = new Set(before.flatMap(signsOf).map(({ key }) => key)),
    put = after.flatMap(signsOf).filter(({ key }) => !known.has(key));
  return put.at(-1)?.reading ?? null;
}

const signsOf = ({ rewards }) =>
  (rewards ?? []).map((reward) => ({
    key: JSON.stringify([reward.word ?? null, reward.region ?? null, speaksAgainst(reward)]),
    reading: reward.region != null ? "region" : speaksAgainst(reward) ? "pull" : null,
  }));

/** Is a reward a sign against its word or region? */
export const speaksAgainst = ({ weight }) => weight === "ban" || weight < 0;

/** Does a road obey a sign against words? Of another nothing forbidden is read. */
export function forbids({ rewards }) {
  return rewards?.some((reward) => reward.word != null && speaksAgainst(reward)) ?? false;
}

/** Values of a reading: null where nothing is known, which is drawn as a gap. */
export function valuesOf(road, reading, sign = 0) {
  const { of, summed, words } = READINGS[reading],
    { tokens } = road;
  let total = 0;
  if (words && !forbids(road)) return tokens.map(() => null);
  return tokens.map((token) => {
    const value = of(token, sign);
    if (!Number.isFinite(value)) return null;
    total += value;
    return summed ? total : value;
  });
}

/** The region sign whose pull is read: the first that has values anywhere. */
export function readSign(roads, signs) {
  const found = signs.findIndex((_, i) => roads.some(({ tokens }) => tokens.some(({ scores }) => scores?.[i] != null)));
  return Math.max(0, found);
}

/** Upper end of the axis: round, and never below the reading's least one. */
export function axisTop(lists, least) {
  const most = Math.max(least, ...lists.flat().filter((value) => value != null));
  const unit = 10 ** Math.floor(Math.log10(most));
  return [1, 2, 3, 5, 10].map((step) => step * unit).find((step) => step >= most * 0.999);
}
