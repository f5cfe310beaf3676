// Makes the parts of a player and ties them to its deeds. Writes nothing into the player: it takes what it is given.
import { Stage } from "./map/stage.js";
import { Counted } from "./parts/counted.js";
import { CrossingBar } from "./parts/crossing.js";
import { fork, onward, putSign, stretchMenu } from "./parts/deeds.js";
import { Ask } from "./parts/ask.js";
import { Guess } from "./parts/guess.js";
import { Inset } from "./parts/inset.js";
import { LessonCard } from "./parts/lesson.js";
import { Present, presented } from "./parts/present.js";
import { Readout } from "./parts/readout.js";
import { Saying } from "./parts/saying.js";
import { makeShell, openCard } from "./parts/shell.js";
import { SignMenu } from "./parts/sign_menu.js";
import { Stretch } from "./parts/stretch.js";
import { Strip } from "./parts/strip.js";
import { Table } from "./parts/table.js";
import { TextLine } from "./parts/textline.js";
import { Tip } from "./parts/tip.js";
import { Transport } from "./parts/transport.js";
import { Trust } from "./parts/trust.js";
import { Variants } from "./parts/variants.js";
import { saveMenu, sheetsOn } from "./takeaway.js";

/** The parts by their names, in the document below `root`. given: {strings, report, served, take, sheet}. What ties them to the player is called later, when it has them all. */
export function assemble(player, root, { strings, report, served, take, sheet }) {
  const { say, canDrive, means, ground, talk } = player;
  const around = partsAround(player),
    menu = saveMenu(player, { served, take, sheet }),
    { inset, text, crossing, variants, strip, transport, saying, counted, lesson, guess, ask } = around;
  const shell = makeShell(
    say,
    {
      present: () => player.present.toggle(),
      tour: talk.lesson ? () => talk.tour() : null,
      ask: canDrive ? () => ask.open() : null,
      full: () => player.fullScreen(),
      trust: () => player.trust.show(player.view),
      table: () => player.table.show(player.roads),
      reset: () => player.reset(),
      openCard: () => {
        openCard(shell);
        player.refresh();
      },
      closeCard: () => player.closeCard(),
    },
    menu.element,
    {
      inset: inset.element,
      text: text.element,
      crossing: crossing.element,
      variants: variants.element,
      transport: transport.element,
      strip: strip.element,
      saying: saying.element,
      counted: counted.element,
      lesson: lesson.element,
      guess: guess.element,
      ask: ask.element,
    },
    canDrive,
  );
  const { host, stage } = shell;
  root.append(host);
  return {
    take: sheetsOn(player, host, take),
    ...around,
    shell,
    host,
    stage: new Stage(stage, ground, means, () => player.paint()),
    ...partsAbove(player, shell, strings, report),
    readout: new Readout(player),
  };
}

/** What stands around the map. */
function partsAround(player) {
  const { say, canDrive, ground, means, talk } = player;
  const text = new TextLine(say, (road, index) => player.chooseWord(road, index), canDrive ? say("text.drag") : "");
  return {
    inset: new Inset(say, ground, { toggle: () => player.seeAll() }),
    text,
    transport: new Transport(say, {
      toggle: () => player.toggle(),
      step: (by) => player.step(by),
      seek: (index) => player.go(index),
      speed: (value) => player.setSpeed(value),
      follow: () => player.setFollow(!player.eye.following),
    }),
    crossing: new CrossingBar(
      say,
      {
        fork: (detail, words) => fork(player, detail, words),
        onward: () => onward(player),
        road: (which) => player.choose(which),
        leave: () => text.focus(player.which, player.indices[player.which]),
      },
      canDrive,
    ),
    stretch: new Stretch(text, {
      allowed: () => canDrive && !player.present.on,
      chosen: (stretch, withKeys) => stretchMenu(player, stretch, withKeys),
      enter: () => player.menu.focus(),
      dropped: () => player.menu.close(),
    }),
    variants: new Variants(say, (id) =>
      player.open(player.scenes.find((entry) => entry.id === id) ?? { id, url: `mm/scene/${id}.json` }, player.time),
    ),
    strip: new Strip(
      say,
      ground.meta.regions.map(({ name }) => name),
      means.software,
      (index) => player.go(index),
      (name) => player.chooseReading(name),
      (row) => player.chooseRow(row),
    ),
    counted: new Counted(say),
    lesson: new LessonCard(say, {
      next: () => talk.next(),
      back: () => talk.back(),
      leave: () => talk.tour(false),
      notes: talk.notes ? () => talk.openNotes() : null,
    }),
    guess: new Guess(say),
    ask: new Ask(say, {
      ask: (question) => player.onEvent("ask", { question }),
      left: () => player.shell.stage.focus({ preventScroll: true }),
    }),
    saying: new Saying(say, {
      stop: () => player.onEvent("stop", {}),
      again: () => player.refresh(),
      left: () => player.shell.stage.focus({ preventScroll: true }),
      announce: (words) => player.announce(words),
    }),
  };
}

/** What lies above the map: tip, menu, sheets, Present. */
function partsAbove(player, { host, stage }, strings, report) {
  const { say } = player;
  return {
    tip: new Tip(stage, say),
    menu: new SignMenu(host, say, {
      sign: (detail, title) => putSign(player, detail, title),
      closed: () => player.stretch.clear(),
    }),
    table: new Table(host, say, (road, index) => player.go(index, road)),
    trust: new Trust(host, say, strings, report, { view: (name) => player.setView(name) }),
    present: new Present(host, say, {
      next: () => player.talk.next(),
      back: () => player.talk.back(),
      start: () => player.talk.tour(true),
      guess: (number) => player.talk.guess(number),
      seek: (index) => player.go(index),
      ask: player.canDrive ? () => player.ask.open() : null,
      armed: () => player.talk.armed,
      touring: () => player.talk.touring,
      used: () => (player.shell.keys.hidden = true),
      focus: () => stage.focus({ preventScroll: true }),
      changed: (on, withLesson) => presented(player, on, withLesson),
    }),
  };
}
