// The player: puts the parts together, runs the clock while something moves, and is otherwise idle. Knows no Streamlit and asks no server.
import { fromPlotly, toPlotly, turn, zoom } from "./camera.js";
import { extend, litIndex, newClock, play, seek, step, tick } from "./clock.js";
import { compose, flagsOf, ruler } from "./compose.js";
import { control } from "./controls.js";
import { texts, visible, percent } from "./dom.js";
import { mix, smooth } from "./geometry.js";
import { draw } from "./ink.js";
import { Journey } from "./journey.js";
import { Panel } from "./panel.js";
import { pickAt, Tip } from "./pick.js";
import { renderPicture } from "./picture.js";
import { Present } from "./present.js";
import { headPlace } from "./road.js";
import { download, SaveMenu } from "./save.js";
import { comparisonWords, makeShell, stateWords } from "./shell.js";
import { probe, resizeTo, Stage } from "./stage.js";
import { Strip } from "./strip.js";
import { Table } from "./table.js";
import { TextLine } from "./textline.js";
import { cssVariables, LIGHT, palette } from "./theme.js";
import { Transport } from "./transport.js";
import { Viewpoint } from "./viewpoint.js";

const REST = 300;

/** A player in `root`. options: {base, strings, ground (of readGround), loadPlotly, theme, onEvent, report, scenes, loadScene, canSavePage}. */
export function createPlayer(root, options) {
  return new Player(root, options);
}

export class Player {
  constructor(root, { strings, ground, loadPlotly = null, theme = {}, onEvent = () => {}, report = () => null, scenes = [], loadScene = null, base = document.baseURI, canSavePage = true }) {
    const reduced = matchMedia("(prefers-reduced-motion: reduce)").matches;
    Object.assign(this, { ground, onEvent, scenes, reduced, journey: new Journey(), clock: newClock({ jumps: reduced }), slots: new Map(), motions: new Map(), picks: [], hover: null, framesDrawn: 0 });
    this.loadScene = loadScene ?? ((entry) => fetch(new URL(entry.url, base)).then((reply) => reply.json()));
    this.say = texts(strings);
    this.means = probe();
    this.build(root, strings, report, canSavePage);
    this.eye = new Viewpoint(ground, { size: () => [this.stage.width, this.stage.height], moved: (camera) => this.moved(camera), motion: (...given) => this.motion(...given) });
    this.stage.look(this.eye.camera);
    this.setTheme(theme);
    this.refresh();
    if (loadPlotly && this.means.webgl) this.arrive(loadPlotly);
  }

  // ---- assembly

  build(root, strings, report, canSavePage) {
    const { say } = this;
    this.transport = new Transport(say, { toggle: () => this.toggle(), step: (by) => this.step(by), seek: (index) => this.go(index), speed: (value) => this.setSpeed(value), follow: () => this.setFollow(!this.eye.following) });
    this.text = new TextLine(say, (road, index) => { this.go(index); this.onEvent("word", { road, index }); });
    this.strip = new Strip(say, this.ground.meta.regions.map(({ name }) => name), this.means.software, (index) => this.go(index), (name) => this.setReading(name));
    this.save = new SaveMenu(say, { picture: () => this.picture(), page: canSavePage ? () => this.onEvent("save-page", {}) : null, caption: () => ({ caption: this.journey.scene.caption ?? "" }), said: (text) => this.announce(text) });
    const act = { present: () => this.present.toggle(), full: () => this.fullScreen(), trust: () => this.panel.show(this.view), table: () => this.table.show(this.roads), reset: () => this.reset(), stop: () => this.onEvent("stop", {}), closeCard: () => this.closeCard() };
    this.shell = makeShell(say, act, this.save.element, { text: this.text.element, transport: this.transport.element, strip: this.strip.element });
    const { host, stage, overlay } = this.shell;
    this.host = host;
    root.append(host);
    this.pen = overlay.getContext("2d", { willReadFrequently: this.means.software });
    this.stage = new Stage(stage, this.ground, this.means, () => this.paint());
    this.tip = new Tip(stage, say);
    this.table = new Table(host, say, (road, index) => this.go(index));
    this.panel = new Panel(host, say, strings, report, { view: (name) => this.setView(name) });
    this.present = new Present(host, { step: (by) => this.step(by), seek: (index) => this.go(index), load: (entry) => this.open(entry), focus: () => stage.focus({ preventScroll: true }), changed: (on) => this.presented(on) }, () => this.scenes, () => this.journey.scene.id);
    this.listen(host, stage);
  }

