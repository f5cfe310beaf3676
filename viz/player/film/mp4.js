// An MP4 file of H.264 pictures: one track, its tables before the pictures, so that it plays while it is fetched (ISO/IEC 14496-12 and -15).
import { bigEndian, colourCodes, joined } from "./webm.js";

const u8 = (...values) => Uint8Array.from(values),
  u16 = (value) => bigEndian(value, 2),
  u32 = (value) => bigEndian(value < 0 ? value + 2 ** 32 : value, 4),
  zeros = (count) => new Uint8Array(count),
  ascii = (name) => Uint8Array.from(name, (sign) => sign.charCodeAt(0)),
  text = (value) => new TextEncoder().encode(value);

/** One box: four letters, and what it holds. */
function box(name, ...parts) {
  const inner = joined(parts);
  return joined([u32(inner.length + 8), ascii(name), inner]);
}

/** A box that tells its version, and flags, first. */
const full = (name, version, flags, ...parts) => box(name, u8(version), bigEndian(flags, 3), ...parts);

const TICKS = 1000; // a picture: its rate is then a whole number of ticks a second
const MATRIX = joined([1, 0, 0, 0, 1, 0, 0, 0].map((value) => u32(value * 0x10000)).concat(u32(0x40000000)));

/**
 * The bytes of an MP4 file.
 * chunks: at least one of {data (Uint8Array: NAL units with their lengths), timestamp (microseconds), key}, in the order in which they are decoded;
 * about: {description (Uint8Array: AVCDecoderConfigurationRecord), width, height, fps, title, comment, space (VideoColorSpaceInit or null)}.
 */
export function mp4(chunks, about) {
  const first = box("ftyp", ascii("isom"), u32(0x200), ascii("isomiso2avc1mp41")),
    pictures = box("mdat", ...chunks.map(({ data }) => data)),
    tables = (at) => moov(chunks, about, at);
  // The tables are as long wherever the pictures lie.
  return joined([first, tables(first.length + tables(0).length + 8), pictures]);
}

function moov(chunks, about, at) {
  const { fps } = about,
    rate = Math.round(fps * TICKS),
    long = chunks.length * TICKS;
  const header = full("mvhd", 0, 0, zeros(8), u32(rate), u32(long), u32(0x10000), u16(0x100), zeros(10), MATRIX, zeros(24), u32(2));
  return box("moov", header, track(chunks, about, { rate, long, at }), udta(about));
}

function track(chunks, about, { rate, long, at }) {
  const { width, height } = about,
    head = full("tkhd", 0, 3, zeros(8), u32(1), zeros(4), u32(long), zeros(16), MATRIX, u32(width * 0x10000), u32(height * 0x10000));
  const media = full("mdhd", 0, 0, zeros(8), u32(rate), u32(long), u16(0x55c4), u16(0)), // language: undetermined
    kind = full("hdlr", 0, 0, zeros(4), ascii("vide"), zeros(12), text("video\0")),
    here = box("dinf", full("dref", 0, 0, u32(1), full("url ", 0, 1)));
  return box("trak", head, box("mdia", media, kind, box("minf", full("vmhd", 0, 1, zeros(8)), here, stbl(chunks, about, at))));
}

function stbl(chunks, about, at) {
  const n = chunks.length,
    keys = chunks.flatMap(({ key }, i) => (key ? [i + 1] : [])),
    // When a picture is seen, after it is decoded: nothing, but for encoders that look ahead.
    later = chunks.map(({ timestamp }, i) => Math.round((timestamp * about.fps) / 1e6 - i) * TICKS);
  return box(
    "stbl",
    full("stsd", 0, 0, u32(1), avc1(about)),
    full("stts", 0, 0, u32(1), u32(n), u32(TICKS)),
    ...(later.some(Boolean) ? [full("ctts", 1, 0, u32(n), ...later.flatMap((ticks) => [u32(1), u32(ticks)]))] : []),
    full("stss", 0, 0, u32(keys.length), ...keys.map(u32)),
    full("stsc", 0, 0, u32(1), u32(1), u32(n), u32(1)), // all in one piece
    full("stsz", 0, 0, u32(0), u32(n), ...chunks.map(({ data }) => u32(data.length))),
    full("stco", 0, 0, u32(1), u32(at)),
  );
}

function avc1({ width, height, description, space }) {
  const codes = colourCodes(space),
    colour = codes
      ? [box("colr", ascii("nclx"), u16(codes.primaries), u16(codes.transfer), u16(codes.matrix), u8(codes.full ? 0x80 : 0))]
      : [];
  const fixed = [zeros(6), u16(1), zeros(16), u16(width), u16(height), u32(0x480000), u32(0x480000), zeros(4), u16(1), zeros(32), u16(24), u16(0xffff)];
  return box("avc1", ...fixed, box("avcC", description), ...colour);
}

/** Title and comment as iTunes and everybody since writes them. */
function udta({ title, comment }) {
  const item = (name, value) => box(name, box("data", u32(1), u32(0), text(value))),
    list = box("ilst", item("\xa9nam", title), item("\xa9too", "mindmap-navigator"), item("\xa9cmt", comment));
  return box("udta", full("meta", 0, 0, full("hdlr", 0, 0, zeros(4), ascii("mdirappl"), zeros(9)), list));
}
