// A talk: a lesson beat by beat, or a road token by token and scene after scene. What stood on the stage before comes back when it ends. Decides what is next; the player shows it.
import { arrive } from "./arrivals.js";
import { driveTime, headAt, stopAt, stopsOf } from "./state/talk.js";

const STORE = "mind-map-lesson";

/** Owns where the talk is. It is on while a lesson is open (touring) or Present is. */
export class Talk {
  /** lesson: {title, hash, beats, scenes} or null; notes: address of the teacher's notes, or null. */
  constructor(player, lesson, notes) {
    Object.assign(this, { player, lesson, notes, stops: stopsOf(lesson?.beats ?? []), at: 0, part: "told" });
    Object.assign(this, { touring: false, detour: false, fromTour: false, begun: false, held: false });
    Object.assign(this, { kept: null, missed: [], staged: false, scenes: new Map(), going: 0, window: null });
  }

  /** Is it the lesson that goes on with the next key? A road of the room's own comes between. */
  get inLesson() {
    return this.touring && !this.detour;
  }
  get stop() {
    return this.stops[this.at];
  }
  get beat() {
    return this.inLesson ? this.lesson.beats[this.stop.beat] : null;
  }
  /** Is the next token covered now? */
  get covering() {
    return this.inLesson ? this.stop.part === "covered" : this.player.present.on && this.part === "covered";
  }
  /** Does a scene of the talk stand on the stage? */
  get scened() {
    return this.staged;
  }
  /** Is nothing to be seen of what comes after the head? */
  get hiding() {
    return this.player.present.on || this.covering;
  }
  /** Does F5 start the talk? Without a lesson, and where no talk has been held, it loads the page anew, as ever. */
  get armed() {
    return Boolean(this.lesson) || this.held;
  }

  // ---- beginning and end

  /** Opens the lesson where it was left, or leaves it. */
  tour(on = !this.touring) {
    if (on === this.touring || !this.lesson) return;
    if (!on) return this.leave();
    this.begin();
    Object.assign(this, { touring: true, detour: false });
    this.to(this.place());
    this.player.lesson.focus();
  }

  leave() {
    this.touring = false;
    if (this.player.present.on) this.part = "told";
    else {
      this.end();
      this.player.shell.stage.focus({ preventScroll: true });
    }
    this.refresh();
  }

  /** Present is on, or off again. F5 opens the lesson along with it. */
  presented(on, withLesson = false) {
    if (on) {
      this.fromTour = this.touring;
      this.begin();
      Object.assign(this, { held: true, part: "told" });
      if (withLesson) this.tour(true);
    } else {
      if (!this.fromTour) this.touring = false;
      if (!this.touring) this.end();
    }
    this.refresh();
  }

  begin() {
    if (this.begun) return;
    this.begun = true;
    this.kept = this.player.keep();
    this.player.onEvent("talk", { on: true });
  }

  /** The stage as it was, with what has arrived for it meanwhile. */
  end() {
    if (!this.begun) return;
    const { kept, missed, player } = this;
    Object.assign(this, { begun: false, kept: null, missed: [], staged: false, detour: false });
    this.going++;
    if (kept) player.bring(kept);
    for (const message of missed) arrive(player, message);
    player.onEvent("talk", { on: false, back: !kept }); // the page knows what stood here
  }

  /** Something else was put on the stage, by the page around: the lesson gives way; in Present it waits. */
  interrupted() {
    if (!this.begun) return;
    if (this.kept) {
      this.player.journey.setOld(this.kept.journey.past);
      this.player.setView(this.kept.view);
      this.player.eye.giveBack(this.kept.eye);
    }
    Object.assign(this, { missed: [], staged: false });
    this.kept = null;
    this.going++;
    if (this.player.present.on) Object.assign(this, { detour: this.touring, part: "told" });
    else {
      Object.assign(this, { touring: false, begun: false });
      this.player.onEvent("talk", { on: false, back: false });
    }
    this.refresh();
  }

  /** Takes a message for roads that are not on the stage now. */
  misses(message) {
    if (!this.staged) return false;
    if (this.kept) this.missed.push(message);
    return true;
  }

  // ---- the way through

  next() {
    const { player, stops } = this;
    if (this.inLesson) return this.at + 1 < stops.length ? this.to(this.at + 1) : this.done();
    if (this.part === "covered") {
      this.part = "told";
      player.step(1);
    } else if (player.clock.time < player.clock.last) {
      if (player.playing) player.toggle();
      this.part = "covered";
    } else if (player.journey.state === "running") return; // more is to come
    else if (this.detour) return this.resume();
    else return this.scene(1);
    this.refresh();
  }

  back() {
    const { player } = this;
    if (this.inLesson) return this.at ? this.to(this.at - 1, { driven: false }) : null;
    if (this.part === "covered") this.part = "told";
    else if (player.clock.time > 0) {
      this.part = "covered";
      player.step(-1);
    } else if (this.detour) return this.resume();
    else return this.scene(-1);
    this.refresh();
  }

  /** The lesson is over. */
  done() {
    if (this.player.present.on) return this.player.announce(this.player.say("lesson.over"));
    this.keep({});
    this.tour(false);
  }

  /** Back to the lesson from a road of the room's own. */
  resume() {
    this.detour = false;
    return this.to(this.at, { driven: false });
  }

