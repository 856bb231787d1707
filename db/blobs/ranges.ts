/** A part of content, `end` excluded. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/** More ranges than this are an attempt to make much of little: the whole is sent. */
const MOST = 32;

/**
 * The parts that a `Range` header asks for, in its order, those that overlap as one. Undefined when the header
 * says nothing that counts, so that the whole is to be sent; an empty list when no part of it is there.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-14
 */
export function parseRanges(header: string, size: number): readonly ByteRange[] | undefined {
  const [, list] = /^[ \t]*bytes[ \t]*=(.*)$/is.exec(header) ?? [];
  if (list === undefined) return undefined;
  const specs = list.split(",").map((spec) => spec.trim()).filter((spec) => spec !== "");
  if (specs.length === 0 || specs.length > MOST) return undefined;
  const ranges: ByteRange[] = [];
  for (const spec of specs) {
    const [, first = "", last = ""] = /^(\d*)-(\d*)$/.exec(spec) ?? [];
    if (first === "" && last === "") return undefined;
    const suffix = first === "";
    const start = suffix ? Math.max(0, size - Number(last)) : Number(first);
    const end = suffix || last === "" ? size : Math.min(size, Number(last) + 1);
    if (!suffix && last !== "" && Number(last) < start) return undefined;
    if (start < end) ranges.push({ start, end });
  }
  const merged = merge(ranges);
  const asked = merged.reduce((sum, { start, end }) => sum + end - start, 0);
  return merged.length > 1 && asked >= size ? undefined : merged;
}

function merge(ranges: readonly ByteRange[]): readonly ByteRange[] {
  const merged: ByteRange[] = [];
  for (let range of ranges) {
    for (let i = merged.length - 1; i >= 0; i--) {
      const other = merged[i];
      if (!other || other.start > range.end || range.start > other.end) continue;
      range = {
        start: Math.min(range.start, other.start),
        end: Math.max(range.end, other.end),
      };
      merged.splice(i, 1);
    }
    merged.push(range);
  }
  return merged;
}
