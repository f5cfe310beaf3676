// What the player shows, as data: the scene, its roads as they grow, where each crossing lies. No DOM, no time.
import { mix } from "../geometry.js";
import { placesOf } from "./places.js";

const GHOSTS = 6; // the oldest fade and go, or a long evening of typing would cover the map

/** The text of some tokens. */
export const said = (tokens) => tokens.map(({ text }) => text).join("");

const samePlace = (a, b) => a.every((value, axis) => Math.abs(value - b[axis]) < 1e-3);

const ghostOf = ({ position, pca }, label) => ({ position, pca: pca ?? null, label: label ?? "" });

/** Before version 0.2 a scene did not say which candidates end the answer: a candidate is one token, and of those only special ones are spelled "<|…|>". */
const SPECIAL = /^<\|.+\|>$/;

/** Tokens as they come from a scene or a stream, old or new: every candidate says whether it ends the answer. The one place where that is asked of its text. */
const read = (tokens) =>
  (tokens ?? []).map((token) => ({
    ...token,
    candidates: (token.candidates ?? []).map((turn) => ({ ...turn, end: turn.end ?? SPECIAL.test(turn.text) })),
  }));

/** Do these roads begin under different system prompts? */
const twoStarts = (roads) => new Set(roads.map(({ system }) => system ?? null)).size > 1;

/** Does a road end here although it had more to say? */
export const isCut = ({ state, tokens }) =>
  (state === "done" || state === "stopped") && tokens.length > 0 && !tokens.at(-1).end;

/** Do roads go on from where other ones ended: the same tokens, and more to come? */
export function goesOn(before, after) {
  if (!before.length || before.length !== after?.length || !after.some(({ state }) => state === "waiting")) return false;
  return before.every(({ tokens }, which) => {
    const longer = after[which].tokens ?? [];
    return tokens.length > 0 && tokens.every(({ id }, i) => id === longer[i]?.id);
  });
}

export class Journey {
  constructor() {
    this.blend = 0;
    this.load(null);
  }

  load(scene) {
    const before = this.standing();
    this.scene = scene ?? {
      version: 2,
      id: "",
      title: "",
      note: "",
      step: "",
      roads: [],
      parts_at: null,
      ghosts: [],
      old: [],
      comparison: null,
      caption: "",
    };
    this.roads = (this.scene.roads ?? []).slice(0, 2).map((road) => ({
      ...road,
      tokens: read(road.tokens),
      spurs: { ...road.spurs },
      state: road.state ?? "done",
    }));
    this.partsAt = this.scene.parts_at ?? null;
    this.ghosts = [...(this.scene.ghosts ?? [])];
    this.comparison = this.scene.comparison ?? null;
    this.signs = [...(this.scene.signs ?? [])];
    this.apart = this.scene.apart ?? null;
    this.past ??= [];
    this.keep(before);
    this.startLabel = this.roads[0]?.system ?? "";
    this.typed = null;
    this.progress = null;
    this.settle();
  }

  /** What was only left over goes: rings and arrow of a flag that was moved. Those of the scene itself stay. */
  tidy() {
    this.ghosts = [...(this.scene.ghosts ?? [])];
    this.comparison = this.scene.comparison ?? null;
    this.kept = this.typed = null;
  }

  /** Where a drive would begin, with what was measured about it: the flag that was typed, else that of road A. */
  standing() {
    const start = this.roads?.[0]?.start,
      { ghosts, comparison, typed } = this;
    if (!typed) return start ? { position: start.position, ghosts, comparison } : null;
    return { position: typed.start.position, ghosts: [...ghosts, ghostOf(start, this.roads[0].system)], comparison };
  }

  /** A road of one's own that begins where the flag stands keeps the flag's ghosts and comparison, unless its scene brings its own or has two starts; where its start is not known yet, they wait for it. */
  keep(before) {
    const { roads } = this,
      start = roads[0]?.start?.position;
    this.kept = null;
    if (!before || this.scene.title || !roads.length || twoStarts(roads) || this.ghosts.length || this.comparison) return;
    if (!start) this.kept = before;
    else if (samePlace(start, before.position))
      Object.assign(this, { ghosts: [...before.ghosts], comparison: before.comparison });
  }

  /** Grey roads: those of the scene, then those that the page remembers. */
  get old() {
    return [...(this.scene.old ?? []), ...this.past];
  }

  /** Grey roads in the view that is shown; one that is known on the map only is left out of the other view. */
  oldPlaces() {
    const { blend, old } = this;
    if (blend <= 0) return old;
    return old
      .filter(({ positions, pca }) => pca?.length === positions.length)
      .map((road) => ({ ...road, positions: road.positions.map((place, i) => mix(place, road.pca[i], blend)) }));
  }

  ghostPlaces() {
    const { blend, ghosts } = this;
    return ghosts
      .filter(({ pca }) => blend <= 0 || pca)
      .map(({ position, pca, label }) => ({ place: blend > 0 ? mix(position, pca, blend) : position, label }));
  }

