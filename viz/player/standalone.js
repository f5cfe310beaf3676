// The adapter's twin for the saved page: everything it needs stands in the page itself; it asks no network.
import { createPlayer } from "./player.js";
import { readGround } from "./map/ground.js";
import { framed, inFrame } from "./inframe.js";
import { follow, themeOf } from "./paper.js";
import { bytesOf, unpacked } from "./unpack.js";

const text = (id) => document.getElementById(id)?.textContent ?? "";
const json = (id) => JSON.parse(text(id) || "null");

/** Plotly stands in the page packed, after everything else, and is evaluated only when the road is driving already. Without what unpacks it the map stays on the canvas. */
async function plotly() {
  if (document.readyState === "loading") await new Promise((done) => document.addEventListener("DOMContentLoaded", done, { once: true }));
  const source = await unpacked(text("plotly"));
  if (source) document.head.append(Object.assign(document.createElement("script"), { textContent: source }));
  return globalThis.Plotly;
}

/** Starts the page. */
export function start() {
  const scene = json("scene"),
    report = json("report"),
    small = inFrame(location.search),
    frame = {};
  document.documentElement.classList.add(small ? "embedded" : "plays");
  const player = createPlayer(document.getElementById("root"), {
    strings: json("strings"),
    ground: readGround(json("ground"), bytesOf(text("points")).buffer),
    loadPlotly: plotly,
    theme: themeOf(document),
    report: () => report,
    scenes: [{ id: scene.id, title: scene.title }],
    loadScene: async () => scene,
    canSavePage: false,
    onPainted: () => frame.view?.painted(),
  });
  follow(player);
  player.setRegions(json("regions") ?? []);
  if (small) frame.view = framed(player, scene, json("told"));
  else player.load(scene, { play: true });
  globalThis.__mm = Object.freeze({ player }); // for tests, which look at the player of the page; nothing of ours reads it
}

start();