  listen(host, stage) {
    this.release = control(stage, { camera: () => this.eye.camera, move: (camera) => this.eye.put(camera), click: (x, y) => this.click(x, y), hover: (x, y) => this.point(x, y),
      armed: () => this.present.on || stage.getRootNode().activeElement === stage, refused: () => this.hintWheel() });
    stage.addEventListener("keydown", (event) => event.target === stage && this.key(event));
    this.text.element.addEventListener("keydown", (event) => ["ArrowLeft", "ArrowRight", "Home", "End"].includes(event.key) && this.key(event));
    host.addEventListener("keydown", (event) => event.stopPropagation());
    this.watch = new ResizeObserver(() => this.resized());
    this.watch.observe(stage);
    this.watch.observe(this.strip.canvas);
  }

  /** Plotly takes a second or two to evaluate: first the road is on its way. */
  async arrive(loadPlotly) {
    try {
      await new Promise((done) => { this.driving = done; setTimeout(done, 1500); });
      const Plotly = await loadPlotly();
      if (Plotly && !this.gone) await this.stage.mount(Plotly);
    } catch (error) {
      console.warn("The map is drawn without WebGL:", error);
    }
    this.wake(true);
  }

  // ---- the scene and what arrives for it

  load(scene, { play: start = false } = {}) {
    this.journey.load(scene);
    this.motions.delete("flag");
    this.hover = this.slide = null;
    this.tip.show(null);
    this.clock = play(extend({ ...newClock({ jumps: this.reduced }), speed: this.clock.speed }, this.journey.last, this.journey.growing), start);
    this.text.load(this.roads);
    this.lit = null;
    this.closed = false;
    this.refresh();
  }

  setRoad(road, value) {
    this.journey.setRoad(road, value);
    this.text.load(this.roads);
    this.grown();
  }

  append(road, from, tokens) {
    const fresh = this.journey.append(road, from, tokens);
    if (fresh.length) this.text.append(road, fresh);
    this.grown();
  }

  grown() {
    this.clock = extend(this.clock, this.journey.last, this.journey.growing);
    this.refresh();
  }

  setGrip(road, from, values) { this.journey.setGrip(road, from, values); this.refresh(); }
  setState(road, state, error = null) { this.journey.setState(road, state, error); this.grown(); }
  setProgress(message) { this.journey.progress = message; this.refresh(); }
  setParts(at) { this.journey.partsAt = at; this.wake(true); }
  setSpurs(road, index, positions) { this.journey.setSpurs(road, index, positions); this.wake(true); }

  setStart(start, comparison = null, label = "") {
    const from = this.journey.setStart(start, comparison, label);
    if (from) this.motion("flag", 450, (u) => { this.slide = u < 1 ? { position: mix(from.position, start.position, smooth(u)), pca: start.pca } : null; });
    this.refresh();
  }

  setRegions(names) {
    this.regions_ = names.filter((name) => this.ground.meta.regions.some((region) => region.name === name));
    this.stage.setRegions(this.regions_);
    this.wake(true);
  }

  setView(view) {
    const from = this.journey.blend, to = view === "pca" ? 1 : 0;
    this.view_ = view;
    if (from === to) return;
    this.motion("view", 900, (u) => {
      this.journey.blend = from + (to - from) * smooth(u);
      this.journey.settle();
      this.stage.setBlend(this.journey.blend);
      if (u === 1 || from === 0 && u < 0.05) this.stage.setRegions(this.regions);
    });
  }

  setReading(name) { this.strip.set(name); this.refresh(); }

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

  get roads() { return this.journey.roads; }
  get time() { return this.clock.time; }
  get playing() { return this.clock.playing; }
  get index() { return Math.min(litIndex(this.clock), (this.roads[0]?.tokens.length ?? 0) - 1); }
  get indices() { return this.roads.map((road) => Math.min(litIndex(this.clock), road.tokens.length - 1)); }
  get regions() { return this.regions_ ?? []; }
  get view() { return this.view_ ?? "map"; }
  camera() { return toPlotly(this.eye.camera); }
  setCamera(camera) { this.eye.put(fromPlotly(camera)); }
  project(point) { return this.stage.projector()(point); }
  scene() { return this.journey.toScene(); }

  download(blob, name) { download(blob, name); }

  async picture() {
    const { stage } = this, light = palette({ ...LIGHT, font: this.theme.font }), { caption = "", id } = this.journey.scene;
    const view = { ground: this.ground, width: stage.width, height: stage.height, project: stage.projector(), ref: stage.ref, size: stage.size, palette: light, state: this.state() };
    return { png: await renderPicture(view, caption), caption, name: `mind-map-${id || "road"}` };
  }

  // ---- moving

  toggle() { this.setClock(play(this.clock)); this.onEvent("play", { playing: this.playing }); }
  step(by) { this.setClock(step(this.clock, by)); }
  go(index) { this.setClock({ ...seek(this.clock, index), playing: false }); }
  setSpeed(speed) { this.setClock({ ...this.clock, speed }); }
  setClock(clock) { this.clock = clock; this.refresh(); }

