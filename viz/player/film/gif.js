// A GIF of pictures (GIF89a): one palette for all, each picture only what has changed since the one before, for ever again.
import { joined } from "./webm.js";
import { painter, paletteOf } from "./palette.js";
import { mindful, pause } from "./video.js";

const SAMPLES = 9; // pictures from which the colours are taken
const SAME = 255; // the number of "as before"
const u16 = (value) => [value & 255, value >> 8];

/**
 * The bytes of a GIF. frames(): {count, canvas, picture(k)} of a new beginning, size: {width, height, fps}, comment: text.
 * A picture lasts a whole number of hundredths of a second: fps is 100 over a whole number, or nearly. Throws an AbortError where `signal` says so.
 */
export async function gif(frames, { width, height, fps }, comment, { progress, signal }) {
  const colors = await sampled(frames(), { width, height, signal }),
    paint = painter(colors),
    film = frames(),
    parts = [header(width, height, colors), commented(comment)];
  let before = null;
  for (let k = 0; k < film.count; k++) {
    film.picture(k);
    const pixels = paint(read(film.canvas, width, height)),
      // Rounded from the beginning on, so that the film is as long as it should be.
      delay = Math.round((100 * (k + 1)) / fps) - Math.round((100 * k) / fps);
    parts.push(...picture(pixels, before, { width, height, delay }));
    before = pixels;
    progress(0.1 + (0.9 * (k + 1)) / film.count);
    await pause();
    mindful(signal);
  }
  return joined([...parts, Uint8Array.of(0x3b)]);
}

const read = (canvas, width, height) => canvas.getContext("2d").getImageData(0, 0, width, height);

/** The colours of a film: of some of its pictures, from the first to the last. */
async function sampled(film, { width, height, signal }) {
  const seen = [];
  for (let i = 0; i < SAMPLES; i++) {
    film.picture(Math.round((i * (film.count - 1)) / (SAMPLES - 1)));
    seen.push(read(film.canvas, width, height));
    await pause();
    mindful(signal);
  }
  return paletteOf(seen);
}

function header(width, height, colors) {
  const table = new Uint8Array(3 * 256);
  colors.forEach((color, i) => table.set(color, 3 * i));
  const screen = [...u16(width), ...u16(height), 0xf7, 0, 0],
    again = [0x21, 0xff, 11, ...signs("NETSCAPE2.0"), 3, 1, 0, 0, 0];
  return joined([Uint8Array.from([...signs("GIF89a"), ...screen]), table, Uint8Array.from(again)]);
}

const signs = (text) => Array.from(text, (sign) => sign.charCodeAt(0));

function commented(comment) {
  return joined([Uint8Array.of(0x21, 0xfe), blocks(new TextEncoder().encode(comment))]);
}

/** Bytes in blocks that tell their length, at most 255, and an empty one. */
function blocks(bytes) {
  const out = [];
  for (let at = 0; at < bytes.length; at += 255) out.push(Uint8Array.of(Math.min(255, bytes.length - at)), bytes.subarray(at, at + 255));
  return joined([...out, Uint8Array.of(0)]);
}

/** One picture: what has changed, in the box around it; a single pixel where nothing has. */
function picture(pixels, before, { width, height, delay }) {
  const [left, top, wide, high] = before ? changed(pixels, before, width) : [0, 0, width, height],
    inner = new Uint8Array(wide * high);
  for (let y = 0; y < high; y++)
    for (let x = 0, at = (top + y) * width + left; x < wide; x++, at++)
      inner[y * wide + x] = before && pixels[at] === before[at] ? SAME : pixels[at];
  const control = [0x21, 0xf9, 4, before ? 5 : 4, ...u16(delay), SAME, 0], // 5: keep what is there, one colour is seen through
    place = [0x2c, ...u16(left), ...u16(top), ...u16(wide), ...u16(high), 0, 8];
  return [Uint8Array.from([...control, ...place]), blocks(packed(inner))];
}

function changed(pixels, before, width) {
  let [left, top, right, bottom] = [width, Infinity, -1, -1];
  for (let at = 0; at < pixels.length; at++) {
    if (pixels[at] === before[at]) continue;
    const x = at % width,
      y = (at - x) / width;
    if (x < left) left = x;
    if (x > right) right = x;
    if (y < top) top = y;
    bottom = y;
  }
  return right < 0 ? [0, 0, 1, 1] : [left, top, right - left + 1, bottom - top + 1];
}

const CLEAR = 256,
  END = 257,
  FULL = 4096; // codes of twelve bits, and no more

/** Numbers of eight bits, packed as GIF wants them (LZW, Welch 1984, codes of variable width). */
export function packed(pixels) {
  const out = new Uint8Array(Math.ceil(pixels.length * 1.6) + 16),
    known = new Int32Array(FULL * 256); // by what came before and the next number: its code
  let used = 0,
    held = 0,
    bits = 0,
    wide = 9,
    next = END + 1;
  const put = (code) => {
    held |= code << bits;
    for (bits += wide; bits >= 8; bits -= 8, held >>>= 8) out[used++] = held & 255;
  };
  put(CLEAR);
  let prefix = pixels[0];
  for (let i = 1; i < pixels.length; i++) {
    const key = (prefix << 8) | pixels[i];
    if (known[key]) {
      prefix = known[key];
      continue;
    }
    put(prefix);
    prefix = pixels[i];
    if (next === FULL) {
      put(CLEAR);
      known.fill(0);
      wide = 9;
      next = END + 1;
      continue;
    }
    if (next === 1 << wide) wide++;
    known[key] = next++;
  }
  put(prefix);
  if (next === 1 << wide && wide < 12) wide++;
  put(END);
  if (bits) out[used++] = held & 255;
  return out.subarray(0, used);
}
