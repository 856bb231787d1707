/** Lines of agreement shown before and after the lines that differ. */
const CONTEXT = 3;

/** `value` as a message shows it: the whole of it, keys sorted, one property a line if long. */
export function show(value: unknown): string {
  // A test that runs in a browser has no Deno.
  if (typeof Deno === "undefined") return String(value);
  return Deno.inspect(value, {
    depth: 100,
    sorted: true,
    trailingComma: true,
    compact: false,
    iterableLimit: 1_000,
    strAbbreviateSize: 10_000,
  });
}

/**
 * Where two values differ, as lines: `-` what the test got, `+` what it expected.
 *
 * Equal lines at both ends are left out, so one changed row in many shows alone.
 */
export function difference(actual: unknown, expected: unknown): string {
  const [a, b] = [show(actual).split("\n"), show(expected).split("\n")];
  const shorter = Math.min(a.length, b.length);
  let start = 0;
  while (start < shorter && a[start] === b[start]) start++;
  let end = 0;
  while (end < shorter - start && a.at(-1 - end) === b.at(-1 - end)) end++;
  const from = Math.max(0, start - CONTEXT);
  return [
    "- actual",
    "+ expected",
    "",
    ...a.slice(from, start).map((line) => `  ${line}`),
    ...a.slice(start, a.length - end).map((line) => `- ${line}`),
    ...b.slice(start, b.length - end).map((line) => `+ ${line}`),
    ...a.slice(a.length - end, a.length - end + CONTEXT).map((line) => `  ${line}`),
  ].join("\n");
}
