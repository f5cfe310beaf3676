// What the parts around the map show of the token at the head, and what happens once the head has come to rest.
import { litIndex } from "../state/clock.js";
import { isCut } from "../state/journey.js";
import { offered } from "./deeds.js";
import { stateWords } from "./notices.js";
import { momentsOf } from "../state/saying.js";
import { nearWords } from "../state/marks.js";
import { percent, visible } from "../words.js";

const OPENING = 9; // tokens for which the first sentence of all stands on the stage: then the picture is the road's (state/story.js)
const INSET = 172; // pixels of the stage, from below, that the inset takes (player.css)
const REST = 300; // milliseconds: less, and every step through a road would ask for turns that nobody looks at

/** What the rules of the sentence are told of a journey. */
function sceneOf({ journey, ground, regions }) {
  const shipped = ground.meta.regions.map(({ name }, row) => ({ row, name })),
    { references } = ground.meta,
    { roads, partsAt, apart, signs, comparison, comparedFrom: from, typed } = journey;
  const put = signs.map(({ name }, i) => ({ row: shipped.length + i, name }));
  const rows = [...shipped.filter(({ name }) => regions.includes(name)), ...put];
  return { roads, partsAt, apart, signs, rows, comparison, from, typed: Boolean(typed), references };
}

/** The region in question as it is told of: {name, row, roads, agreement}, or null. */
function askedOf({ question: row, marks, roads, agreement }) {
  const mark = marks.find((one) => row != null && one.row === row);
  return mark ? { name: mark.title, row, roads, agreement } : null;
}

/** Owns what it remembers between two calls: the token that is lit, whether the scene is new, where the controls lie. */
export class Readout {
  constructor(player) {
    Object.assign(this, { player, lit: null, fresh: false, boxes: null, moments: [], known: "" });
    Object.assign(this, { resting: 0, restsAt: null, told: false }); // the timer of a head at rest, where it rests, and whether that was told
  }

  /** Another scene: the bar of the crossing goes along with it. */
  renew() {
    this.fresh = true;
    this.lit = null;
    this.known = "";
    this.player.saying.renew();
  }

  /** The stage or its controls have another size. */
  resized() {
    this.boxes = null;
  }

  /** Up to date again, whatever stands there. */
  refresh() {
    this.lit = null;
    this.mark();
    this.update();
  }

  /** What is marked on the roads, once more where they have grown. */
  mark() {
    const { roads, partsAt, scene } = this.player.journey,
      known = [scene.id, partsAt, ...roads.map(({ tokens }) => tokens.length)].join("/");
    if (known === this.known) return;
    this.known = known;
    this.moments = momentsOf(sceneOf(this.player));
  }

  /** Brings text line, transport, strip and notices up to date, if the lit token or anything that they show has changed. */
  update() {
    const { player } = this,
      { indices, clock } = player,
      lit = `${indices}/${clock.playing}/${player.which}/${player.talk.hiding}`;
    if (lit === this.lit || !player.palette || !player.eye) return;
    this.lit = lit;
    player.text.light(indices, player.talk.hiding);
    player.talk.guesses(); // about the token after the head, or at it
    player.text.cut(player.roads);
    const { which } = player,
      token = player.roads[which]?.tokens[indices[which]],
      count = player.journey.last + 1,
      index = litIndex(clock),
      named = player.roads.length > 1 ? "AB"[which] : null;
    player.transport.update({ playing: clock.playing, index, count, token, named, following: player.eye.following });
    const { roads, palette } = player,
      { signs } = player.journey;
    const { question } = player;
    const { hiding } = player.talk;
    player.strip.update({ roads, signs, indices, question, time: Math.max(0, index), count, palette, hiding, large: player.present.on });
    this.crossing(indices);
    this.tell();
    this.rest();
  }

