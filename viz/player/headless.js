// The third adapter: a page that nobody sees makes what a command asks for, and hands it back to the process that serves it.
import { rasterOf } from "./draw/raster.js";
import { figureOf } from "./figure.js";
import { filmKinds, filmOf } from "./film/film.js";
import { readGround } from "./map/ground.js";
import { themeOf } from "./paper.js";
import { createPlayer } from "./player.js";
import { recipeOf } from "./recipe.js";

const BEAT = 2000; // milliseconds between two signs of life
const TIMES = 2, // pixels of a picture each pixel of its figure, where that is for a screen
  DOTS = 600 / 25.4; // a millimetre of paper
const LETTERS = ["400 16px", "600 16px"].map((font) => `${font} "Source Sans"`);

/** This browser cannot make it, as it says beforehand or shows when it tries. */
class Refused extends Error {}

/** How each product is made: (player, options, progress(share)) to a Promise of a Blob. */
const MAKERS = {
  svg: vectors,
  pdf: vectors,
  png: picture,
  webm: film,
  mp4: film,
  gif: film,
};

/** The figure, its letters as paths where that is asked for. */
async function figure(player, { outlines, ...options }) {
  const paths = outlines ? await fetch("outlines.json").then((reply) => reply.json()) : null;
  return figureOf(player, { ...options, outlines: paths });
}

async function vectors(player, options) {
  return new Blob([(await figure(player, options)).svg], { type: "image/svg+xml" });
}

/** The picture of the menu; anything else is the figure in pixels. A picture of SVG sees no letters of the page, so that they are outlines. */
async function picture(player, options) {
  const { size, look, caption, crop } = options;
  if (size === "screen" && look === "light" && caption && !crop) return (await player.picture()).png;
  const { svg, width, height } = await figure(player, { ...options, outlines: true });
  return rasterOf(svg, width, height, Number(size) ? (Number(size) * DOTS) / width : TIMES, recipeOf(player));
}

/** Of the kind that was asked for and of no other: it is written under a name that says so. */
async function film(player, options, progress) {
  const { kind } = options,
    can = await filmKinds();
  const made = can[kind] ? await filmOf(player, { ...options, progress }) : null;
  if (made?.kind !== kind) throw new Refused();
  return made.blob;
}

async function post(name, body) {
  const reply = await fetch(name, { method: "POST", body });
  if (!reply.ok) throw new Error(`${name}: ${reply.status}`);
}

/** Where nobody listens any more the browser goes too. */
function beat() {
  fetch("alive", { method: "POST" }).catch(() => close());
}

/** A player of the asked size, at rest where it is to be looked at. */
async function shown({ scene, ground, strings, report, regions, dark, size, at, view, reading }, points) {
  const root = document.getElementById("root");
  document.documentElement.dataset.look = dark ? "dark" : "light";
  await Promise.all(LETTERS.map((font) => document.fonts.load(font))); // names are measured with the letters that they are drawn in
  Object.assign(root.style, { width: `${size[0]}px`, height: `${size[1]}px` });
  const player = createPlayer(root, {
    strings,
    ground: readGround(ground, points),
    theme: themeOf(document),
    report: () => report,
    scenes: [{ id: scene.id, title: scene.title }],
    loadScene: async () => scene,
    served: false,
  });
  player.setRegions(regions);
  player.load(scene);
  if (reading) player.chooseReading(reading);
  if (view === "pca") {
    player.setView(view);
    await still(player); // the camera looks for what is to be seen where everything has its place
  }
  player.go(at ?? Infinity);
  player.eye.cut();
  await still(player);
  return player;
}

/** Until nothing moves and all of it is drawn. */
async function still(player) {
  do await new Promise((done) => requestAnimationFrame(done));
  while (player.motions.size || player.frames.asked);
}

/** Starts the page. */
export async function start() {
  setInterval(beat, BEAT);
  try {
    const [job, points] = await Promise.all([
      fetch("job.json").then((reply) => reply.json()),
      fetch("ground.bin").then((reply) => reply.arrayBuffer()),
    ]);
    const player = await shown(job, points);
    for (const options of job.products) await product(player, options);
  } catch (error) {
    await post("failed", String(error?.stack ?? error));
  }
}

/** Makes one and hands it in, or says that it cannot be made here. */
async function product(player, options) {
  const { kind } = options,
    told = news((share) => post("progress", JSON.stringify({ kind, share })).catch(() => {}));
  told(0);
  try {
    await post(`product/${kind}`, await MAKERS[kind](player, options, told));
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    await post(`refused/${kind}`, "");
  }
}

/** Told a share as often as one likes, it passes on each hundredth once. */
function news(pass) {
  let before = -1;
  return (share) => {
    const now = Math.floor(100 * share);
    if (now > before) pass(share);
    before = Math.max(now, before);
  };
}

start();
