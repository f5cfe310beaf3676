// The adapter's twin for the saved page: everything it needs stands in the page itself; it asks no network.
import { createPlayer } from "./player.js";
import { readGround } from "./map/ground.js";
import { DARK, LIGHT } from "./draw/theme.js";

const text = (id) => document.getElementById(id)?.textContent ?? "";
const json = (id) => JSON.parse(text(id) || "null");

function bytes(base64) {
  return Uint8Array.from(atob(base64.trim()), (sign) => sign.charCodeAt(0)).buffer;
}

/** Plotly stands in the page as text and is evaluated only when the road is driving already. */
async function plotly() {
  document.head.append(Object.assign(document.createElement("script"), { textContent: text("plotly") }));
  return globalThis.Plotly;
}

/** Starts the page. */
export function start() {
  const scene = json("scene"),
    dark = matchMedia("(prefers-color-scheme: dark)"),
    report = json("report");
  const look = () => {
    const theme = dark.matches ? DARK : LIGHT;
    document.body.style.background = theme.bg;
    return theme;
  };
  const player = createPlayer(document.getElementById("root"), {
    strings: json("strings"),
    ground: readGround(json("ground"), bytes(text("points"))),
    loadPlotly: plotly,
    theme: look(),
    report: () => report,
    scenes: [{ id: scene.id, title: scene.title }],
    loadScene: async () => scene,
    canSavePage: false,
  });
  dark.addEventListener("change", () => player.setTheme(look()));
  player.setRegions(json("regions") ?? []);
  player.load(scene, { play: true });
  globalThis.__mm = Object.freeze({ player }); // for tests, which look at the player of the page; nothing of ours reads it
}

start();
