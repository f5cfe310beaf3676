// A PNG's words about itself.

const HEAD = 8, // bytes of the signature
  END = 12; // bytes of the last chunk, which holds nothing

/** The PNG with one more chunk of text (iTXt, UTF-8, as it is). keyword: 1 to 79 Latin letters. Returns a blob. PNG specification, 11.3.4.5. */
export async function withText(blob, keyword, text) {
  const bytes = new Uint8Array(await blob.arrayBuffer()),
    body = new TextEncoder().encode(`iTXt${keyword}\0\0\0\0\0${text}`);
  if (bytes.length < HEAD + END) return blob;
  const chunk = new Uint8Array(body.length + 8),
    view = new DataView(chunk.buffer);
  view.setUint32(0, body.length - 4); // its length without its name
  chunk.set(body, 4);
  view.setUint32(chunk.length - 4, crc(body));
  const end = bytes.length - END;
  return new Blob([bytes.subarray(0, end), chunk, bytes.subarray(end)], { type: "image/png" });
}

const TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
  let value = n;
  for (let k = 0; k < 8; k++) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
  return value;
});

/** The checksum of a chunk's name and content. */
function crc(bytes) {
  let value = 0xffffffff;
  for (const byte of bytes) value = TABLE[(value ^ byte) & 255] ^ (value >>> 8);
  return (value ^ 0xffffffff) >>> 0;
}
