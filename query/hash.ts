/** The finalizer of MurmurHash3 (Austin Appleby, public domain): every bit changes every bit. */
function mix(h: number): number {
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/**
 * 128 bits of a text as 32 hexadecimal digits; not for secrets.
 *
 * Four lanes of FNV-1a over UTF-16 units, each with its own start, crossed at the end.
 */
export function hashText(text: string): string {
  const lanes = [0x811c9dc5, 0x9e3779b9, 0x85ebca6b, 0xc2b2ae35];
  for (let lane = 0; lane < 4; lane++) {
    let h = lanes[lane] ?? 0;
    for (let i = 0; i < text.length; i++) {
      h = Math.imul(h ^ text.charCodeAt(i) ^ (h >>> 15), 0x01000193 + lane * 2);
    }
    lanes[lane] = mix(h ^ text.length);
  }
  let before = lanes[3] ?? 0;
  return lanes.map((h) => (before = mix(h + before)).toString(16).padStart(8, "0")).join("");
}
