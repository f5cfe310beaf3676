// A film of the road on the stage: WebM or MP4 where this browser can encode it, else a GIF.
import { countOf, framesOf } from "./frames.js";
import { gif } from "./gif.js";
import { mp4 } from "./mp4.js";
import { canEncode, codecsOf, encoded, NoEncoder } from "./video.js";
import { webm } from "./webm.js";

/** Pictures a second: of a video; of a GIF, whose pictures last whole hundredths of a second. */
const FPS = { webm: 30, mp4: 30, gif: 12.5 };
/** Pixels, where nobody asks for a size. A GIF holds every picture nearly whole. */
const SIZE = { webm: [1280, 720], mp4: [1280, 720], gif: [640, 360] };
/** What a film may be: seconds, and pixels of a side. */
const SECONDS = [0.5, 60],
  SIDE = [96, 1920];
/** What else is tried, in this order. */
const ELSE = { webm: ["webm", "mp4", "gif"], mp4: ["mp4", "webm", "gif"], gif: ["gif"] };
const TYPE = { webm: "video/webm", mp4: "video/mp4", gif: "image/gif" };

/** What can be made here: {webm, mp4, gif: true | false, why: null, "insecure" (a plain address on a network: browsers encode nothing there) or "unsupported"}. */
export async function filmKinds() {
  const size = { width: 1280, height: 720, fps: FPS.webm },
    [webms, mp4s] = await Promise.all(["webm", "mp4"].map((kind) => canEncode(codecsOf(kind, size), size)));
  return { webm: webms, mp4: mp4s, gif: true, why: webms || mp4s ? null : isSecureContext ? "unsupported" : "insecure" };
}

/**
 * A film of what the player shows.
 *
 * player: its scene, camera and view are taken as they are now. kind: "webm", "mp4" or "gif"; seconds: 0.5 to 60; look: "dark" or "light"; width, height: 96 to 1920
 * pixels, made even, 1280 by 720 (a GIF: 640 by 360) where nobody asks; progress(share): called after every picture, from 0 to 1; signal: of an AbortController.
 * Returns a promise of {blob, kind (what it became), why (null, or the key of a sentence under player, where it became another kind than asked), width, height, frames}.
 * Rejects with an AbortError when `signal` is aborted.
 */
export async function filmOf(player, { kind = "webm", seconds = 6, look = "dark", width, height, progress = () => {}, signal } = {}) {
  const filmed = player.filmed(),
    order = ELSE[kind] ?? ELSE.webm,
    comment = JSON.stringify(filmed.recipe);
  for (const now of order) {
    const size = { ...sizeOf(now, kind, [width, height]), seconds: within(Number(seconds) || 6, SECONDS), fps: FPS[now] },
      frames = () => framesOf(filmed, { ...size, look, drift: now !== "gif" });
    try {
      const bytes = await made(now, frames, size, { title: filmed.words.title, comment }, { progress, signal });
      progress(1);
      return { blob: new Blob([bytes], { type: TYPE[now] }), kind: now, why: now === kind ? null : whyNot(now), ...size, frames: countOf(size) };
    } catch (error) {
      if (!(error instanceof NoEncoder)) throw error;
    }
  }
}

async function made(kind, frames, size, { title, comment }, how) {
  if (kind === "gif") return gif(frames, size, comment, how);
  const { chunks, codec, description, space } = await encoded(codecsOf(kind, size), frames, size, how),
    about = { ...size, codec, description, space, title, comment };
  return kind === "webm" ? webm(chunks, about) : mp4(chunks, about);
}

const within = (value, [least, most]) => Math.min(most, Math.max(least, value));

/** Even sides within what a film may be. A GIF that nobody asked for is no larger than one is by itself. */
function sizeOf(kind, asked, [width, height]) {
  const [wide, high] = SIZE[kind],
    w = Number(width) || (Number(height) ? (Number(height) * wide) / high : wide),
    h = Number(height) || (w * high) / wide,
    scale = kind === "gif" && asked !== "gif" ? Math.min(1, wide / w, high / h) : 1,
    even = (value) => 2 * Math.floor(within(value * scale, SIDE) / 2);
  return { width: even(w), height: even(h) };
}

/** Why it is another kind than asked: the key of a sentence. */
function whyNot(kind) {
  return typeof VideoEncoder === "undefined" && !isSecureContext ? "film.insecure" : `film.became_${kind}`;
}
