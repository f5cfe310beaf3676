// A player in a frame of somebody else's page: the map, one sentence, one button, the caption. Nothing lies over the map but names; it plays while it is seen.
import { el, icon } from "./parts/dom.js";

/** Shares of the frame: from here on it is seen, and below that it is gone. Between them nothing changes, so that a page that is scrolled back and forth does not flicker. */
const SEEN = 0.5,
  GONE = 0.25;

/** Is the page asked for as one that stands in another? */
export function inFrame(search) {
  return new URLSearchParams(search).has("embed");
}

/** Makes a player one for a frame and plays a scene as soon as it is seen. told: {caption (a line), full (what is told on request)}. Returns {painted()}, to be called after every picture. */
export function framed(player, scene, { caption, full }) {
  const { say, host } = player,
    go = new Go(player);
  const asked = el("p", { class: "waiting", dir: "auto", text: scene.roads[0]?.user ? say("embed.asked", { question: scene.roads[0].user }) : scene.title });
  host.classList.add("embed");
  host.append(
    el("div", { class: "under" }, go.element, player.saying.element, asked),
    captionOf(say, caption, full, () => player.resized()),
  );
  player.load(scene, { play: player.reduced }); // where less motion is asked for the road lies there whole, until somebody plays it
  watch(player, scene, () => go.update()); // a frame that is out of sight paints nothing
  return { painted: () => go.update() };
}

/** The one button: it plays, pauses, or plays again, and says which. */
class Go {
  constructor(player) {
    this.player = player;
    this.shown = null;
    this.element = el("button", { type: "button", class: "primary go", on: { click: () => player.toggle() } });
    this.update();
  }

  update() {
    const { clock, say } = this.player,
      name = clock.playing ? "pause" : clock.last >= 0 && clock.time >= clock.last ? "again" : "play";
    if (name === this.shown) return;
    this.shown = name;
    this.element.setAttribute("aria-label", say(`embed.${name}`));
    this.element.title = say(`embed.${name}`);
    this.element.replaceChildren(icon(name === "again" ? "reset" : name));
  }
}

/** One line of what this is; the whole of it on request, for which the map makes room. */
function captionOf(say, caption, full, resized) {
  const more = el("button", { type: "button", class: "what", "aria-expanded": "false", text: say("embed.what") }),
    line = el("p", { class: "short", dir: "auto", text: caption, title: full }),
    node = el("div", { class: "caption" }, line, more);
  more.addEventListener("click", () => {
    const open = node.classList.toggle("open");
    more.setAttribute("aria-expanded", String(open));
    more.textContent = say(open ? "embed.less" : "embed.what");
    line.textContent = open ? `${say("embed.about")} ${full}` : caption;
    resized();
  });
  return node;
}

/** Plays from the beginning when it is seen for the first time, stops when it has gone, and goes on when it comes back, unless somebody has stopped it. turned(): called after that. */
function watch(player, scene, turned) {
  let began = player.reduced,
    goesOn = false;
  const told = ([...changes]) => {
    const share = changes.at(-1).intersectionRatio;
    if (share >= SEEN && !began) {
      began = true;
      player.load(scene, { play: true });
    } else if (share >= SEEN && goesOn && !player.playing) {
      player.toggle();
    } else if (share <= GONE && player.playing) {
      player.toggle();
      goesOn = true;
    }
    if (share >= SEEN) goesOn = false;
    turned();
  };
  new IntersectionObserver(told, { threshold: [GONE, SEEN] }).observe(player.host);
}
