// Makes the parts of a player and ties them to its deeds.
import { CrossingBar } from "./parts/crossing.js";
import { fork, putSign, stretchMenu } from "./parts/deeds.js";
import { fileName } from "./frame.js";
import { listen } from "./parts/hands.js";
import { SignMenu } from "./parts/sign_menu.js";
import { Trust } from "./parts/trust.js";
import { Tip } from "./parts/tip.js";
import { Present, presented } from "./parts/present.js";
import { SaveMenu } from "./parts/save.js";
import { makeShell, openCard } from "./parts/shell.js";
import { Stage } from "./map/stage.js";
import { Stretch } from "./parts/stretch.js";
import { Strip } from "./parts/strip.js";
import { Table } from "./parts/table.js";
import { TextLine } from "./parts/textline.js";
import { Transport } from "./parts/transport.js";
import { Variants } from "./parts/variants.js";

/** given: {strings, report, canSavePage}. */
export function assemble(player, root, { strings, report, canSavePage }) {
  const { say } = player;
  player.transport = new Transport(say, {
    toggle: () => player.toggle(),
    step: (by) => player.step(by),
    seek: (index) => player.go(index),
    speed: (value) => player.setSpeed(value),
    follow: () => player.setFollow(!player.eye.following),
  });
  player.text = new TextLine(say, (road, index) => {
    player.which = road;
    player.go(index);
    player.onEvent("word", { road, index });
  });
  player.crossing = new CrossingBar(
    say,
    {
      fork: (detail, words) => fork(player, detail, words),
      road: (which) => player.choose(which),
      leave: () => player.text.focus(player.which, player.indices[player.which]),
    },
    player.canDrive,
  );
  player.stretch = new Stretch(player.text, {
    allowed: () => player.canDrive && !player.present.on,
    chosen: (stretch, withKeys) => stretchMenu(player, stretch, withKeys),
    enter: () => player.menu.focus(),
    dropped: () => player.menu.close(),
  });
  if (player.canDrive) player.text.answers.title = say("text.drag");
  player.variants = new Variants(say, (id) =>
    player.open(player.scenes.find((entry) => entry.id === id) ?? { id, url: `mm/scene/${id}.json` }, player.time),
  );
  player.strip = new Strip(
    say,
    player.ground.meta.regions.map(({ name }) => name),
    player.means.software,
    (index) => player.go(index),
    (name) => {
      player.chosen = true; // from now on it stays what somebody wanted to read
      player.setReading(name);
    },
  );
  player.save = new SaveMenu(say, {
    picture: () => player.picture(),
    page: canSavePage ? () => player.onEvent("save-page", { name: fileName(player.journey) }) : null,
    caption: () => ({ caption: player.journey.scene.caption ?? "" }),
    said: (text) => player.announce(text),
  });
  const act = {
    present: () => player.present.toggle(),
    full: () => player.fullScreen(),
    trust: () => player.trust.show(player.view),
    table: () => player.table.show(player.roads),
    reset: () => player.reset(),
    stop: () => player.onEvent("stop", {}),
    openCard: () => {
      openCard(player.shell);
      player.refresh();
    },
    closeCard: () => player.closeCard(),
  };
  player.shell = makeShell(
    say,
    act,
    player.save.element,
    {
      text: player.text.element,
      crossing: player.crossing.element,
      variants: player.variants.element,
      transport: player.transport.element,
      strip: player.strip.element,
    },
    player.canDrive,
  );
  const { host, stage, overlay } = player.shell;
  player.host = host;
  root.append(host);
  player.pen = overlay.getContext("2d", { willReadFrequently: player.means.software });
  player.stage = new Stage(stage, player.ground, player.means, () => player.paint());
  player.tip = new Tip(stage, say);
  player.menu = new SignMenu(host, say, {
    sign: (detail, title) => putSign(player, detail, title),
    closed: () => player.stretch.clear(),
  });
  player.table = new Table(host, say, (road, index) => {
    player.which = road;
    player.go(index);
  });
  player.trust = new Trust(host, say, strings, report, { view: (name) => player.setView(name) });
  player.present = new Present(
    host,
    {
      step: (by) => player.step(by),
      seek: (index) => player.go(index),
      load: (entry) => player.open(entry),
      focus: () => stage.focus({ preventScroll: true }),
      changed: (on) => presented(player, on),
    },
    () => player.scenes,
    () => player.journey.scene.id,
  );
  player.release = listen(player, host, stage);
  player.watch = new ResizeObserver(() => player.resized());
  player.watch.observe(stage);
  player.watch.observe(player.strip.canvas);
}
