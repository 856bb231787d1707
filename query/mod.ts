/**
 * Queries as plain values: built once, run on any source.
 *
 * @module
 */
export { avg, count, countDistinct, max, min, product, sum } from "./aggregates.ts";
export { and, exists, not, or } from "./conditions.ts";
export {
  between,
  column,
  contains,
  endsWith,
  eq,
  gt,
  gte,
  ilike,
  like,
  lt,
  lte,
  ne,
  noneOf,
  oneOf,
  param,
  startsWith,
} from "./operators.ts";
export { parseQuery } from "./parse.ts";
export { cursorOf, query } from "./query.ts";
export type * from "./types.ts";
