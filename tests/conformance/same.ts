/** How a value is shown in a failure: types told apart, `-0` kept, own keys only. */
export function show(value: unknown): string {
  if (Object.is(value, -0)) return "-0";
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "string") {
    return JSON.stringify(value.length > 80 ? `${value.slice(0, 80)}...` : value);
  }
  if (value === null || typeof value !== "object") return String(value);
  if (value instanceof Date) return `Date(${value.getTime()})`;
  if (value instanceof Uint8Array) return `Uint8Array[${value.join(",")}]`;
  if (value instanceof Error) return `${value.name}(${value.message})`;
  if (value instanceof Map) return `Map${show([...value])}`;
  if (value instanceof Set) return `Set${show([...value])}`;
  if (Array.isArray(value)) return `[${value.map(show).join(", ")}]`;
  const entries = Object.entries(value).map(([key, part]) =>
    `${JSON.stringify(key)}: ${show(part)}`
  );
  return `{ ${entries.join(", ")} }`;
}

/**
 * Whether two values are the same by the value rules: by type, by own keys whatever their
 * order and the prototype, with `-0` and `0` different.
 */
export function isSame(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (a === null || b === null || typeof a !== "object" || typeof b !== "object") return false;
  if (a instanceof Date || b instanceof Date) {
    return a instanceof Date && b instanceof Date && Object.is(a.getTime(), b.getTime());
  }
  if (a instanceof Uint8Array || b instanceof Uint8Array) {
    return a instanceof Uint8Array && b instanceof Uint8Array && a.length === b.length &&
      a.every((byte, i) => byte === b[i]);
  }
  if (a instanceof Map || b instanceof Map) {
    return a instanceof Map && b instanceof Map && isSame([...a], [...b]);
  }
  if (a instanceof Set || b instanceof Set) {
    return a instanceof Set && b instanceof Set && isSame([...a], [...b]);
  }
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  if (Array.isArray(a) && Array.isArray(b) && a.length !== b.length) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length &&
    keys.every((key) =>
      Object.hasOwn(b, key) &&
      isSame(
        Object.getOwnPropertyDescriptor(a, key)?.value,
        Object.getOwnPropertyDescriptor(b, key)?.value,
      )
    );
}

/** Fails unless `actual` is `expected` by {@linkcode isSame}. */
export function assertSame(actual: unknown, expected: unknown, about = ""): void {
  if (isSame(actual, expected)) return;
  throw new Error(`${about}\n  actual:   ${show(actual)}\n  expected: ${show(expected)}`);
}
