/** A UTF-16 unit as code points order: surrogates above U+E000-U+FFFF. */
export function unitRank(unit: number): number {
  return unit < 0xd800 ? unit : unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}

/**
 * Text by code point, as SQLite's BINARY and PostgreSQL's "C" order UTF-8. JavaScript's own
 * `<` orders by UTF-16 unit, which puts an emoji before U+FFFF.
 */
export function compareText(a: string, b: string): number {
  if (a === b) return 0;
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) return x >= 0xd800 && y >= 0xd800 ? unitRank(x) - unitRank(y) : x - y;
  }
  return a.length - b.length;
}
