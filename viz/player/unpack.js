// What a page carries in itself: base64 made bytes again, and what was packed unpacked. No request of any kind.

/** Bytes of base64, white space around it allowed. */
export function bytesOf(base64) {
  const signs = atob(base64.trim()),
    bytes = new Uint8Array(signs.length);
  for (let i = 0; i < signs.length; i++) bytes[i] = signs.charCodeAt(i);
  return bytes;
}

/** Text of gzip in base64; null where the browser has nothing that unpacks it. */
export async function unpacked(base64) {
  if (typeof DecompressionStream === "undefined") return null;
  const stream = new Blob([bytesOf(base64)]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream).text();
}
