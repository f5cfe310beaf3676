// The adapter of the site without a server: every page has the same code, and scenes are scripts that lay down data. It asks for nothing but those scripts.
import { createPlayer } from "./player.js";
import { readGround } from "./map/ground.js";
import { framed, inFrame } from "./inframe.js";
import { follow, themeOf } from "./paper.js";
import { el } from "./parts/dom.js";
import { bytesOf } from "./unpack.js";

const root = document.getElementById("root"),
  { up, opens } = root.dataset; // the way to the site's own folder, the scene that this page is about
const KEPT = "mindmap-look";

/** What the site's data files have laid down under a name of theirs; none of what every object has. */
function laid(name) {
  const all = globalThis.mindmapData ?? {};
  return Object.hasOwn(all, name) ? JSON.parse(all[name]) : null;
}

/** Runs a script of the site; from a disk neither a module nor a request would come through. */
function run(path) {
  return new Promise((done, failed) => {
    const script = el("script", { src: up + path });
    script.addEventListener("load", done);
    script.addEventListener("error", () => failed(new Error(path)));
    document.head.append(script);
  });
}

async function plotly() {
  await run("code/plotly.js");
  return globalThis.Plotly;
}

/** A recorded scene by its id. One that the site has not is none, whatever its name looks like. */
async function sceneOf(known, id) {
  if (!known.has(id)) throw new Error("no such scene");
  if (!laid(`scene/${id}`)) await run(`data/${id}.js`);
  return laid(`scene/${id}`).scene;
}

/** The words beside the map, of another scene. */
function tell({ scene, told }) {
  document.title = told.title;
  const place = document.querySelector("article.told");
  if (!place) return;
  const rows = told.rows.flatMap(([name, value]) => [el("dt", { text: name }), el("dd", { text: value })]);
  place.replaceChildren(
    el("h1", { text: scene.title }),
    el("p", { text: scene.note }),
    el("dl", {}, ...rows),
    el("p", { class: "caption", text: scene.caption }),
  );
}

/** Another scene was opened inside the player: the words and, where a page has its own address, the address go along. */
function turned({ id }) {
  const found = laid(`scene/${id}`);
  if (!found || !document.querySelector("article.told")) return;
  tell(found);
  try {
    history.replaceState(null, "", `${id}.html`);
  } catch {
    // from a disk, or in a frame that may not: the address stays
  }
}

/** The switch between light and dark: as the system has it, until somebody chooses. */
function lookSwitch(look) {
  const page = document.documentElement,
    button = document.getElementById("look");
  const show = () => {
    const dark = themeOf(document).dark;
    button?.setAttribute("aria-label", button.dataset[dark ? "light" : "dark"]);
    button?.setAttribute("title", button.dataset[dark ? "light" : "dark"]);
    button?.classList.toggle("dark", dark);
  };
  button?.addEventListener("click", () => {
    page.dataset.look = themeOf(document).dark ? "light" : "dark";
    keep(page.dataset.look);
    show();
    look();
  });
  if (button) button.hidden = false;
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", show);
  show();
}

function keep(name) {
  try {
    localStorage.setItem(KEPT, name);
  } catch {
    // without storage it is forgotten with the page
  }
}

function remembered() {
  try {
    return localStorage.getItem(KEPT);
  } catch {
    return null;
  }
}

/** The address of the page of the scene on the stage. */
function pageOf(player) {
  return new URL(`${up}roads/${player.scene().id}.html`, location.href).href;
}

/** Starts a page of the site. */
export async function start() {
  const { strings, ground, points, report, scenes, lesson } = laid("base"),
    known = new Set(scenes.flatMap(({ id, variants }) => [id, ...(variants ?? [])])),
    figure = root.dataset.small === "", // among the words of the first page
    small = !figure && inFrame(location.search),
    touring = !small && root.dataset.tour === "" && Boolean(lesson),
    chosen = remembered(),
    frame = {};
  if (chosen === "light" || chosen === "dark") document.documentElement.dataset.look = chosen;
  document.documentElement.classList.add(small ? "embedded" : "plays");
  const player = createPlayer(root, {
    strings,
    ground: readGround(ground, bytesOf(points).buffer),
    loadPlotly: plotly,
    theme: themeOf(document),
    report: () => report,
    scenes: scenes.map(({ id, title }) => ({ id, title })),
    loadScene: ({ id }) => sceneOf(known, id),
    canOpen: true,
    served: false,
    lesson,
    notes: lesson && `${up}notes.html`,
    sheet: lesson && `${up}sheet.html`,
    take: { page: () => pageOf(player), link: () => pageOf(player) },
    onPainted: () => frame.view?.painted(),
    onEvent: (kind, detail) => kind === "scene" && turned(detail),
  });
  if (figure) player.host.classList.add("figure"); // its keys are its own: the page around is to be scrolled
  lookSwitch(follow(player));
  const scene = await sceneOf(known, opens),
    { caption } = laid(`scene/${opens}`).told;
  player.setRegions(scene.regions ?? []);
  if (small || figure) frame.view = framed(player, scene, { caption, full: scene.caption });
  else player.load(scene, { play: !touring });
  if (touring) player.talk.tour(true);
  globalThis.__mm = Object.freeze({ player }); // for tests, which look at the player of the page; nothing of ours reads it
}

start();
