// The player: puts the parts together, runs the clock while something moves, and is otherwise idle. Knows no Streamlit and asks no server.
import { arrive } from "./arrivals.js";
import { assemble } from "./assemble.js";
import { ruler } from "./draw/compose.js";
import { cssVariables, palette } from "./draw/theme.js";
import { filmedOf } from "./filmed.js";
import { Frames, pictureOf, scaleOf } from "./frame.js";
import { mix, smooth } from "./geometry.js";
import { fromPlotly, toPlotly } from "./map/camera.js";
import { probe } from "./map/stage.js";
import { Viewpoint } from "./map/viewpoint.js";
import { Talk } from "./talk.js";
import { listen } from "./parts/hands.js";
import { covered, follow } from "./shots.js";
import { download } from "./parts/download.js";
import { openCard } from "./parts/shell.js";
import { extend, litIndex, newClock, play, seek, step, tempoAt, tick } from "./state/clock.js";
import { goesOn, Journey } from "./state/journey.js";
import { marksOf } from "./state/marks.js";
import { agreement, questionOf } from "./state/question.js";
import { headPlace, leaving } from "./state/places.js";
import { READINGS, readingOf, readingOfNew } from "./state/readings.js";
import { texts } from "./words.js";

const NARROW = 720; // pixels: player.css
const READABLE = 20; // pixels, from the last row of a room

/** A player in `root`. options: {base, strings, ground (of readGround), loadPlotly, theme, onEvent, report, scenes, loadScene, served (is there a server that makes pages and tables?), take (see takeaway.js), canDrive, onPainted (after every picture), lesson (docs/lesson.md), notes, sheet (addresses of the teacher's notes and the sheet, or null)}. */
export function createPlayer(root, options) {
  return new Player(root, options);
}

export class Player {
  constructor(
    root,
    {
      strings,
      ground,
      loadPlotly = null,
      theme = {},
      onEvent = () => {},
      onPainted = () => {},
      report = () => null,
      scenes = [],
      loadScene = null,
      canOpen = !loadScene, // is there a scene for each place of a slider?
      base = document.baseURI,
      served = true,
      take = {},
      canDrive = false,
      opening = false,
      lesson = null,
      notes = null,
      sheet = null,
    },
  ) {
    const reduced = matchMedia("(prefers-reduced-motion: reduce)").matches;
    Object.assign(this, {
      ground,
      onEvent,
      onPainted,
      scenes,
      reduced,
      canDrive,
      opening, // is the first sentence of all still to be read?
      offering: opening, // does the road, at its end, invite to something?
      which: 0,
      loads: 0, // scenes so far: the story of another one begins anew
      marks: [],
      journey: new Journey(),
      clock: newClock({ jumps: reduced }),
      slots: new Map(),
      hover: null,
      named: null,
      slide: null, // the flag on its way to another start
      chosen: false, // did somebody choose what the strip reads?
      family: null, // the scene that was read last
      coming: null, // the recorded scene that was asked for and is not there yet
      row: null, // the region that somebody chose to be asked of the crossings
      closed: false,
    });
    this.canOpen = canOpen;
    this.loadScene = loadScene ?? ((entry) => fetch(new URL(entry.url, base)).then((reply) => reply.json()));
    this.say = texts(strings);
    this.means = probe();
    this.talk = new Talk(this, lesson, notes);
    Object.assign(this, assemble(this, root, { strings, report, served, take, sheet }));
    this.frames = new Frames(this, this.shell.overlay.getContext("2d", { willReadFrequently: this.means.software }));
    this.eye = new Viewpoint(ground, {
      size: () => [this.stage.width, this.stage.height],
      covered: () => covered(this),
      moved: (camera) => this.moved(camera),
      motion: (...given) => this.motion(...given),
    });
    this.stage.look(this.eye.camera);
    this.setTheme(theme);
    this.release = listen(this);
    this.watch = new ResizeObserver(() => this.resized());
    for (const element of [this.shell.stage, this.strip.canvas]) this.watch.observe(element);
    this.refresh();
    if (loadPlotly && this.means.webgl) this.mount(loadPlotly);
  }

