// The parts of a multipart/mixed answer.

/** Return type -> Blob, of the body's bytes; every part says how long it is. */
export function partsOf(buffer, contentType) {
  const bytes = new Uint8Array(buffer);
  const boundary = /boundary="?([^";]+)/.exec(contentType)[1];
  const found = new Map();
  let at = 0;
  for (;;) {
    const end = endOfHeaders(bytes, at);
    if (end < 0) return found;
    const headers = new TextDecoder().decode(bytes.subarray(at, end));
    const type = /content-type: *([^\r\n]+)/i.exec(headers)[1];
    const length = Number(/content-length: *(\d+)/i.exec(headers)[1]);
    const from = end + 4;
    found.set(type, new Blob([bytes.subarray(from, from + length)], { type: type.split(";")[0] }));
    at = from + length + 2;
    const rest = new TextDecoder().decode(bytes.subarray(at, at + boundary.length + 4));
    if (!rest.startsWith(`--${boundary}`) || rest.endsWith("--")) return found;
  }
}

export function endOfHeaders(bytes, from) {
  for (let at = from; at + 3 < bytes.length; at += 1) {
    if (bytes[at] === 13 && bytes[at + 1] === 10 && bytes[at + 2] === 13 && bytes[at + 3] === 10) {
      return at;
    }
  }
  return -1;
}
