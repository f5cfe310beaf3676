// The one file that knows Streamlit: inline JS of the player's component. Called on mount and whenever data or theme change; the player stays.
// The prompt box is another component and meets this one in two events on the document, never in a global:
//   "mindmap:flag"   asks what the flag stands for; whoever holds the player puts {start, system} of road A into detail.answer, at once
//   "mindmap:start"  tells of a start that was measured, {start, comparison, name}: the flag moves there
// What must outlive this text, which Streamlit may evaluate anew, is kept on the component's own element.
const KEPT = Symbol.for("mindmap.player");
const MOST = 8; // events that Python may still have to hear
const at = (path) => new URL(path, document.baseURI);
const json = (path, options) =>
  fetch(at(path), options).then((reply) => (reply.ok ? reply.json() : Promise.reject(reply.status)));
const send = (path, body) =>
  fetch(at(path), {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body ?? {}, short),
  });
const short = (key, value) =>
  typeof value === "number" && !Number.isInteger(value) ? Number(value.toPrecision(6)) : value;

export default function ({ data, parentElement, setStateValue }) {
  const held = (parentElement[KEPT] ??= mount(parentElement, data));
  held.setStateValue = setStateValue;
  held.wanted = data;
  held.ready = held.ready
    .then(() => update(held, parentElement))
    .then(() => moving(held, performance.now() + 1500))
    .catch((error) => console.error("player", error));
  return () => {
    if ((parentElement.host ?? parentElement).isConnected) return; // Streamlit also calls this where newer data were faster
    delete parentElement[KEPT];
    held.left = true;
    held.source?.close();
    held.ready.then(() => {
      held.source?.close(); // one that was on its way
      held.apart?.abort();
      held.address?.destroy();
      held.player?.destroy();
    });
  };
}

function mount(root, data) {
  const held = { job: null, told: [], number: Date.now() }; // later than any number of a page before
  document.head.append(Object.assign(document.createElement("link"), { rel: "modulepreload", href: at(data.plotly) }));
  held.ready = Promise.all([
    import(at(data.assets + "player.js")),
    import(at(data.assets + "map/ground.js")),
    import(at(data.assets + "link.js")),
    import(at(data.assets + "address.js")),
    import(at(data.assets + "state/readings.js")),
    json("mm/strings.json"),
    ground(),
    json("mm/scenes.json").catch(() => []),
    json("mm/lesson.json").catch(() => null),
    style(root, data.assets),
  ]).then(([{ createPlayer }, { readGround }, link, { Address }, { READINGS }, strings, [meta, buffer], scenes, lesson]) => {
    const loadPlotly = () => import(at(data.plotly)).then(() => globalThis.Plotly);
    held.player = createPlayer(root, {
      base: document.baseURI,
      strings,
      ground: readGround(meta, buffer),
      loadPlotly,
      theme: theme(root),
      scenes,
      report: () => json("mm/report.json"),
      canDrive: true,
      opening: true,
      take: { outlines: () => json("mm/outlines.json"), link: () => held.address?.link() ?? null },
      lesson,
      notes: lesson && at("mm/notes.html").href,
      sheet: lesson && at("mm/sheet.html").href,
      onEvent: (kind, detail) => heard(held, kind, detail),
      onPainted: () => held.address?.later(),
    });
    keep(held, link, Address, meta.atlas, Object.keys(READINGS));
    meet(held);
    shown(held.player);
    unveil(held);
  });
  return held;
}

/** What comes back after a reload, with Back, in another tab: kept in the address, which also has the view. */
function keep(held, { readView, showView, viewOf }, Address, atlas, readings) {
  held.view = null; // that of the address, until it is shown
  Object.assign(held, { showView, viewOf });
  held.address = new Address({
    atlas,
    look: (bare) => held.view ?? (held.player.talk.scened ? held.before?.view : null) ?? viewOf(held.player, bare),
    tell: (text) => tell(held, "kept", { text, step: new URLSearchParams(location.search).get("step") ?? "" }),
    shown: (text) => (held.view = readView(text, atlas, readings)),
    unkept: () => tell(held, "unkept", null),
  });
}

