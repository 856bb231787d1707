/** The kind of text, as {@linkcode kindOfValue} gives it. */
export const TEXT = 3;

/**
 * The kind of a value, a number below 8: null, boolean, finite number, text, bigint, number that
 * is not finite, anything else. What a statement asks of a value depends on no more than its kind,
 * for columns and for JSON.
 */
export function kindOfValue(value: unknown): number {
  switch (typeof value) {
    case "string":
      return TEXT;
    case "number":
      return Number.isFinite(value) ? 2 : 5;
    case "boolean":
      return 1;
    case "bigint":
      return 4;
    default:
      return value === null || value === undefined ? 0 : 6;
  }
}
