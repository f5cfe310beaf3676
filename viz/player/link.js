// What is kept of a page, as text: "version.map.asked.view.typed" (docs/link.md). Python makes and reads `asked`; the view and what is being typed are made here. No DOM, no storage.
export const VERSION = 1;
/** The longest address; what needs more goes into the browser's storage. */
export const LONGEST = 2000;
/** The most characters that are kept at all; Python reads no more. */
export const MOST = 400_000;

const KEY = /^k[0-9a-z]{8,20}$/;
const SEEN = ["map", "pca"];
const FINE = 1000; // camera coordinates are whole thousandths: no point stands in them
const FAR = 100;

/** Does a short key stand there, for what is kept in the browser's storage? */
export const isKey = (text) => KEY.test(text);

/** A new key; those of later milliseconds come later. */
export function newKey(now, random) {
  return `k${now.toString(36).padStart(9, "0")}${Math.floor(random * 36 ** 5)
    .toString(36)
    .padStart(5, "0")}`;
}

/** The whole value; "" where there is nothing to keep, or too much. typed: {question, system, system_b, sign_text}, what no one has sent yet. */
export function pack({ atlas, asked = "", view = null, typed = {} }) {
  const parts = [asked, viewText(view), Object.keys(typed).length ? base64(JSON.stringify(typed)) : ""];
  const text = [VERSION, atlas.slice(0, 8), ...parts].join(".");
  return parts.some(Boolean) && text.length <= MOST ? text : "";
}

/** view: {head (token, or null), road, reading (or ""), seen, camera (as the player gives it, or null)}; null for none. */
function viewText(view) {
  if (!view) return "";
  const { head = null, road = 0, reading = "", seen = "map", camera = null } = view;
  const eye = camera ? [camera.eye, camera.center].flatMap(({ x, y, z }) => [x, y, z]) : [];
  const parts = [head ?? "", head == null ? "" : road, reading, seen === "map" ? "" : seen];
  return [...parts, ...eye.map((value) => Math.round(FINE * value))].join("_").replace(/_+$/, "");
}

/** The view in a value, checked: null where there is none, where it is none, or where it is of another map. readings: the names that there are. */
export function readView(text, atlas, readings) {
  const [version, map, , view, ...rest] = String(text).split(".");
  if (version !== String(VERSION) || map !== atlas.slice(0, 8) || !view || rest.length !== 1) return null;
  const [head, road = "", reading = "", seen = "", ...eye] = view.split("_");
  const camera = cameraOf(eye);
  if (![head, road].every((part) => /^\d{0,6}$/.test(part)) || camera === undefined) return null;
  if ((reading && !readings.includes(reading)) || (seen && !SEEN.includes(seen))) return null;
  return {
    head: head === "" ? null : Number(head),
    road: road === "1" ? 1 : 0,
    reading,
    seen: seen || "map",
    camera,
  };
}

/** Six whole thousandths as a camera; null for none, undefined for what is no camera. */
function cameraOf(parts) {
  if (!parts.length) return null;
  const numbers = parts.map((part) => (/^-?\d{1,6}$/.test(part) ? Number(part) / FINE : NaN));
  const [ex, ey, ez, x, y, z] = numbers;
  if (numbers.length !== 6 || !numbers.every((value) => Math.abs(value) <= FAR)) return undefined;
  if (Math.hypot(ex - x, ey - y, ez - z) < 0.01) return undefined; // an eye looks at something
  return { eye: { x: ex, y: ey, z: ez }, center: { x, y, z }, up: { x: 0, y: 0, z: 1 } };
}

/** What there is to see in a player and does not come by itself. `bare`: nothing else is kept, so that a road at its end is as everybody has it. */
export function viewOf(player, bare = false) {
  const { playing, which, journey, view, eye } = player,
    index = player.at; // of two roads the longer one counts
  const rests = !playing && !journey.growing && index >= 0 && !(bare && index >= journey.last);
  return {
    head: rests ? index : null,
    road: which,
    reading: player.chosen ? player.strip.reading : "",
    seen: view,
    camera: eye.touched ? player.camera() : null,
  };
}

/** Shows a player that view; a road that still grows is not held up. */
export function showView(player, { head, road, reading, seen, camera }) {
  if (camera) player.setCamera(camera);
  if (reading) player.chooseReading(reading);
  if (seen !== player.view) player.setView(seen);
  if (head != null && !player.journey.growing && player.roads.length)
    player.go(head, Math.min(road, player.roads.length - 1));
}

function base64(text) {
  const bytes = new TextEncoder().encode(text.isWellFormed?.() === false ? text.toWellFormed() : text);
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
