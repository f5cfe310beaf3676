// What lies under the pointer. Own picking: a loop over projected points, no GL.

const RADIUS = 14; // pixels: about what a fingertip covers

/** The nearest pick within reach of [x, y]; spurs win over crossings. picks: [{road, index, candidate?, at, box? (of a label)}]. */
export function pickAt(picks, x, y, reach = RADIUS) {
  let best = null,
    least = reach;
  for (const pick of picks) {
    if (pick.box) continue;
    const away = Math.hypot(pick.at[0] - x, pick.at[1] - y) - (pick.candidate != null ? 3 : 0); // a tip lies among crossings: it wins when they are as near
    if (away < least) {
      least = away;
      best = pick;
    }
  }
  return best;
}

const within = (box, x, y) => x >= box[0] && x <= box[2] && y >= box[1] && y <= box[3];

/** The spur whose label is under [x, y]. */
export function labelAt(picks, x, y) {
  return picks.find(({ box }) => box && within(box, x, y)) ?? null;
}

/** The board or the name under [x, y]: the last one drawn. boards: [{mark | landmark | old, box}]. */
export function boardAt(boards, x, y) {
  return (boards ?? []).findLast(({ box }) => within(box, x, y)) ?? null;
}