  /** The next recorded scene, from its beginning; the one before, at its end. */
  async scene(by) {
    const { player } = this,
      list = player.scenes;
    if (!list.length) return;
    const found = list.findIndex(({ id }) => id === player.opened),
      at = found < 0 ? (by > 0 ? 0 : list.length - 1) : Math.min(list.length - 1, Math.max(0, found + by));
    if (at === found) return;
    if (await this.put(list[at].id, by > 0 ? 0 : Infinity)) this.part = "told";
    this.refresh();
  }

  /** To a stop of the lesson. driven: may the road be driven there? */
  async to(at, { driven = true } = {}) {
    const { player, lesson, at: before } = this,
      { beat, part } = this.stops[at],
      shown = lesson.beats[beat];
    this.at = at;
    this.detour = false;
    this.keep({ beat: shown.id, part });
    this.refresh();
    this.tell(shown.id);
    const there = !player.coming && player.opened === shown.scene;
    if (!there && !(await this.put(shown.scene, null))) return this.failed(at, before);
    const to = headAt(shown, part, player.clock.last),
      from = there ? player.at : 0;
    if (shown.reading) player.setReading(shown.reading);
    player.setView(shown.view ?? "map");
    player.eye.lend(shown.camera);
    player.choose(shown.road ?? 0);
    player.glide(to, driven ? driveTime(from, to) : 0);
    this.ahead();
    this.refresh();
  }

  /** A scene could not be fetched: the card says again what the stage shows, if nothing else was asked for meanwhile. */
  failed(at, before) {
    if (this.at !== at || !this.begun || this.player.coming) return;
    this.at = before;
    this.refresh();
  }

  /** Puts a recorded scene on the stage; is it there, and nothing else was asked for meanwhile? */
  async put(id, time) {
    const { player } = this,
      going = ++this.going;
    player.expect(id);
    try {
      const scene = await this.fetched(id);
      if (going !== this.going) return false;
      this.staged = true;
      player.load(scene, { glide: true, talk: true });
      if (time != null) player.go(time);
      return true;
    } catch {
      if (going !== this.going) return false;
      player.expect(null);
      player.notify(player.say("states.scene_failed"));
      return false;
    }
  }

  /** A scene of the lesson is fetched once. */
  fetched(id) {
    const { player, scenes, lesson } = this;
    if (lesson?.scenes && Object.hasOwn(lesson.scenes, id)) return Promise.resolve(lesson.scenes[id]); // the teacher's own
    if (!scenes.has(id)) {
      const loading = player.loadScene(player.entryOf(id));
      loading.catch(() => scenes.delete(id)); // it is tried again
      scenes.set(id, loading);
    }
    return scenes.get(id);
  }

  /** The scenes that are still to come: what is here cannot be lost with the network. */
  ahead() {
    for (const { scene } of this.lesson.beats) this.fetched(scene).catch(() => {});
  }

  // ---- what is remembered and shown

  place() {
    try {
      const place = JSON.parse(localStorage.getItem(STORE) ?? "{}") ?? {};
      return place.lesson === this.lesson.title ? stopAt(this.stops, this.lesson.beats, place) : 0; // another lesson begins at its beginning
    } catch {
      return 0; // no storage here, or not ours
    }
  }

  keep(place) {
    try {
      localStorage.setItem(STORE, JSON.stringify({ lesson: this.lesson.title, ...place }));
    } catch {
      /* no storage here: the place lives as long as the player */
    }
  }

  /** The teacher's notes, in a window of their own. It says when it is there, and hands on what is pressed while it is in front. */
  openNotes() {
    this.window = window.open(this.notes, "mind-map-notes", "width=880,height=900");
    if (!this.window) return this.player.notify(this.player.say("lesson.no_window"));
    this.listening ??= (event) => this.heard(event);
    addEventListener("message", this.listening);
  }

  heard({ source, data }) {
    if (!source || source !== this.window) return;
    if (data?.kind === "mindmap:notes" && this.beat) this.tell(this.beat.id);
    if (data?.kind === "mindmap:press") this.player.present.press(String(data.key));
  }

  destroy() {
    this.going++; // what is on its way finds nobody
    if (this.listening) removeEventListener("message", this.listening);
  }

  tell(beat) {
    this.window?.postMessage?.({ kind: "mindmap:beat", beat }, "*");
  }

  /** A guess of the room: 0 to 2. */
  guess(number) {
    if (this.covering) this.player.guess.vote(number);
  }

  /** The card and the row of guesses, as the talk stands. */
  refresh() {
    this.card();
    this.player.refresh(); // and the guesses with it
  }

  card() {
    const { player, inLesson, stops } = this;
    if (!this.touring && !player.present.on) return player.lesson.hide();
    player.lesson.show({
      beat: this.beat,
      part: inLesson ? this.stop.part : this.part,
      at: inLesson ? this.stop.beat + 1 : null,
      of: inLesson ? this.lesson.beats.length : null,
      first: inLesson && this.at === 0,
      last: inLesson && this.at + 1 === stops.length && !player.present.on,
    });
  }

  /** The token that is guessed at, or was. */
  guesses() {
    const { player, beat, covering } = this,
      which = beat?.road ?? player.which,
      at = covering ? player.at + 1 : player.at,
      key = `${player.opened}/${which}/${at}`,
      told = beat ? beat.cover : player.present.on && player.guess.asked(key), // what nobody guessed at has its turns below
      there = !beat || player.at === headAt(beat, this.stop.part, player.clock.last), // not on the way to it
      token = there && (covering || told) ? (player.roads[which]?.tokens[at] ?? null) : null;
    player.guess.show({ token, key, covered: covering });
  }
}