/** Where the prompt box meets the player. */
function meet(held) {
  held.apart = new AbortController();
  const heard = { signal: held.apart.signal };
  document.addEventListener(
    "mindmap:flag",
    ({ detail }) => {
      const { start = null, system = null } = held.player.own.roads[0] ?? {};
      detail.answer = { start, system };
    },
    heard,
  );
  document.addEventListener(
    "mindmap:start",
    ({ detail: { start, comparison, name } }) => held.player.setStart(start, comparison, name),
    heard,
  );
}

/** The picture of the first frame (viz/server/first.py) goes once the player has drawn its own. */
function unveil(held) {
  const picture = document.getElementById("mindmap-first");
  if (!picture) return;
  if (held.player.framesDrawn && (held.player.roads.length || held.nothing)) return picture.remove();
  if (!held.player.gone) requestAnimationFrame(() => unveil(held));
}

/** For tests and benchmarks, which look at the player of the page; nothing of ours reads it. */
function shown(player) {
  Object.defineProperty(globalThis, "__mm", { value: Object.freeze({ player }), configurable: true });
}

/** Says that the model may be loaded, once: when the first road is on its way, or has none to wait for. Torch would hold up the first picture. */
function moving(held, latest) {
  if (held.said) return;
  const { playing, time } = held.player;
  if (playing && time < 0.4 && performance.now() < latest) return setTimeout(() => moving(held, latest), 50);
  held.said = true;
  send("mm/ready", { seconds: performance.now() / 1000 }).catch(() => {});
}

async function ground() {
  const meta = await json("mm/ground.json");
  return [meta, await fetch(at(meta.url)).then((reply) => reply.arrayBuffer())];
}

function style(root, assets) {
  return new Promise((done) => {
    const link = Object.assign(document.createElement("link"), {
      rel: "stylesheet",
      href: at(assets + "player.css"),
      onload: done,
      onerror: done,
    });
    root.append(link);
  });
}

function theme(root) {
  const look = getComputedStyle(root.host ?? root),
    value = (name) => look.getPropertyValue(`--st-${name}`).trim();
  return {
    bg: value("background-color"),
    fg: value("text-color"),
    secondary: value("secondary-background-color"),
    border: value("border-color"),
    font: value("font"),
  };
}

/** Streamlit's wishes: theme, regions, a recorded scene or a job to listen to. A job wins. */
async function update(held, root) {
  const { player, wanted, address } = held;
  address.hear(wanted.link);
  if (JSON.stringify(theme(root)) !== held.look) player.setTheme(theme(root));
  held.look = JSON.stringify(theme(root));
  if (JSON.stringify(wanted.regions ?? []) !== held.regions) player.setRegions(wanted.regions ?? []);
  held.regions = JSON.stringify(wanted.regions ?? []);
  if (held.step && wanted.step !== held.step) {
    player.tidy();
    if (wanted.job && !player.talk.scened) player.turnTo(wanted.step);
  }
  held.step = wanted.step;
  if (wanted.error && wanted.error !== held.error && player.present.on) player.notify(wanted.error); // the page's own is behind it
  held.error = wanted.error;
  older(held).catch(() => {});
  if (address.waiting) return; // the page shows something else in a moment
  const wish = `${wanted.job ?? null}/${wanted.scene}/${wanted.revision}`,
    known = wish === held.wish, // a scene opened by Present stays until something else is wanted
    again = wanted.link.opened !== held.opened && wanted.scene && wanted.scene === held.scene; // as it was before: it goes on
  held.wish = wish;
  held.opened = wanted.link.opened;
  if (!known && !again) await tried(held, wish, () => show(held, root));
  if (held.view && (wanted.job || wanted.scene)) {
    const view = held.view;
    held.view = null;
    held.showView(player, view);
  }
}

