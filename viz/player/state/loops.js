// Does a text go in circles? Told from the tokens alone. No DOM, no places.

/** So many tokens must have come again in the same order: fewer are a turn of phrase. */
const AGAIN = 6;
const LONGEST = 32;

/** The loop that `ids` is in at `index`: {period: tokens in one round, rounds: how often they stand there, in full, since: index of the first of them}; null where there is none. */
export function loopAt(ids, index) {
  for (let period = 1; period <= LONGEST && 2 * period <= index + 1; period++) {
    let again = 0; // tokens up to here that repeat the one a period before
    while (again + period <= index && ids[index - again] === ids[index - again - period]) again++;
    const rounds = 1 + Math.floor(again / period);
    if (rounds > 1 && again >= AGAIN) return { period, rounds, since: index - again - period + 1 };
  }
  return null;
}