  /** Plotly takes a second or two to evaluate: first the road is on its way. */
  async mount(loadPlotly) {
    try {
      await new Promise((done) => {
        this.driving = done;
        setTimeout(done, 1500); // or there is no road to wait for
      });
      const Plotly = await loadPlotly();
      if (Plotly && !this.gone) await this.stage.mount(Plotly);
    } catch (error) {
      console.warn("The map is drawn without WebGL:", error);
    }
    this.wake(true);
  }

  // ---- the scene and what arrives for it

  /** play: from the beginning; glide: from where the camera stands, else a scene that does not play is there at once; talk: it is the talk's own. Where less motion is asked for, the first road of a page lies there whole until somebody plays it. */
  load(scene, { play: asked = false, glide = false, talk = false } = {}) {
    const { atlas } = this.ground.meta;
    this.coming = null;
    if (talk) this.aside();
    else this.talk.interrupted();
    if (this.roads.length) this.opening = this.offering = false; // this one is not the first
    if ((scene?.atlas && atlas && scene.atlas !== atlas) || scene?.version < 2) return this.foreign(scene, talk);
    const put = readingOfNew(this.roads, scene?.roads ?? []), // a sign that was put up chooses what is read
      from = goesOn(this.roads, scene?.roads) ? this.journey.last : 0;
    this.journey.load(scene);
    const rests = asked && this.reduced && !this.loads && !this.journey.growing,
      start = asked && !rests;
    for (const name of ["flag", "head"]) this.frames.motion(name, 0, null);
    this.hover = this.slide = this.named = this.row = null;
    this.which = this.roads.some(({ kind }) => kind === "fork") ? leaving(this.roads) : 0; // one goes on from what is new
    this.readout.renew();
    this.tip.show(null);
    this.menu.close();
    this.stretch.clear();
    this.clock = play(
      extend(
        { ...newClock({ jumps: this.reduced }), speed: this.clock.speed },
        this.journey.last,
        this.journey.growing,
      ),
      start,
    );
    this.clock = seek(this.clock, rests ? this.journey.last : from);
    this.text.load(this.roads);
    this.read(this.journey.scene, put);
    this.closed = false;
    openCard(this.shell, false);
    this.mark();
    this.loads++;
    this.readout.refresh();
    follow(this, { hold: start && !this.journey.growing, cut: !start && !glide });
    this.wake(true);
  }

  /** The reading that a scene is about; of a sibling on the same slider, and where a scene names none, what somebody chose stays. put: the reading of a sign that was put up. */
  read({ reading, step, id, variants }, put) {
    const sibling = variants?.items.some((item) => item.id === this.family) ?? false;
    this.family = id;
    if (this.chosen && (reading ? sibling : !put)) return;
    this.chosen = false;
    this.strip.set(READINGS[reading] ? reading : (put ?? readingOf(this.roads, step)));
  }

  /** Another step of the page has opened over a road of one's own. */
  turnTo(step) {
    if (this.chosen) return;
    this.strip.set(readingOf(this.roads, step));
    this.refresh();
  }

  /** A scene of another map: its places would mean nothing on this one, so a sentence stands there instead. */
  foreign({ id, title, step }, talk) {
    const error = this.say("states.other_map");
    this.load({ id, title, step, roads: [{ tokens: [], state: "error", error }] }, { talk });
  }

  /** One message of the stream of a drive, {kind, ...}: arrivals.js. */
  arrive(message) {
    if (!this.talk.misses(message)) arrive(this, message);
  }

  /** What stands on the stage and how it is seen, to be brought back (`bring`). */
  keep() {
    const { journey, clock, which, chosen, family, row, closed, opening, offering, coming, view } = this;
    return { journey, clock, which, chosen, family, row, closed, opening, offering, coming, view, reading: this.strip.reading, eye: this.eye.kept() };
  }

