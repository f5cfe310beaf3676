// Pictures into encoded ones by WebCodecs, one after another and not in real time.

const KEY = 2; // seconds from one key picture to the next
const RICH = 0.26; // bits a pixel and picture: fine lines and dots on a moving ground
const QUEUE = 4; // pictures that wait for the encoder: more would fill the memory
const PATIENCE = 20000; // milliseconds after which an encoder that gives nothing is taken for dead

/** Raised where no codec of the list could do it; the film then becomes something else. */
export class NoEncoder extends Error {}

/** Profile and level of H.264 and VP9 by size: what 30 pictures a second of it need. */
export function codecsOf(kind, { width, height }) {
  const large = width * height > 1280 * 720;
  if (kind === "webm") return [`vp09.00.${large ? "40" : "31"}.08`, "vp8"];
  return ["6400", "4d00", "4200"].map((profile) => `avc1.${profile}${large ? "28" : "1f"}`);
}

const configOf = (codec, { width, height, fps }) => ({
  codec,
  width,
  height,
  framerate: fps,
  bitrate: Math.round(RICH * width * height * fps),
  latencyMode: "quality",
  ...(codec.startsWith("avc1") ? { avc: { format: "avc" } } : {}),
});

/** Does this browser say that it can encode one of these codecs? */
export async function canEncode(codecs, size) {
  if (typeof VideoEncoder === "undefined") return false;
  for (const codec of codecs) {
    const said = await VideoEncoder.isConfigSupported(configOf(codec, size)).catch(() => null);
    if (said?.supported) return true;
  }
  return false;
}

/** Throws what an aborted deed throws. */
export function mindful(signal) {
  if (signal?.aborted) throw new DOMException("The film was cancelled.", "AbortError");
}

/** Lets the page do what waits: a click on Cancel, a picture of its own. A message and not a timer, which a hidden tab would slow down. */
export function pause() {
  return new Promise((done) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      done();
    };
    port2.postMessage(null);
  });
}

/**
 * All pictures of a film, encoded by the first codec of a list that really does it.
 * frames(): {count, canvas, picture(k)} of a new beginning; size: {width, height, fps}. Returns {chunks: [{data, timestamp, key}], codec, description (Uint8Array or null), space}. Throws NoEncoder where none does, an AbortError where `signal` says so.
 */
export async function encoded(codecs, frames, size, { progress, signal }) {
  let last = null;
  for (const codec of codecs) {
    try {
      return { codec, ...(await run(configOf(codec, size), frames(), size, { progress, signal })) };
    } catch (error) {
      if (error.name === "AbortError") throw error;
      last = error;
    }
  }
  throw new NoEncoder(last?.message ?? "no codec", { cause: last });
}

async function run(config, frames, { fps }, { progress, signal }) {
  const state = { chunks: [], description: null, space: null, failed: null },
    encoder = new VideoEncoder({ output: (chunk, about) => keep(state, chunk, about), error: (error) => (state.failed = error) });
  try {
    encoder.configure(config);
    for (let k = 0; k < frames.count; k++) {
      frames.picture(k);
      const picture = new VideoFrame(frames.canvas, { timestamp: Math.round((k * 1e6) / fps), duration: Math.round(1e6 / fps) });
      try {
        encoder.encode(picture, { keyFrame: k % (KEY * fps) === 0 });
      } finally {
        picture.close();
      }
      progress((k + 1) / (frames.count + 1));
      await room(encoder, state, signal);
    }
    await Promise.race([encoder.flush(), stopped(signal)]);
    if (state.failed) throw state.failed;
    if (state.chunks.length !== frames.count) throw new Error(`The encoder gave ${state.chunks.length} of ${frames.count} pictures.`);
    return state;
  } finally {
    if (encoder.state !== "closed") encoder.close();
  }
}

function keep(state, chunk, about) {
  const data = new Uint8Array(chunk.byteLength);
  chunk.copyTo(data);
  state.chunks.push({ data, timestamp: chunk.timestamp, key: chunk.type === "key" });
  const { description, colorSpace } = about?.decoderConfig ?? {};
  if (description) state.description = new Uint8Array(ArrayBuffer.isView(description) ? description.buffer.slice(description.byteOffset, description.byteOffset + description.byteLength) : description);
  if (colorSpace) state.space = colorSpace.toJSON?.() ?? colorSpace;
}

/** Until the encoder has room for another picture; the page does what waits meanwhile. */
async function room(encoder, state, signal) {
  const since = performance.now();
  do {
    await pause();
    mindful(signal);
    if (state.failed) throw state.failed;
    if (encoder.state === "closed") throw new Error("The encoder has closed.");
    if (encoder.encodeQueueSize > QUEUE) await drained(encoder);
    if (performance.now() - since > PATIENCE) throw new Error("The encoder has stopped.");
  } while (encoder.encodeQueueSize > QUEUE);
}

/** The next picture has left the queue, or a moment has passed: not every browser tells. */
function drained(encoder) {
  return new Promise((done) => {
    encoder.addEventListener("dequeue", done, { once: true });
    setTimeout(done, 50);
  });
}

/** Never, or an AbortError, or dead after a while. */
function stopped(signal) {
  return new Promise((_, fail) => {
    signal?.addEventListener("abort", () => fail(new DOMException("The film was cancelled.", "AbortError")), { once: true });
    setTimeout(() => fail(new Error("The encoder has stopped.")), 3 * PATIENCE);
  });
}