  /** Places anew after tokens, the start or the view have changed. */
  settle(which = null) {
    this.roads.forEach((road, i) => {
      if (which == null || which === i) road.places = placesOf(road.tokens, this.blend);
    });
  }

  get last() {
    return Math.max(-1, ...this.roads.map((road) => road.tokens.length - 1));
  }
  get growing() {
    return this.roads.some((road) => road.state === "running" || road.state === "waiting");
  }
  get state() {
    return (
      ["error", "waiting", "running", "stopped"].find((name) => this.roads.some((road) => road.state === name)) ??
      "done"
    );
  }
  get error() {
    return this.roads.find((road) => road.error)?.error ?? null;
  }

  /** Adds tokens from index `from` on; what is known already is skipped, so that a resumed stream may repeat itself. Returns what was added. */
  append(which, from, tokens) {
    const road = this.roads[which];
    if (!road || from > road.tokens.length) return [];
    const fresh = read(tokens.slice(road.tokens.length - from));
    road.tokens.push(...fresh);
    road.places.push(...placesOf(fresh, this.blend));
    if (road.state === "waiting") road.state = "running";
    return fresh;
  }

  setRoad(which, road) {
    this.roads[which] = { spurs: {}, state: "running", ...road, tokens: read(road.tokens) };
    this.settle(which);
    if (which === 0 && this.kept && this.roads[0].start) this.keep(this.kept);
  }

  /** The view between map (0) and PCA (1): every place follows it. */
  setBlend(blend) {
    this.blend = blend;
    this.settle();
  }

  setProgress(message) {
    this.progress = message;
  }
  setParts(at) {
    this.partsAt = at;
  }
  setSigns(signs) {
    this.signs = signs ?? [];
  }
  setApart(apart) {
    this.apart = apart ?? null;
  }
  setCaption(caption) {
    this.scene = { ...this.scene, caption };
  }
  /** Grey roads that the page remembers from drives before this one. */
  setOld(roads) {
    this.past = roads ?? [];
  }

  setGrip(which, from, values) {
    const road = this.roads[which];
    values.forEach((value, k) => {
      if (road?.tokens[from + k]) road.tokens[from + k] = { ...road.tokens[from + k], grip: value };
    });
  }

  setState(which, state, error = null) {
    const road = this.roads[which];
    if (!road) return;
    Object.assign(road, { state, error });
    if (state === "waiting" && error) this.progress = error;
  }

  setSpurs(which, index, positions) {
    const road = this.roads[which];
    if (road && positions?.every((point) => point.every(Number.isFinite))) road.spurs[index] = positions;
  }

  /**
   * A new start: the flag there was becomes the latest ghost, unless they are the same. The flag of a road stays with it: what is typed has a
   * flag of its own, until it is driven. Returns where the flag comes from, or null.
   */
  setStart(start, comparison, label) {
    const road = this.roads[0] ?? (this.setRoad(0, { label: "A", kind: "start", state: "done" }), this.roads[0]);
    const driven = road.start && (road.tokens.length > 0 || road.state !== "done"),
      from = this.typed?.start ?? road.start ?? null;
    if (from && samePlace(from.position, start.position)) return null; // measured for a road that has arrived meanwhile
    if (from && (this.typed || !driven))
      this.ghosts = [...this.ghosts, ghostOf(from, this.typed?.label ?? this.startLabel)].slice(-GHOSTS);
    if (!driven) Object.assign(road, { start });
    const back = driven && samePlace(road.start.position, start.position);
    Object.assign(this, {
      typed: driven && !back ? { start, label: label ?? "" } : null,
      comparison: back ? null : (comparison ?? null),
      startLabel: label ?? "",
    });
    return from;
  }

  /** From which system prompt the comparison of the starts is made: that of road A where another is typed (null: the template's own), else of the last ghost. "" for an empty one, and where nothing is compared. */
  get comparedFrom() {
    if (!this.comparison) return "";
    return this.typed ? (this.roads[0].system ?? null) : (this.ghosts.at(-1)?.label ?? "");
  }

  /** The turns at the head of each road, as data points with the token that was chosen there. */
  turns(indices, labelled) {
    return this.roads.flatMap((road, which) => {
      const index = indices[which],
        token = road.tokens[index],
        tips = road.spurs[index];
      if (!token || !tips) return [];
      return [{ road: which, index, token, tips, head: road.places[index], taken: token.id, labelled }];
    });
  }

  /** The scene as it stands now: what is saved. */
  toScene() {
    const roads = this.roads.map(({ places, ...road }) => ({
      ...road,
      start: road.start ?? null,
      state: road.state === "running" || road.state === "waiting" ? "stopped" : road.state, // nothing will go on in it
      text: said(road.tokens),
    }));
    const { partsAt, signs, apart, old, typed } = this,
      { ghosts, comparison } = typed ? { ghosts: [], comparison: null } : this; // what is typed is no part of it yet
    return { ...this.scene, roads, parts_at: partsAt, ghosts, comparison, signs, apart, old };
  }
}