  /** What stands on the stage is kept as it is: something else comes in its place. */
  aside() {
    const { blend } = this.journey;
    this.journey = new Journey();
    this.journey.setBlend(blend);
  }

  bring({ view, reading, eye, clock, ...kept }) {
    Object.assign(this, kept, { clock: { ...clock, playing: false }, hover: null, slide: null, named: null, coming: null, view_: view });
    for (const name of ["head", "flag", "view"]) this.frames.motion(name, 0, null);
    this.tip.show(null);
    this.menu.close();
    this.loads++;
    this.readout.renew();
    this.text.load(this.roads);
    this.setReading(reading);
    this.journey.setBlend(view === "pca" ? 1 : 0);
    this.stage.setBlend(this.journey.blend);
    this.stage.setMarks(this.marks);
    this.mark();
    this.eye.bring(eye);
    this.grown();
  }

  grown() {
    this.clock = extend(this.clock, this.journey.last, this.journey.growing);
    this.refresh();
  }

  setStart(start, comparison = null, label = "") {
    const from = this.own.setStart(start, comparison, label);
    if (from && this.own === this.journey)
      this.motion("flag", 450, (u) => {
        this.slide = u < 1 ? { position: mix(from.position, start.position, smooth(u)), pca: start.pca } : null;
      });
    this.refresh();
  }

  /** Another step of the page has its own subject. */
  tidy() {
    this.own.tidy();
    this.refresh();
  }

  setRegions(names) {
    this.regions_ = names;
    this.mark();
  }

  /** The regions on the stage: the shipped ones that are on or in question, and the signs of this drive. */
  mark() {
    const asked = this.ground.meta.regions[this.question]?.name ?? [],
      names = [...new Set(this.regions.concat(asked))],
      key = JSON.stringify([names, this.journey.signs.map(({ points, ...sign }) => sign)]);
    if (key === this.marked) return;
    this.marked = key;
    this.marks = marksOf(this.ground, names, this.journey.signs, this.say);
    this.stage.setMarks(this.marks);
    this.wake(true);
  }

  setView(view) {
    const from = this.journey.blend,
      to = view === "pca" ? 1 : 0;
    this.view_ = view;
    if (from === to) return;
    this.motion("view", 900, (u) => {
      this.journey.setBlend(from + (to - from) * smooth(u));
      this.stage.setBlend(this.journey.blend);
      // Regions exist on the map alone: gone at the first step away from it, back (or not) at the end.
      if (u === 1 || (from === 0 && u < 0.05)) this.stage.setMarks(this.marks);
    });
  }

  setReading(name) {
    this.strip.set(name);
    this.refresh();
  }
  /** Somebody chooses: from now on the strip stays what they wanted to read. */
  chooseReading(name) {
    this.chosen = true;
    this.setReading(name);
  }

  /** Somebody chooses the region that is asked of the crossings. */
  chooseRow(row) {
    this.row = row;
    this.refresh();
  }

  setTheme(theme) {
    this.theme = theme ?? {};
    this.palette = palette(this.theme);
    for (const [name, value] of Object.entries(cssVariables(this.palette))) this.host.style.setProperty(name, value);
    this.host.dataset.theme = this.palette.dark ? "dark" : "light";
    this.measure = ruler(document.createElement("canvas").getContext("2d"), this.palette.font);
    this.stage.setPalette(this.palette);
    this.refresh();
  }

  // ---- what a test or an adapter may ask

