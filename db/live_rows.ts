import { type MapKey, mapKeyOf } from "../schema/key.ts";
import { isPlainObject } from "../schema/json_value.ts";
import type { StoredRow } from "../schema/types.ts";
import type { Ast, Ref } from "../query/ast.ts";
import { resultNames } from "../query/order.ts";
import { LiveResult, type LiveSteps } from "../engine/mod.ts";
import { same } from "../schema/same.ts";

/** A result whose rows are the objects from before where their content is; itself when all are. */
export function nextResult(
  steps: LiveSteps,
  before: LiveResult | undefined,
  answer: readonly StoredRow[],
  keysOf: (rows: readonly StoredRow[]) => readonly MapKey[],
): LiveResult {
  const keys = keysOf(answer);
  const old = before?.known;
  const known = new Map(old?.keys().map((key, i) => [key, old.rows[i]]));
  const rows = answer.map((row, i) => {
    const found = known.get(keys[i] ?? null);
    return found && same(found, row) ? found : row;
  });
  const unchanged = old?.rows.length === rows.length && rows.every((row, i) => row === old.rows[i]);
  return unchanged && before
    ? before
    : new LiveResult(steps, rows.length, { rows, keys: () => keys });
}

/** What tells the rows of a result from each other: their keys where they have them, else their places. */
export function rowKeys(ast: Ast): (rows: readonly StoredRow[]) => readonly MapKey[] {
  const refs: readonly Ref[] = ast.distinct && ast.select
    ? ast.select.map(({ ref }) => ref)
    : ast.shape.keys;
  const paths = refs.map((ref) => resultNames(ast, ref));
  if (paths.includes(undefined)) {
    return (rows) => rows.map((_, i) => i);
  }
  // As results in memory have them (`resultKey`), so that one may follow the other.
  return (rows) =>
    rows.map((row) =>
      paths.length > 0 ? mapKeyOf(paths.map((path) => valueAt(row, path ?? []))) : null
    );
}
function valueAt(row: StoredRow, path: readonly string[]): unknown {
  let value: unknown = row;
  for (const name of path) {
    value = isPlainObject(value) && Object.hasOwn(value, name) ? value[name] : null;
  }
  return value ?? null;
}