/** One request that is lost is no reason to show nothing: once more, a little later. What fails for good is asked for again with the next run of the page. */
async function tried(held, wish, run) {
  for (const wait of [500, 2000, null])
    try {
      return await run();
    } catch (error) {
      if (held.left || held.wish !== wish) return;
      held.job = held.scene = null;
      if (wait == null || (Number.isInteger(error) && error < 500)) {
        held.wish = null;
        held.player.announce(held.player.say("states.scene_failed"));
        throw error;
      }
      await new Promise((done) => setTimeout(done, wait));
    }
}

/** A job, else a recorded scene, else nothing; a road that only the server has lost stays. */
async function show(held, root) {
  const { player, wanted } = held;
  if (wanted.job) {
    if (wanted.job !== held.job) await listen(held, root, wanted.job);
  } else if (wanted.scene) await recorded(held, root, wanted.scene);
  else if (!(wanted.missing && wanted.missing === held.job)) {
    held.source?.close();
    held.job = held.scene = held.loaded = held.turned = null;
    held.nothing = true; // nor does a picture of what would be there
    player.load(null);
  }
}

/** The grey roads of earlier drives: each is fetched once. */
async function older(held) {
  const list = held.turned ? [] : (held.wanted.old ?? []), // beside a recorded scene that Present has opened there are none
    key = JSON.stringify(list);
  if (key === held.older) return;
  held.older = key;
  held.known ??= new Map();
  for (const { id } of list)
    if (!held.known.has(id))
      held.known.set(
        id,
        json(`mm/old/${id}.json`).then(
          ({ roads }) => roads,
          () => (held.known.delete(id), []),
        ),
      );
  const roads = await Promise.all(list.map(({ id }) => held.known.get(id)));
  if (key === held.older)
    held.player.arrive({
      kind: "old",
      roads: roads.flatMap((road, i) => road.map(({ positions, pca }) => ({ positions, pca, label: list[i].label }))),
    });
}

async function recorded(held, root, id) {
  held.source?.close();
  held.job = held.turned = null;
  held.scene = id;
  held.player.load(await json(`mm/scene/${id}.json`), { play: true });
  if ((root.host ?? root).getBoundingClientRect().top < 0) inView(root);
}

/** On a phone the stage is above the boxes. */
function inView(root) {
  if (matchMedia("(max-width: 899px)").matches) (root.host ?? root).scrollIntoView({ block: "start" });
}

/** One stream a drive; the roads so far come first, and the stream goes on from there. */
async function listen(held, root, job) {
  held.source?.close();
  held.job = job;
  held.scene = held.loaded = held.turned = null;
  const reply = await fetch(at(`mm/job/${job}.json`));
  if (!reply.ok) throw reply.status;
  const scene = await reply.json();
  if (held.left || held.job !== job) return; // something else was opened meanwhile
  held.player.load(scene, { play: true });
  held.loaded = job;
  inView(root);
  const source = (held.source = new EventSource(at(`mm/stream/${job}?after=${reply.headers.get("mm-told") ?? ""}`)));
  source.onmessage = (event) => JSON.parse(event.data).forEach((item) => held.player.arrive(item));
  source.addEventListener("end", () => {
    source.close();
    tell(held, "done", job);
  });
  source.onerror = () => {
    if (source.readyState === EventSource.CLOSED && held.source === source) lost(held, root, job).catch(console.error);
  };
}

/** The stream is gone for good, as after a server that began anew: it is listened to again if the drive is still there, else its roads end here. */
async function lost(held, root, job) {
  held.losses = held.lost === job ? held.losses + 1 : 1;
  held.lost = job;
  await new Promise((done) => setTimeout(done, 1000));
  if (held.left || held.job !== job) return;
  try {
    if (held.losses > 3) throw new Error("the stream ends again and again");
    await listen(held, root, job);
  } catch {
    if (held.left || held.job !== job) return;
    held.player.roads.forEach(({ state }, road) => {
      if (state === "running" || state === "waiting") held.player.arrive({ kind: "state", road, state: "stopped" });
    });
    tell(held, "done", job);
  }
}