  get roads() {
    return this.journey.roads;
  }
  get time() {
    return this.clock.time;
  }
  get playing() {
    return this.clock.playing;
  }
  /** The token that the head has come to, of the longer road where there are two; -1 for none. */
  get at() {
    return litIndex(this.clock);
  }
  /** The same of road A. */
  get index() {
    return Math.min(this.at, (this.roads[0]?.tokens.length ?? 0) - 1);
  }
  get indices() {
    return this.roads.map((road) => Math.min(this.at, road.tokens.length - 1));
  }
  /** The region that the crossings are asked about, as a row of `inside`, or null. */
  get question() {
    const { roads, regions: shown, row: chosen } = this,
      regions = this.ground.meta.regions.map(({ name }) => name);
    return questionOf({ roads, signs: this.journey.signs, shown, regions, reading: this.strip.reading, chosen });
  }
  /** {count, of}: how many crossings say what the tint of that region says where they lie; null where nothing is asked. */
  get agreement() {
    const { question, marks } = this,
      mark = question == null ? null : marks.find(({ row }) => row === question);
    return mark?.points.length ? agreement(this.ground, this.roads, question, mark.points) : null;
  }
  get picks() {
    return this.frames.picks;
  }
  get boards() {
    return this.frames.boards;
  }
  get motions() {
    return this.frames.motions;
  }
  get framesDrawn() {
    return this.frames.count;
  }
  /** Shipped regions that are drawn: as the page wants, in a talk as its scene does. */
  get regions() {
    const named = this.talk.scened ? (this.journey.scene.regions ?? []) : (this.regions_ ?? []);
    return named.filter((name) => this.ground.meta.regions.some((region) => region.name === name));
  }
  get view() {
    return this.view_ ?? "map";
  }
  camera() {
    return toPlotly(this.eye.camera);
  }
  setCamera(camera) {
    this.eye.put(fromPlotly(camera));
  }
  project(point) {
    return this.stage.projector()(point);
  }
  scene() {
    return { ...this.journey.toScene(), atlas: this.ground.meta.atlas };
  }

  download(blob, name) {
    download(blob, name);
  }

  async picture() {
    return pictureOf(this);
  }

  /** What a film is made of (film/film.js). */
  filmed() {
    return filmedOf(this);
  }

  // ---- moving

  toggle() {
    this.setClock(play(this.clock));
    this.onEvent("play", { playing: this.playing });
  }
  step(by) {
    this.setClock(step(this.clock, by));
  }
  /** To a token; from then on the bar shows the turns of that road. */
  go(index, which = this.which) {
    this.which = which;
    this.setClock({ ...seek(this.clock, index), playing: false });
  }
  chooseWord(road, index) {
    this.go(index, road);
    this.onEvent("word", { road, index });
  }
  setSpeed(speed) {
    this.setClock({ ...this.clock, speed });
  }
  setClock(clock, gliding = false) {
    if (!gliding) this.frames.motion("head", 0, null); // somebody moves it
    this.saying.rests();
    this.clock = clock;
    this.refresh();
  }

  /** The head is driven to a token within that many milliseconds. */
  glide(to, milliseconds) {
    const from = this.clock.time;
    this.setClock({ ...this.clock, playing: false });
    this.motion("head", milliseconds, (u) => {
      this.setClock({ ...seek(this.clock, u < 1 ? from + (to - from) * u : to), playing: false }, true);
    });
  }

  /** The road whose crossing the bar shows. */
  choose(which) {
    this.which = Math.min(which, Math.max(0, this.roads.length - 1));
    this.refresh();
  }

  setFollow(on) {
    this.eye.follow(on, () => this.headPlace());
    this.refresh();
  }
  reset() {
    this.eye.reset();
    this.refresh();
  }

  /** The whole map, or back to what the story shows. */
  seeAll() {
    if (this.eye.wide) this.eye.reset();
    else this.eye.widen();
    this.refresh();
  }

  moved(camera) {
    this.stage.look(camera);
    this.frames.turned();
  }

  /** What the pointer is on: a crossing or a turn, or nothing. */
  pointAt(pick) {
    const before = this.hover;
    this.hover = pick;
    this.named = null;
    if (["index", "road", "candidate"].some((name) => pick?.[name] !== before?.[name])) this.wake(true);
  }
  /** The name on the map that the keys have come to. */
  setNamed(board) {
    this.named = board;
  }

  /** How large type and marks are. */
  get scale() {
    return scaleOf(this.stage, this.present.on);
  }

