// What the parts around the map show of the token at the head, and what happens once the head has come to rest.
import { litIndex } from "../state/clock.js";
import { el } from "./dom.js";
import { lines, stateWords } from "./notices.js";
import { percent, visible } from "../words.js";

const REST = 300;

/** Brings text line, transport, strip and notices up to date, if the lit token or anything that they show has changed. */
export function update(player) {
  const { indices, clock } = player,
    lit = `${indices}/${clock.playing}/${player.which}`;
  if (lit === player.lit || !player.palette || !player.eye) return;
  player.lit = lit;
  player.text.light(indices, player.present.on);
  player.text.cut(player.roads);
  const { which } = player,
    token = player.roads[which]?.tokens[indices[which]],
    count = player.journey.last + 1,
    index = litIndex(clock),
    named = player.roads.length > 1 ? "AB"[which] : null;
  player.transport.update({ playing: clock.playing, index, count, token, named, following: player.eye.following });
  const { roads, palette } = player,
    { signs } = player.journey;
  player.strip.update({ roads, signs, indices, time: Math.max(0, index), count, palette });
  crossing(player, indices);
  tell(player, indices);
  rest(player);
}

/** The bar of the crossing at the head of one road. */
function crossing(player, indices) {
  const { which, roads, clock } = player,
    road = roads[which],
    index = indices[which] ?? -1,
    before = road?.tokens.slice(Math.max(0, index - 8), Math.max(0, index));
  player.crossing.update({
    road: which,
    index,
    token: road?.tokens[index] ?? null,
    before: before?.map(({ text }) => text).join(""),
    named: roads.length > 1,
    playing: clock.playing,
    fresh: player.fresh,
  });
  player.fresh = false;
}

function tell(player, indices) {
  const { shell, journey } = player,
    [words, wrong] = stateWords(player.say, journey, indices),
    said = lines(player.say, journey, player.stage.width);
  shell.words.textContent = words ?? "";
  shell.notice.hidden = !words;
  shell.notice.classList.toggle("wrong", wrong);
  shell.words.setAttribute("role", wrong ? "alert" : "status");
  shell.stop.hidden = journey.state !== "running";
  shell.compare.hidden = !said.length;
  if (shell.said !== said.join("\n")) shell.compare.replaceChildren(...said.map((text) => el("p", { text })));
  shell.said = said.join("\n");
  shell.title.textContent = journey.scene.title ?? "";
  shell.note.textContent = journey.scene.note ?? "";
  player.variants.show(journey.scene, player.canOpen);
  shell.card.hidden = player.closed || !(journey.scene.title || journey.scene.note);
  player.boxes = null;
}

/** 300 ms after the head has come to rest: asks for the turns that are not known yet, and tells a screen reader where it stands. */
function rest(player) {
  clearTimeout(player.resting);
  if (player.clock.playing) return;
  player.resting = setTimeout(
    () =>
      player.roads.forEach((road, which) => {
        const index = player.indices[which],
          token = road.tokens[index];
        if (!token) return;
        if (!road.spurs[index]) player.onEvent("rest", { road: which, index });
        if (which === 0)
          player.announce(
            player.say("stage.at", {
              n: index + 1,
              m: road.tokens.length,
              token: visible(token.text, token.end),
              p: percent(token.probability),
              name: token.neighbourhood ?? "",
            }),
          );
      }),
    REST,
  );
}

/** Boxes of the stage's own controls: names on the map keep out of them. */
export function controlBoxes(player) {
  if (!player.boxes) {
    const home = player.shell.stage.getBoundingClientRect();
    player.boxes = player.shell.controls
      .map((node) => node.getBoundingClientRect())
      .filter((box) => box.width)
      .map((box) => [
        box.left - home.left - 6,
        box.top - home.top - 4,
        box.right - home.left + 6,
        box.bottom - home.top + 4,
      ]);
  }
  return player.boxes;
}
