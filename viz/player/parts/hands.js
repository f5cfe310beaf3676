// Keys and pointer of one player: what people do on the stage. Decides which of the player's deeds is meant, does none itself.
import { turn, zoom } from "../map/camera.js";
import { control } from "../map/controls.js";
import { landmarkMenu, nextName, takeTurn } from "./deeds.js";
import { boardAt, labelAt, pickAt } from "../map/pick.js";

const TURN = 0.12;

/** Listens on a player's elements. No key pressed in the player reaches the page around it. Returns a function that stops. */
export function listen(player) {
  const { host, stage } = player.shell;
  const release = control(stage, {
    camera: () => player.eye.camera,
    move: (camera) => player.eye.put(camera),
    click: (x, y) => click(player, x, y),
    hover: (x, y) => hover(player, x, y),
    armed: () => player.present.on || stage.getRootNode().activeElement === stage,
    refused: () => hint(player.shell.wheel),
  });
  const steps = ["ArrowLeft", "ArrowRight", "Home", "End"];
  stage.addEventListener("keydown", (event) => event.target === stage && key(player, event));
  player.text.element.addEventListener("keydown", (event) => words(player, event, steps));
  const hand = { pressed: false }; // has the pointer chosen what holds the focus?
  host.addEventListener("keydown", (event) => {
    if (event.key === "Escape") player.text.escape(event);
    anywhere(player, event, hand);
    event.stopPropagation();
  });
  const away = new AbortController();
  document.addEventListener("keydown", (event) => anywhere(player, event, hand), { signal: away.signal });
  document.addEventListener("pointerdown", () => (hand.pressed = true), { signal: away.signal, capture: true });
  return () => {
    away.abort();
    release();
  };
}

/** What is pressed or chosen with the space bar, and what moves on with the arrows. */
const PRESSED =
  "button, a[href], summary, [role=button], [role=switch], [role=checkbox], [role=radio], [role=tab], [role=combobox]";
const MOVED = "[role=radiogroup], [role=tablist], [role=toolbar], [role=slider], [role=spinbutton]";

/** Has what holds the focus a use of its own for a key: the space bar (` `), an arrow, a letter? pressed: was it chosen with the pointer, and no key but these has been pressed since? Then a button needs none: who has clicked a scene means the road. */
export function needs(node, key, pressed = false) {
  const field = node?.closest?.("input, textarea, select, [contenteditable]");
  if (field?.matches("[type=range]")) return key !== " ";
  if (field && !field.matches("[type=checkbox], [type=button]")) return true;
  if (node?.closest?.("dialog, [role=dialog], [role=menu], [role=listbox], [role=grid]")) return true;
  if (field) return key === " ";
  if (!ANYWHERE.includes(key) || WHOLE.includes(key)) return false;
  return !pressed && Boolean(node?.closest?.(key === " " ? PRESSED : MOVED));
}

const WHOLE = ["w", "W"],
  ANYWHERE = [" ", "ArrowLeft", "ArrowRight", ...WHOLE];

/** Space plays, left and right step, W shows the whole answer from wherever the focus is, unless they are needed there. Up and down are left to what scrolls. */
function anywhere(player, event, hand) {
  if (event.defaultPrevented) return;
  if (player.host.classList.contains("figure") && !event.composedPath().includes(player.host)) return;
  if (!ANYWHERE.includes(event.key)) hand.pressed &&= ["Shift", "Control", "Alt", "Meta"].includes(event.key);
  else if (!needs(event.composedPath()[0], event.key, hand.pressed)) key(player, event);
}

/** In the text the arrows step, and the focus goes along; down leads to the turns of that crossing. */
function words(player, event, steps) {
  if (event.key === "ArrowDown" && player.canDrive) {
    event.preventDefault();
    return player.crossing.focusAt(0);
  }
  const at = player.stretch.of(event.target);
  if (at && event.key === "Enter") {
    event.preventDefault();
    return player.chooseWord(at.road, at.index);
  }
  if (at && event.key === " ") return key(player, event);
  if (!steps.includes(event.key) || event.shiftKey) return;
  key(player, event);
  if (at) player.text.focus(at.road, player.indices[at.road]);
}

function key(player, event) {
  const turned = (dx, dy) => player.eye.put(turn(player.eye.camera, dx * TURN, dy * TURN)),
    nearer = (by) => player.eye.put(zoom(player.eye.camera, by));
  const run = {
    " ": () => player.toggle(),
    ArrowLeft: () => (event.shiftKey ? turned(1, 0) : player.step(-1)),
    ArrowRight: () => (event.shiftKey ? turned(-1, 0) : player.step(1)),
    ArrowUp: () => turned(0, 1),
    ArrowDown: () => turned(0, -1),
    Home: () => player.go(0),
    End: () => player.go(Infinity),
    "+": () => nearer(0.87),
    "-": () => nearer(1.15),
    0: () => player.reset(),
    w: () => player.text.whole(),
    W: () => player.text.whole(),
    l: () => nextName(player, 1),
    L: () => nextName(player, -1),
    Enter: player.named && player.canDrive ? () => landmarkMenu(player, player.named) : null,
  }[event.key];
  if (!run || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  run();
}

/** What is under the pointer: a crossing or a tip, else a board or a name, else the label of a spur. */
function under(player, x, y) {
  const near = pickAt(player.picks, x, y),
    board = near ? null : boardAt(player.boards, x, y);
  return { pick: near ?? (board ? null : labelAt(player.picks, x, y)), board };
}

function click(player, x, y) {
  const { pick, board } = under(player, x, y);
  if (board?.landmark && player.canDrive) return landmarkMenu(player, board);
  if (board) return player.tip.board(board, player.canDrive);
  if (!pick) return player.tip.show(null);
  const { road, index, candidate } = pick;
  if (candidate != null) return takeTurn(player, pick);
  player.chooseWord(road, index);
}

function hover(player, x, y) {
  const { pick, board } = x == null ? { pick: null, board: null } : under(player, x, y);
  player.pointAt(pick);
  player.shell.stage.style.cursor = pick || (board?.landmark && player.canDrive) ? "pointer" : "";
  if (board) player.tip.board(board, player.canDrive);
  else player.tip.show(pick, pick && player.roads[pick.road], player.canDrive);
}

const hints = new WeakMap();
function hint(element) {
  element.hidden = false;
  clearTimeout(hints.get(element));
  hints.set(
    element,
    setTimeout(() => (element.hidden = true), 1400),
  );
}