  /** No type is smaller: pixels, in Present. */
  get least() {
    return this.present.on ? READABLE : 0;
  }

  headPlace() {
    const places = (this.roads[this.which] ?? this.roads[0])?.places;
    return places?.length ? headPlace(places, this.time, this.eased) : null;
  }

  motion(name, milliseconds, apply) {
    this.frames.motion(name, this.reduced ? 1 : milliseconds, apply);
  }

  // ---- the frame

  get eased() {
    return !this.clock.growing && !this.reduced;
  }

  wake(dirty = false) {
    this.frames.wake(dirty);
  }
  paint() {
    this.frames.paint();
  }

  /** Moves the clock on; has it moved? */
  tick(seconds) {
    const { time, playing } = this.clock;
    this.clock = tick(this.clock, seconds, tempoAt(this.roads, litIndex(this.clock)));
    this.saying.tick(seconds);
    if (playing && !this.clock.playing) this.saying.ends();
    return this.clock.time !== time || this.clock.playing !== playing;
  }

  /** A picture is done: once the road is on its way, plotly may take its second or two. */
  painted() {
    if (this.journey.scene.id && this.time > 0.4) this.driving?.();
    this.onPainted();
  }

  // ---- what the other parts show

  refresh() {
    this.mark();
    this.readout.refresh();
    follow(this);
    this.wake(true);
  }

  update() {
    this.readout.update();
    follow(this);
  }

  announce(text) {
    this.shell.live.textContent = text;
  }

  /** What is to be seen too, for some seconds. */
  notify(text) {
    const { told } = this.shell;
    this.announce(text);
    told.textContent = text;
    told.hidden = false;
    clearTimeout(this.telling);
    this.telling = setTimeout(() => (told.hidden = true), 6000);
  }

  /** What the page around is about: the roads on the stage, in a talk those that are kept. */
  get own() {
    return this.talk.scened && this.talk.kept ? this.talk.kept.journey : this.journey;
  }

  // ---- what people do (keys and pointer: hands.js)

  closeCard() {
    this.closed = true;
    this.shell.stage.focus({ preventScroll: true });
    this.refresh();
  }

  /** Opens a recorded scene; `at`: the token at which it stands then. */
  async open(entry, at = 0) {
    if (!entry || entry.id === this.opened) return;
    this.coming = entry.id;
    try {
      const scene = await this.loadScene(entry);
      if (this.coming !== entry.id) return; // something else was asked for meanwhile
      this.load(scene, { glide: true });
      if (at) this.go(at);
      this.onEvent("scene", { id: entry.id });
    } catch {
      if (this.coming !== entry.id) return;
      this.coming = null;
      this.notify(this.say("states.scene_failed"));
    }
  }

  /** A scene is on its way, or no longer. */
  expect(id) {
    this.coming = id;
  }

  /** Where a recorded scene is fetched. */
  entryOf(id) {
    return this.scenes.find((entry) => entry.id === id) ?? { id, url: `mm/scene/${id}.json` };
  }

  /** The scene on the stage, or the one that is on its way there. */
  get opened() {
    return this.coming ?? this.journey.scene.id;
  }

  fullScreen() {
    if (document.fullscreenElement) document.exitFullscreen();
    else this.host.requestFullscreen?.().catch(() => {});
  }

  resized() {
    this.lesson.place(this.shell.stage, this.host.clientWidth <= NARROW);
    this.readout.resized();
    this.stage.resize();
    if (this.stage.width) this.eye.refit();
    this.refresh();
  }

  destroy() {
    this.gone = true;
    this.frames.stop();
    this.readout.destroy();
    this.eye.destroy();
    this.release();
    this.saying.rests();
    this.present.destroy();
    this.talk.destroy();
    this.take.destroy();
    clearTimeout(this.telling);
    this.menu.destroy();
    this.watch.disconnect();
    this.stage.destroy();
    this.host.remove();
  }
}
