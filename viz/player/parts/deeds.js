// What leads to another road: taking another turn, putting up a sign. The player only says so; who drives is told by its event.
import { singleWord } from "./stretch.js";
import { offerOf } from "../state/offers.js";
import { percent, visible } from "../words.js";

/** detail: {road, index, token} or {road, index, text}; words: how the turn reads. */
export function fork(player, detail, words) {
  if (!player.canDrive) return;
  player.onEvent("fork", detail);
  player.announce(player.say("crossing.forked", { n: detail.index + 1, token: words }));
}

/** What the first roads of all invite to at their end: {label, run} of one button, or null. */
export function offered(player) {
  const { canDrive, offering, clock, journey, say, talk } = player;
  if (!canDrive || !offering || talk.begun || clock.playing || journey.state !== "done" || clock.last < 0) return null;
  if (clock.time < clock.last) return null;
  const offer = offerOf(journey.roads);
  if (offer?.kind === "word")
    return {
      label: say("offer.word", { word: offer.word }),
      run: () => putSign(player, { kind: "word", word: offer.word, direction: "avoid" }, offer.word),
    };
  if (!offer) return null;
  const words = visible(offer.token.text);
  return {
    label: say("offer.turn", { token: words, p: percent(offer.token.probability), instead: visible(offer.instead.text) }),
    run: () => fork(player, { road: 0, index: offer.at, token: offer.token.id }, words),
  };
}

/** The roads on the stage go on from their end. */
export function onward(player) {
  player.onEvent("onward", {});
  player.announce(player.say("crossing.going_on", { n: player.journey.last + 1 }));
}

/** A click on the tip of a spur. */
export function takeTurn(player, { road, index, candidate }) {
  const token = player.roads[road].tokens[index],
    turn = token?.candidates[candidate];
  player.onEvent("candidate", { road, index, candidate });
  if (turn && turn.id !== token.id) fork(player, { road, index, token: turn.id }, visible(turn.text, turn.end));
}

/** detail: {kind, ..., direction}; title: what the sign is about. */
export function putSign(player, detail, title) {
  player.onEvent("sign", detail);
  player.announce(player.say("menu.done", { way: player.say(`signs.${detail.direction}`), title }));
}

/** The menu of a landmark. box: of its name, in pixels of the stage. */
export function landmarkMenu(player, { landmark, box }) {
  const home = player.shell.stage.getBoundingClientRect(),
    at = [box[0] + home.left, box[1] + home.top, box[2] + home.left, box[3] + home.top];
  player.tip.show(null);
  player.menu.show(at, [{ title: landmark.name, detail: { kind: "landmark", name: landmark.name } }], {
    back: () => player.shell.stage.focus({ preventScroll: true }),
  });
}

/** The menu of a stretch of the text. */
export function stretchMenu(player, { road, start, stop, box }, withKeys) {
  const tokens = player.roads[road].tokens.slice(start, stop),
    text = tokens.map((token) => token.text).join(""),
    word = singleWord(text),
    short = text.trim().replace(/\s+/g, " "),
    shown = short.length > 42 ? `${short.slice(0, 20)} … ${short.slice(-18)}` : short;
  const groups = [
    ...(word ? [{ title: player.say("menu.word", { word }), detail: { kind: "word", word } }] : []),
    { title: player.say("menu.stretch", { text: shown || "␣" }), detail: { kind: "stretch", road, start, stop } },
  ];
  const copy = () =>
    navigator.clipboard?.writeText(text.trim()).then(
      () => player.announce(player.say("menu.copied")),
      () => {},
    );
  player.menu.show(box, groups, {
    focus: !withKeys,
    extra: [{ text: player.say("menu.copy"), run: copy }],
    back: () => player.text.focus(road, player.indices[road]),
  });
  if (withKeys) player.announce(player.say("menu.chosen", { n: stop - start, text: shown }));
}

/** The next of the names on the map, by the keys: it is pointed at, and Enter opens its menu. */
export function nextName(player, by) {
  const names = player.boards.filter(({ landmark }) => landmark).sort((a, b) => a.box[0] - b.box[0]);
  if (!names.length) return;
  const at = names.findIndex(({ landmark }) => landmark.name === player.named?.landmark.name);
  const next = names[(at + by + names.length + (at < 0 && by < 0 ? 1 : 0)) % names.length];
  player.setNamed(next);
  player.tip.board(next, player.canDrive);
  player.announce(player.say("menu.name", { name: next.landmark.name }));
}
