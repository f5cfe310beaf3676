// What arrives for the roads that are on the stage: tokens as they are written, what is measured after them, how a drive ends. Each goes into the journey, and what shows it is brought up to date.

const ARRIVES = {
  /** A road begins, or begins anew. */
  road(player, { road, value }) {
    player.journey.setRoad(road, value);
    player.text.load(player.roads);
    player.grown();
  },
  tokens(player, { road, from, tokens }) {
    const fresh = player.journey.append(road, from, tokens);
    if (fresh.length) player.text.append(road, fresh);
    player.grown();
  },
  grip(player, { road, from, values }) {
    player.journey.setGrip(road, from, values);
    player.refresh();
  },
  state(player, { road, state, error = null }) {
    player.journey.setState(road, state, error);
    player.grown();
  },
  progress(player, { message }) {
    player.journey.setProgress(message);
    player.refresh();
  },
  /** The crossing where two roads part. */
  parts(player, { at }) {
    player.journey.setParts(at);
    player.wake(true);
  },
  /** Where the candidates of a crossing lead. */
  spurs(player, { road, index, positions }) {
    player.journey.setSpurs(road, index, positions);
    player.wake(true);
  },
  signs(player, { value }) {
    player.journey.setSigns(value);
    player.refresh();
  },
  /** How far apart two roads end. */
  apart(player, { value }) {
    player.journey.setApart(value);
    player.refresh();
  },
  caption(player, { value }) {
    player.journey.setCaption(value);
  },
  /** Grey roads of the drives before. */
  old(player, { roads }) {
    player.journey.setOld(roads);
    player.wake(true);
  },
};

/** One message of a stream, {kind, ...}. Of a kind that is not known nothing is shown. */
export function arrive(player, message) {
  if (Object.hasOwn(ARRIVES, message.kind)) ARRIVES[message.kind](player, message);
}
