// The third adapter: a page that nobody sees makes what a command asks for, and hands it back to the process that serves it.
import { createPlayer } from "./player.js";
import { readGround } from "./map/ground.js";
import { DARK, LIGHT } from "./draw/theme.js";

const BEAT = 2000; // milliseconds between two signs of life

/** How each product is made: (player, options, tell(share)) to a Promise of a Blob. */
const MAKERS = {
  png: async (player) => (await player.picture()).png,
};

async function post(name, body) {
  const reply = await fetch(name, { method: "POST", body });
  if (!reply.ok) throw new Error(`${name}: ${reply.status}`);
}

const tell = (name, told) => post(name, JSON.stringify(told));

/** Where nobody listens any more the browser goes too. */
function beat() {
  fetch("alive", { method: "POST" }).catch(() => close());
}

/** A player of the asked size, at rest where it is to be looked at. */
async function shown({ scene, ground, strings, report, regions, look, size, at, view, reading }, points) {
  const root = document.getElementById("root");
  Object.assign(root.style, { width: `${size[0]}px`, height: `${size[1]}px` });
  const player = createPlayer(root, {
    strings,
    ground: readGround(ground, points),
    theme: look === "dark" ? DARK : LIGHT,
    report: () => report,
    scenes: [{ id: scene.id, title: scene.title }],
    loadScene: async () => scene,
    canSavePage: false,
  });
  player.setRegions(regions);
  player.load(scene);
  if (view === "pca") player.setView(view);
  if (reading) player.chooseReading(reading);
  player.go(at ?? Infinity);
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
    for (const { kind, ...options } of job.products) {
      await tell("progress", { kind, share: 0 });
      await post(`product/${kind}`, await MAKERS[kind](player, options, (share) => tell("progress", { kind, share })));
    }
  } catch (error) {
    await tell("failed", { error: String(error?.stack ?? error) });
  }
}

start();