  /** The bar of the crossing at the head of one road. */
  crossing(indices) {
    const { which, roads, clock, crossing } = this.player,
      road = roads[which],
      index = indices[which] ?? -1,
      before = road?.tokens.slice(Math.max(0, index - 8), Math.max(0, index));
    crossing.update({
      road: which,
      index,
      token: road?.tokens[index] ?? null,
      before: before?.map(({ text }) => text).join(""),
      named: roads.length > 1,
      playing: clock.playing,
      ends: this.ends(index),
      fresh: this.fresh,
    });
    this.fresh = false;
  }

  /** Does the head stand at an end from which roads can go on? */
  ends(index) {
    const { journey, roads, which } = this.player;
    return !journey.growing && roads.some(isCut) && index >= 0 && index === roads[which].tokens.length - 1;
  }

  tell() {
    const { player } = this,
      { say, shell, journey, variants, canOpen, closed, clock } = player,
      [words, wrong] = stateWords(say, journey),
      { title = "", note = "" } = journey.scene;
    const told = { words, wrong, running: player.roads.some(({ state }) => state === "running"), playing: clock.playing, offer: offered(player) };
    player.saying.update(sceneOf(player), litIndex(clock), told);
    const { hiding, begun } = player.talk,
      ended = litIndex(clock) >= clock.last;
    if (hiding && !ended) player.counted.update(null, null); // what is counted on whole roads gives their ending away
    else player.counted.update(askedOf(player), journey, player.stage.width < 560);
    shell.tell({ title, note, closed, talk: begun, opening: player.opening && !begun && litIndex(clock) < Math.min(OPENING, clock.last) });
    variants.show(journey.scene, canOpen);
    this.give();
    this.boxes = null; // other words take other room
  }

  /** On a low stage a tall card needs the room of the inset. */
  give() {
    const { shell, inset, stage } = this.player,
      { card } = shell;
    inset.element.hidden = !card.hidden && card.offsetTop + card.offsetHeight > stage.height - INSET;
  }

  /** Once the head has come to rest, also while the road grows on: asks for the turns that are not known yet, and tells a screen reader where it stands. What could not be known is asked for again with the next news of a road that is over. */
  rest() {
    const { clock, indices, which, loads, journey, roads } = this.player,
      at = clock.playing ? null : `${loads}/${which}/${indices}/${journey.growing}`,
      fresh = at !== this.restsAt;
    if (fresh) {
      clearTimeout(this.resting);
      Object.assign(this, { restsAt: at, resting: 0, told: false });
    }
    const missing = !journey.growing && roads.some(({ tokens, spurs }, i) => tokens[indices[i]] && !spurs[indices[i]]);
    if (at && !this.resting && (fresh || missing)) this.resting = setTimeout(() => this.rested(), REST);
  }

  rested() {
    const { player, told } = this;
    Object.assign(this, { resting: 0, told: true });
    player.roads.forEach((road, which) => {
      const index = player.indices[which],
        token = road.tokens[index];
      if (!token) return;
      if (!road.spurs[index]) player.onEvent("rest", { road: which, index });
      if (which === player.which && !told)
        player.announce(
          `${player.say("stage.at", {
            n: index + 1,
            m: road.tokens.length,
            token: visible(token.text, token.end),
            p: percent(token.probability),
            name: nearWords(player.say, token),
          })} ${player.saying.words}`,
        );
    });
  }

  /** Boxes of the stage's own controls: names on the map keep out of them. */
  controlBoxes() {
    this.boxes ??= this.boxesOf(this.player.shell.controls);
    return this.boxes;
  }

  /** Where elements that are seen lie on the stage, with a little room around. */
  boxesOf(nodes) {
    const home = this.player.shell.stage.getBoundingClientRect();
    return nodes
      .map((node) => node.getBoundingClientRect())
      .filter((box) => box.width)
      .map((box) => [
        box.left - home.left - 6,
        box.top - home.top - 4,
        box.right - home.left + 6,
        box.bottom - home.top + 4,
      ]);
  }

  destroy() {
    clearTimeout(this.resting);
  }
}
