// What tests ask of films: made, drawn picture by picture, and their parts alone. Bytes travel as base64.

import { cameraAt, paceOf, stopsOf, tripsOf } from "/player/film/director.js";
import { filmOf } from "/player/film/film.js";
import { framesOf } from "/player/film/frames.js";
import { wordsOf } from "/player/film/footer.js";
import { paletteOf, painter } from "/player/film/palette.js";
import { headPlace } from "/player/state/places.js";

function packed(bytes) {
  let text = "";
  for (const value of bytes) text += String.fromCharCode(value);
  return btoa(text);
}
const unpacked = (text) => Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));

/** What `filmOf` gives for the player of the page, or the name of what it threw; abort: the share from which on it is cancelled. */
export async function make(asked, abort) {
  const shares = [],
    stop = new AbortController();
  const progress = (share) => {
    shares.push(share);
    if (share > abort) stop.abort();
  };
  try {
    const { blob, ...film } = await filmOf(__mm.player, { ...asked, progress, signal: stop.signal });
    return { ...film, type: blob.type, bytes: packed(new Uint8Array(await blob.arrayBuffer())), shares };
  } catch (error) {
    return { error: error.name, shares };
  }
}

/** Pictures as they are drawn, before any encoder, with where the heads are and what is lit. */
export function drawn(asked, wanted) {
  const film = framesOf(__mm.player.filmed(), { look: "dark", drift: true, ...asked }),
    out = [];
  for (let k = 0; k <= Math.max(...wanted); k++) {
    const { project, time, indices } = film.picture(k);
    if (!wanted.includes(k)) continue;
    const { data } = film.canvas.getContext("2d").getImageData(0, 0, asked.width, asked.height),
      heads = __mm.player.roads.map(({ places }) => project(headPlace(places, time, false)));
    out.push({ pixels: packed(data), heads, time, indices });
  }
  return out;
}

/** The camera of each of ten pictures, as text. */
export function cameras() {
  const how = { look: "dark", width: 160, height: 96, seconds: 1, fps: 10, drift: true },
    film = framesOf(__mm.player.filmed(), how);
  return Array.from({ length: 10 }, (_, k) => JSON.stringify(film.picture(k).camera));
}

/** From where to where on its line a token of road A goes, by measuring what stands before it; and where the words begin. */
export function litAt(index, width, height) {
  const pen = document.createElement("canvas").getContext("2d"),
    words = wordsOf(__mm.player.filmed().words, { width, height }, __mm.player.palette.font, pen),
    { text, lines, spans } = words.texts[0],
    [from, to] = spans[index],
    line = lines.find(([, end]) => end > from);
  const wide = (part) => words.measure(part.trimStart(), words.answer, 500),
    start = words.margin + words.badge,
    lead = text.slice(from, to).search(/\S/);
  return [start + wide(text.slice(line[0], from + lead)), start + wide(text.slice(line[0], to)), words.high];
}

/** The file that a muxer makes of chunks. */
export async function muxed(module, chunks, about) {
  const write = (await import(`/player/film/${module}.js`))[module],
    description = about.description && unpacked(about.description);
  return packed(write(chunks.map((chunk) => ({ ...chunk, data: unpacked(chunk.data) })), { ...about, description }));
}

/** When the head of some roads is where. */
export function paced(roads, seconds, partsAt, moments) {
  const last = Math.max(0, ...roads.map(({ tokens }) => tokens.length)) - 1,
    stops = stopsOf(roads, partsAt),
    { opening, ends, dwell, at, when } = paceOf(roads, last, seconds, stops);
  const back = Array.from({ length: last + 1 }, (_, i) => at(when(i)));
  return { stops, opening, ends, dwell, times: moments.map(at), back };
}

/** The way of a camera through shots [token, distance] of a road of 41 tokens: the trips, how far it is at some moments, and how it drifts. */
export function travelled(shots, seconds, moments) {
  const camera = (distance) => ({ center: [0, 0, 0], azimuth: 0, elevation: 0.4, distance }),
    tokens = Array.from({ length: 41 }, () => ({ entropy: 1.2 })),
    pace = paceOf([{ tokens }], 40, seconds, []),
    trips = tripsOf(shots.map(([at, distance]) => ({ at, camera: camera(distance) })), pace);
  const seen = moments.map((t) => cameraAt(camera(2), trips, t, { seconds, drift: 0.2 }));
  return { trips, far: seen.map(({ distance }) => distance), drift: seen.map(({ azimuth }) => azimuth) };
}

/** A dark paper with a soft green and a soft red spot, a bright road across and words below: as it is, and in a GIF's colours. */
export function tinted(width, height) {
  const data = new Uint8ClampedArray(4 * width * height);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const near = (u, v) => Math.max(0, 1 - Math.hypot(x - u, y - v) / 120) ** 2,
        [a, b] = [near(90, 80), near(230, 80)],
        soft = y > 150 ? [236, 234, 230] : [21 + 50 * b, 22 + 40 * a, 25 + 20 * a];
      data.set([...(Math.abs(y - 40 - x / 4) < 2 ? [255, 180, 84] : soft), 255], 4 * (y * width + x));
    }
  const picture = new ImageData(data, width, height),
    colors = paletteOf([picture]);
  return { colors, pixels: packed(painter(colors)(picture)), data: packed(data) };
}
