// What the first roads, once they are over, invite to: forbid a word of it, or take another turn. No DOM.

const LETTERS = /\p{L}+/gu,
  WORD = 4, // letters; shorter ones are mostly grammar
  LEAST = 0.1; // probability of a turn that is worth taking

/** Of the first of some roads: {kind: "word", word} of a word that the question and the answer share, on which there is no sign yet, the one said most often; else {kind: "turn", at, token (a candidate), instead}: the likeliest turn that was not taken. Null where there is neither. */
export function offerOf(roads) {
  const signed = roads.flatMap(({ rewards }) => (rewards ?? []).map(({ word }) => word?.toLowerCase()));
  return wordOf(roads[0], signed) ?? turnOf(roads[0]);
}

function wordOf({ user, tokens }, signed) {
  const words = (text) => (text ?? "").toLowerCase().match(LETTERS) ?? [],
    asked = new Set(words(user).filter((word) => word.length >= WORD && !signed.includes(word))),
    said = words(tokens.map(({ text }) => text).join("")).filter((word) => asked.has(word));
  const count = (word) => said.filter((other) => other === word).length,
    best = [...new Set(said)].sort((a, b) => count(b) - count(a) || b.length - a.length)[0];
  return best ? { kind: "word", word: best } : null;
}

function turnOf({ tokens }) {
  const letters = ({ text }) => (text.match(LETTERS) ?? []).join("").length;
  const turns = tokens.flatMap((token, at) => {
    const other = token.candidates?.find(({ id, end }) => id !== token.id && !end);
    return other?.probability >= LEAST && letters(other) >= WORD && letters(token) >= WORD
      ? [{ kind: "turn", at, token: other, instead: { id: token.id, text: token.text } }]
      : [];
  });
  return turns.sort((a, b) => b.token.probability - a.token.probability)[0] ?? null;
}