/** Tells Python what a person did. The last few events, numbered, are state: that comes with every request until it changes, while Streamlit drops a trigger where the browser sends again at once. */
function tell(held, kind, value) {
  const before = kind === "kept" || !held.address?.waiting ? held.told.filter((one) => one.kind !== "kept") : held.told;
  held.told = [...before, { number: (held.number += 1), kind, value, session: held.wanted.link.session }].slice(-MOST);
  held.setStateValue("told", held.told);
  return held.number;
}

/** Present has opened a recorded scene: nothing of the drive may reach it, and nobody waits for the rest of that road. */
function leave(held) {
  if (held.job && held.source?.readyState !== EventSource.CLOSED) {
    held.source?.close();
    send(`mm/stop/${held.job}`);
    tell(held, "done", held.job);
  }
  held.job = null;
}

/** Another recorded scene was opened in the player, by Present or by the slider of its siblings: the page is told of it, or of the one in its list that it belongs to, and what the page then wants is there already. */
function turned(held) {
  const { scenes, journey } = held.player,
    family = [held.turned, ...(journey.scene.variants?.items ?? []).map(({ id }) => id)],
    id = family.find((one) => scenes.some((entry) => entry.id === one));
  held.turned = null;
  if (!id) return;
  held.wish = `null/${id}/${held.wanted.revision}`;
  tell(held, "scene", id);
}

function heard(held, kind, detail) {
  if (kind === "scene") {
    leave(held);
    held.scene = held.turned = detail.id;
    held.older = null;
    held.player.arrive({ kind: "old", roads: [] }); // grey roads belong to one's own
  }
  if (held.turned && !held.player.present.on) turned(held);
  if (kind === "talk") talked(held, detail);
  if (kind === "ask") tell(held, "ask", detail);
  if (kind === "stop" && held.job) send(`mm/stop/${held.job}`);
  const away = held.player.talk.scened; // a recorded scene of the talk stands there, not what the page wants
  if (kind === "rest" && !away && held.job && held.loaded === held.job) spurs(held, held.job, detail); // not the road before, while the new one is on its way
  if (kind === "save-page") save(held.player, "mm/page", `${detail.name}.html`, "page");
  if (kind === "save-table") save(held.player, `mm/table?kind=${detail.kind}`, `${detail.name}.${detail.kind}`, "table");
  const from = away ? { job: null, scene: held.player.scene().id } : { job: held.job, scene: held.scene ?? null };
  if (["fork", "onward", "sign"].includes(kind)) tell(held, kind, { ...detail, ...from });
}

/** A talk begins, or is over: what stood on the stage then is what the page is to show again, where the room has asked something meanwhile. */
function talked(held, { on, back }) {
  const { job = null, scene = null } = held.wanted,
    before = held.before;
  held.before = on ? { job, scene, view: held.viewOf(held.player) } : null;
  if (back && before && (before.job !== job || before.scene !== scene)) tell(held, "back", { job: before.job, scene: before.scene });
}

/** Where the candidates of a crossing lead; the answer may come when another road is on the stage. */
function spurs(held, job, { road, index }) {
  json(`mm/spurs/${job}/${road}/${index}`)
    .then(({ positions }) => {
      if (held.loaded === job) held.player.arrive({ kind: "spurs", road, index, positions });
    })
    .catch(() => {});
}

/** What the server makes of the scene, as a file. */
async function save(player, path, name, kind) {
  try {
    const reply = await send(path, player.scene());
    if (!reply.ok) {
      const { error } = await reply.json(); // a sentence, as of a page that was left open while the map changed
      player.notify(error || player.say(`save.${kind}_failed`));
      return;
    }
    player.download(await reply.blob(), name);
    player.notify(player.say(`save.${kind}_done`));
  } catch {
    player.notify(player.say(`save.${kind}_failed`));
  }
}