  setFollow(on) { this.eye.follow(on, () => this.headPlace()); this.refresh(); }
  reset() { this.eye.reset(); this.refresh(); }

  moved(camera) {
    this.stage.look(camera);
    this.turning = true;
    this.wake(true);
  }

  headPlace() {
    const places = this.roads[0]?.places;
    return places?.length ? headPlace(places, this.time, this.eased) : null;
  }

  /** Runs `apply` with 0 to 1 for some time; one motion of a name at a time, none without `apply`. */
  motion(name, milliseconds, apply) {
    if (!apply) return this.motions.delete(name);
    this.motions.set(name, { began: performance.now(), milliseconds: this.reduced ? 1 : milliseconds, apply });
    this.wake(true);
  }

  // ---- the frame

  get eased() { return !this.clock.growing && !this.reduced; }

  wake(dirty = false) {
    this.dirty ||= dirty;
    if (!this.frame && !this.gone) this.frame = requestAnimationFrame((now) => this.turnFrame(now));
  }

  turnFrame(now) {
    const seconds = Math.min(0.1, (now - (this.before ?? now)) / 1000), { time, playing } = this.clock;
    this.frame = null;
    this.before = now;
    this.clock = tick(this.clock, seconds);
    for (const [name, motion] of this.motions) {
      const u = Math.min(1, Math.max(0, (now - motion.began) / motion.milliseconds));
      motion.apply(u);
      this.dirty = true;
      if (u === 1) this.motions.delete(name);
    }
    const head = this.eye.following && !this.motions.has("camera") ? this.headPlace() : null;
    if (head) this.eye.chase(head, seconds);
    if (this.clock.time !== time || this.clock.playing !== playing) { this.dirty = true; this.update(); }
    if (this.dirty && !(this.turning && this.stage.drawnByPlotly)) this.paint();
    this.turning = false;
    if (this.playing || this.motions.size || this.dirty) this.wake();
    else this.before = null;
  }

  paint() {
    const { stage, pen } = this, ratio = Math.min(2, devicePixelRatio || 1);
    if (!stage.width || !stage.height || !this.palette || !this.eye) return;
    this.dirty = false;
    stage.paint();
    resizeTo(pen.canvas, stage.width * ratio, stage.height * ratio);
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.clearRect(0, 0, stage.width, stage.height);
    const scale = this.present.on ? Math.min(1.7, Math.max(1.2, stage.height / 560)) : 1;
    const frame = { project: stage.projector(), ref: stage.ref, width: stage.width, height: stage.height, palette: this.palette, scale, measure: this.measure, view: this.journey.blend > 0.5 ? "pca" : "map", controls: this.controlBoxes() };
    const { ink, picks } = compose(frame, this.state());
    draw(pen, ink, this.palette);
    this.picks = picks;
    this.framesDrawn++;
    if (this.journey.scene.id && this.time > 0.4) this.driving?.();
  }

  /** What is there to see, for this picture or a saved one. */
  state() {
    const { journey, clock } = this, resting = !clock.playing || clock.speed <= 1 && !clock.growing;
    const flags = flagsOf(journey.roads, journey.blend, this.slide).map((flag) => (journey.moved && flag.road === 0 ? { ...flag, first: null } : flag));
    return { roads: journey.roads, time: clock.time, eased: this.eased, partsAt: journey.partsAt, hover: this.hover, old: journey.blend < 0.01 ? journey.scene.old : [], flags, blend: journey.blend,
      ghosts: journey.ghosts.map(({ position, label }) => ({ place: position, label })), ground: this.ground, regions: this.regions, slots: this.slots, say: this.say,
      turns: clock.playing && clock.growing ? [] : journey.turns(this.indices, resting) };
  }

  // ---- what the other parts show

  refresh() {
    this.lit = null;
    this.update();
    this.wake(true);
  }

  update() {
    const { indices, clock } = this, lit = `${indices}/${clock.playing}`;
    if (lit === this.lit || !this.palette || !this.eye) return;
    this.lit = lit;
    this.text.light(indices, this.present.on);
    const token = this.roads[0]?.tokens[indices[0]], count = this.journey.last + 1, index = litIndex(clock);
    this.transport.update({ playing: clock.playing, index, count, token, following: this.eye.following });
    this.strip.update({ roads: this.roads, indices, time: Math.max(0, index), count, palette: this.palette });
    this.tell(indices);
    this.rest();
  }

