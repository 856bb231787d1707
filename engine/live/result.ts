import { isPlainObject } from "../../schema/json_value.ts";
import type { MapKey } from "../../schema/key.ts";
import type { StoredRow } from "../../schema/types.ts";
import type { Ast } from "../../query/ast.ts";
import { envKey } from "../group.ts";
import { prepare } from "../run.ts";
import type { Tables } from "../stage.ts";
import { windowOf } from "../window.ts";

/** Rows with what tells each from the others, in the same order. */
export interface Result {
  readonly keys: readonly MapKey[];
  readonly rows: readonly StoredRow[];
}

/** Whether two parts of result rows have the same content; stored rows are the same object. */
function same(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (Array.isArray(a)) {
    return Array.isArray(b) && a.length === b.length && a.every((item, i) => same(item, b[i]));
  }
  if (a instanceof Date) return b instanceof Date && a.getTime() === b.getTime();
  if (!isPlainObject(a) || !isPlainObject(b)) return false;
  const names = Object.keys(a);
  return names.length === Object.keys(b).length &&
    names.every((name) => Object.hasOwn(b, name) && same(a[name], b[name]));
}

/**
 * Runs a query again. Rows whose content is as before are the objects from before, and so is the
 * whole result when nothing in it changed.
 */
export function rerun(tables: Tables, ast: Ast, before: Result | undefined): Result {
  const prepared = prepare(tables, ast);
  const envs = prepared.envs(windowOf(ast));
  const refs = ast.distinct && ast.select ? ast.select.map(({ ref }) => ref) : ast.shape.keys;
  const keyOf = refs.length > 0 ? envKey(refs, prepared.joined) : () => null;
  const known = new Map(before?.keys.map((key, i) => [key, before.rows[i]]));
  const keys = envs.map(keyOf);
  const rows = envs.map((env, i) => {
    const row = prepared.output(env);
    const old = known.get(keys[i] ?? null);
    return old && same(old, row) ? old : row;
  });
  const unchanged = before?.rows.length === rows.length &&
    rows.every((row, i) => row === before.rows[i]);
  return unchanged && before ? before : { keys, rows };
}
