// A WebM file of encoded pictures: one video track of Matroska (RFC 9559, RFC 8794), all of it known before it is written, so that the cues stand first and a player can seek at once.

const SCALE = 1e6; // nanoseconds a tick: a millisecond, as WebM asks for
const LONGEST = 5000; // milliseconds a cluster: a block's own time is a signed 16-bit number of ticks
const CODECS = { vp8: "V_VP8", vp09: "V_VP9" };

// Numbers of ISO/IEC 23091-2 for the names that WebCodecs gives.
const MATRIX = { rgb: 0, bt709: 1, bt470bg: 5, smpte170m: 6, "bt2020-ncl": 9 },
  TRANSFER = { bt709: 1, smpte170m: 6, linear: 8, "iec61966-2-1": 13, pq: 16, hlg: 18 },
  PRIMARIES = { bt709: 1, bt470bg: 5, smpte170m: 6, bt2020: 9, smpte432: 12 };

/** What the numbers of a colour space are, or null where a name is not known: {matrix, transfer, primaries, full}. space: a VideoColorSpaceInit. */
export function colourCodes(space) {
  const { matrix, transfer, primaries, fullRange } = space ?? {},
    codes = { matrix: MATRIX[matrix], transfer: TRANSFER[transfer], primaries: PRIMARIES[primaries] };
  return Object.values(codes).every(Number.isFinite) ? { ...codes, full: Boolean(fullRange) } : null;
}

/** Parts of bytes as one. */
export function joined(parts) {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** A whole number >= 0 in so many bytes, the most significant first. */
export function bigEndian(value, bytes) {
  return Uint8Array.from({ length: bytes }, (_, i) => Math.floor(value / 256 ** (bytes - 1 - i)) % 256);
}

const uint = (value) => bigEndian(value, Math.max(1, Math.ceil(Math.log2(value + 1) / 8))),
  text = (value) => new TextEncoder().encode(value),
  double = (value) => new Uint8Array(new Float64Array([value]).buffer).reverse();

/** The length of what follows, in as few bytes as hold it; all ones would mean "unknown". */
function length(value) {
  let bytes = 1;
  while (value >= 2 ** (7 * bytes) - 1) bytes++;
  const out = bigEndian(value, bytes);
  out[0] |= 1 << (8 - bytes);
  return out;
}

/** One element: its id as it is written in the standard, and what it holds: bytes, or a list of elements. */
function element(id, content) {
  const inner = Array.isArray(content) ? joined(content) : content;
  return joined([bigEndian(id, Math.ceil(Math.log2(id + 1) / 8)), length(inner.length), inner]);
}

/**
 * The bytes of a WebM file.
 * chunks: at least one of {data (Uint8Array), timestamp (microseconds), key}, in order, the first of them a key picture; about: {codec (of WebCodecs), width, height, fps, title, comment, space (VideoColorSpaceInit or null)}.
 */
export function webm(chunks, about) {
  const clusters = clustersOf(chunks),
    head = [info(chunks, about), tracks(about), tags(about)],
    before = head.reduce((sum, { length: size }) => sum + size, 0),
    // Positions have a fixed width, so that the cues are as long as they were before anything was known.
    blank = cues(clusters, before);
  return joined([header(), element(0x18538067, [...head, cues(clusters, before + blank.length), ...clusters.map(({ bytes }) => bytes)])]);
}

function header() {
  return element(0x1a45dfa3, [
    element(0x4286, uint(1)), // EBMLVersion
    element(0x42f7, uint(1)), // EBMLReadVersion
    element(0x42f2, uint(4)), // EBMLMaxIDLength
    element(0x42f3, uint(8)), // EBMLMaxSizeLength
    element(0x4282, text("webm")), // DocType
    element(0x4287, uint(4)), // DocTypeVersion
    element(0x4285, uint(2)), // DocTypeReadVersion
  ]);
}

const milliseconds = ({ timestamp }) => Math.round(timestamp / 1000);

function info(chunks, { fps, title }) {
  return element(0x1549a966, [
    element(0x2ad7b1, uint(SCALE)),
    element(0x4489, double(milliseconds(chunks.at(-1)) + 1000 / fps)), // Duration
    element(0x7ba9, text(title)),
    element(0x4d80, text("mindmap-navigator")), // MuxingApp
    element(0x5741, text("mindmap-navigator")), // WritingApp
  ]);
}

function tracks({ codec, width, height, fps, space }) {
  const codes = colourCodes(space),
    colour = codes && [
      element(0x55b1, uint(codes.matrix)),
      element(0x55b9, uint(codes.full ? 2 : 1)),
      element(0x55ba, uint(codes.transfer)),
      element(0x55bb, uint(codes.primaries)),
    ];
  const video = [element(0xb0, uint(width)), element(0xba, uint(height)), ...(colour ? [element(0x55b0, colour)] : [])];
  return element(0x1654ae6b, [
    element(0xae, [
      element(0xd7, uint(1)), // TrackNumber
      element(0x73c5, uint(1)), // TrackUID
      element(0x9c, uint(0)), // FlagLacing
      element(0x83, uint(1)), // TrackType: video
      element(0x86, text(CODECS[codec.split(".")[0]])),
      element(0x23e383, uint(Math.round(1e9 / fps))), // DefaultDuration
      element(0xe0, video),
    ]),
  ]);
}

function tags({ title, comment }) {
  const tag = (name, value) => element(0x67c8, [element(0x45a3, text(name)), element(0x4487, text(value))]);
  return element(0x1254c367, [
    element(0x7373, [element(0x63c0, [element(0x68ca, uint(50))]), tag("TITLE", title), tag("COMMENT", comment)]),
  ]);
}

/** Pictures in clusters that each begin with a key picture or after some seconds: [{time (ms), key (does it begin with one?), bytes}]. */
function clustersOf(chunks) {
  const groups = [];
  for (const chunk of chunks) {
    const time = milliseconds(chunk);
    if (!groups.length || chunk.key || time - groups.at(-1).time > LONGEST) groups.push({ time, key: chunk.key, chunks: [] });
    groups.at(-1).chunks.push(chunk);
  }
  return groups.map(({ time, key, chunks: inner }) => ({
    time,
    key,
    bytes: element(0x1f43b675, [element(0xe7, uint(time)), ...inner.map((chunk) => block(chunk, time))]),
  }));
}

/** SimpleBlock: track 1, time since the cluster's, whether it is a key picture. */
function block(chunk, from) {
  const head = [0x81, ...bigEndian(milliseconds(chunk) - from, 2), chunk.key ? 0x80 : 0];
  return element(0xa3, [Uint8Array.from(head), chunk.data]);
}

/** Where each cluster begins, counted from the segment's data on. */
function cues(clusters, from) {
  let at = from;
  const points = clusters.map(({ time, key, bytes }) => {
    const position = at;
    at += bytes.length;
    return key && element(0xbb, [
      element(0xb3, uint(time)),
      element(0xb7, [element(0xf7, uint(1)), element(0xf1, bigEndian(position, 8))]),
    ]);
  });
  return element(0x1c53bb6b, points.filter(Boolean));
}
