/**
 * Ordering and adding by hand, for the answers in plain JavaScript that the store is checked
 * against.
 *
 * @module
 */
type Sortable = string | number | null;

/** null lowest, numbers by value, text by code point. */
export function compare(a: Sortable, b: Sortable): number {
  if (a === null || b === null) return Number(a !== null) - Number(b !== null);
  if (typeof a === "number" && typeof b === "number") return a - b;
  return compareText(String(a), String(b));
}

function compareText(a: string, b: string): number {
  const left = [...a];
  const right = [...b];
  for (let i = 0; i < left.length && i < right.length; i++) {
    const x = left[i]?.codePointAt(0) ?? 0;
    const y = right[i]?.codePointAt(0) ?? 0;
    if (x !== y) return x - y;
  }
  return left.length - right.length;
}

/** A comparison by the first of the values that differs. */
export function up<T>(...values: readonly ((row: T) => Sortable)[]): (a: T, b: T) => number {
  return (a, b) => {
    for (const value of values) {
      const order = compare(value(a), value(b));
      if (order !== 0) return order;
    }
    return 0;
  };
}

export function down<T>(...values: readonly ((row: T) => Sortable)[]): (a: T, b: T) => number {
  const order = up(...values);
  return (a, b) => order(b, a);
}

export function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

/** null where there is nothing to average. */
export function mean(values: readonly number[]): number | null {
  return values.length === 0 ? null : total(values) / values.length;
}

/** Each row under its own key. */
export function byKey<T, K>(rows: readonly T[], key: (row: T) => K): Map<K, T> {
  return new Map(rows.map((row) => [key(row), row]));
}

/** What the map has; a missing one would be a mistake in the data. */
export function need<K, T>(map: ReadonlyMap<K, T>, key: K): T {
  const found = map.get(key);
  if (found === undefined) throw new Error(`Cannot find ${key}`);
  return found;
}