  tell(indices) {
    const { shell, journey } = this, [words, wrong] = stateWords(this.say, journey, indices), compared = comparisonWords(this.say, journey.comparison);
    shell.words.textContent = words ?? "";
    shell.notice.hidden = !words;
    shell.notice.classList.toggle("wrong", wrong);
    shell.notice.setAttribute("role", wrong ? "alert" : "status");
    shell.stop.hidden = journey.state !== "running";
    shell.compare.hidden = !compared;
    shell.compare.textContent = compared ?? "";
    shell.title.textContent = journey.scene.title ?? "";
    shell.note.textContent = journey.scene.note ?? "";
    shell.card.hidden = this.closed || !(journey.scene.title || journey.scene.note);
    this.boxes = null;
  }

  /** 300 ms after the head has come to rest: asks for the turns that are not known yet, and tells a screen reader where it stands. */
  rest() {
    clearTimeout(this.resting);
    if (this.clock.playing) return;
    this.resting = setTimeout(() => this.roads.forEach((road, which) => {
      const index = this.indices[which], token = road.tokens[index];
      if (!token) return;
      if (!road.spurs[index]) this.onEvent("rest", { road: which, index });
      if (which === 0) this.announce(this.say("stage.at", { n: index + 1, m: road.tokens.length, token: visible(token.text, token.end), p: percent(token.probability), name: token.neighbourhood ?? "" }));
    }), REST);
  }

  announce(text) { this.shell.live.textContent = text; }

  controlBoxes() {
    if (!this.boxes) {
      const home = this.shell.stage.getBoundingClientRect();
      this.boxes = this.shell.controls.map((node) => node.getBoundingClientRect()).filter((box) => box.width)
        .map((box) => [box.left - home.left - 6, box.top - home.top - 4, box.right - home.left + 6, box.bottom - home.top + 4]);
    }
    return this.boxes;
  }

  // ---- what people do

  key(event) {
    const { key } = event, turned = 0.12;
    const run = { " ": () => this.toggle(), ArrowLeft: () => (event.shiftKey ? this.eye.put(turn(this.eye.camera, turned, 0)) : this.step(-1)), ArrowRight: () => (event.shiftKey ? this.eye.put(turn(this.eye.camera, -turned, 0)) : this.step(1)),
      ArrowUp: () => this.eye.put(turn(this.eye.camera, 0, turned)), ArrowDown: () => this.eye.put(turn(this.eye.camera, 0, -turned)), Home: () => this.go(0), End: () => this.go(Infinity),
      "+": () => this.eye.put(zoom(this.eye.camera, 0.87)), "-": () => this.eye.put(zoom(this.eye.camera, 1.15)), 0: () => this.reset() }[key];
    if (!run || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    run();
  }

  click(x, y) {
    const pick = pickAt(this.picks, x, y);
    if (!pick) return;
    if (pick.candidate == null) { this.go(pick.index); this.onEvent("word", { road: pick.road, index: pick.index }); }
    else this.onEvent("candidate", { road: pick.road, index: pick.index, candidate: pick.candidate });
  }

  point(x, y) {
    const pick = x == null ? null : pickAt(this.picks, x, y), before = this.hover;
    this.hover = pick;
    this.shell.stage.style.cursor = pick ? "pointer" : "";
    this.tip.show(pick, pick && this.roads[pick.road]?.tokens[pick.index]);
    if (pick?.index !== before?.index || pick?.road !== before?.road || pick?.candidate !== before?.candidate) this.wake(true);
  }

  hintWheel() {
    this.shell.wheel.hidden = false;
    clearTimeout(this.hinting);
    this.hinting = setTimeout(() => { this.shell.wheel.hidden = true; }, 1400);
  }

  closeCard() { this.closed = true; this.shell.stage.focus({ preventScroll: true }); this.refresh(); }

  async open(entry) {
    if (!entry || entry.id === this.journey.scene.id) return;
    try {
      this.load(await this.loadScene(entry), { play: false });
      this.onEvent("scene", { id: entry.id });
    } catch {
      this.announce(this.say("states.scene_failed"));
    }
  }

  presented(on) {
    if (on) this.setClock({ ...this.clock, playing: false });
    this.onEvent("present", { on });
    this.resized();
  }

  fullScreen() {
    if (document.fullscreenElement) document.exitFullscreen();
    else this.host.requestFullscreen?.().catch(() => {});
  }

  resized() {
    this.boxes = null;
    this.stage.resize();
    if (this.stage.width) this.eye.refit();
    this.refresh();
  }

  destroy() {
    this.gone = true;
    cancelAnimationFrame(this.frame);
    for (const timer of [this.resting, this.eye.storing, this.hinting]) clearTimeout(timer);
    this.release();
    this.present.destroy();
    this.watch.disconnect();
    this.stage.destroy();
    this.host.remove();
  }
}
