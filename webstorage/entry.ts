/**
 * An entry as it is stored, under `strata-cache:"namespace"key`. A namespace as JSON text is
 * never the beginning of another one.
 *
 * ```text
 * 2,1767225600000,1764547200000,{"theme":"dark"}
 * version, expires at, written at, value by the codec
 * ```
 *
 * @module
 */

/** An entry, apart from its value. */
export interface Entry {
  readonly version: number;
  /** Milliseconds, `Infinity` for never. */
  readonly expires: number;
  readonly written: number;
  readonly json: string;
}

const HEADER = /^(\d+),([^,]*),([^,]*),/;

/** The entry that `text` stands for; undefined if there is none, or none of ours. */
export function parseEntry(text: string | undefined): Entry | undefined {
  const header = text && HEADER.exec(text);
  if (!header) return undefined;
  const [version, expires, written] = header.slice(1).map(Number) as [number, number, number]; // one a group
  return { version, expires, written, json: text.slice(header[0].length) };
}

/** The text of an entry. */
export function entryText({ version, expires, written, json }: Entry): string {
  return `${version},${expires},${written},${json}`;
}
