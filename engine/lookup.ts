import { jsonRank } from "../schema/json_value.ts";
import { keyIn, type MapKey, mapKey, tupleKey } from "../schema/key.ts";
import type { ColumnDef, IndexDef } from "../schema/table.ts";
import type { StoredRow } from "../schema/types.ts";
import type { OnRefs } from "../query/ast.ts";
import { type Env, type Get, getter, type Test } from "../query/predicate.ts";
import type { Visit } from "./ordered_index.ts";
import type { TableData } from "./table_data.ts";

/** How a live result follows what was looked up for it. */
export interface Follow {
  /** Told of each lookup: the values of some columns of a table, as `keyIn` gives them. */
  asked(data: TableData, columns: readonly ColumnDef[]): (key: MapKey) => void;
  /** Rows of a table by the values of columns, kept current. */
  rows(data: TableData, columns: readonly ColumnDef[]): (key: MapKey) => Iterable<StoredRow>;
  /** Whether an ordered index costs too much now, since it has to be built. */
  avoids(data: TableData, index: IndexDef | undefined): boolean;
}

/** Finds the rows of a table whose columns equal the values at some paths. */
export interface Lookup {
  readonly access: "key" | "index" | "scan";
  readonly index: IndexDef | undefined;
  /** Whether there is at most one row. */
  readonly single: boolean;
  /** Gives each row to `visit`; false when that ended the walk. Null finds nothing. */
  each(env: Env, visit: Visit): boolean;
}

/** Reads the value that a column must equal; null for a JSON value that no column holds. */
function onGet({ column, ref }: OnRefs[number], joined: boolean): Get {
  const get = getter(ref, joined);
  if (ref.type !== "json") return get;
  const type = column.type === "text" || column.type === "boolean" ? column.type : "number";
  return (env) => {
    const value = get(env);
    return jsonRank(value) < 5 && typeof value === (type === "text" ? "string" : type)
      ? value
      : null;
  };
}

/** The index that serves the columns: unique on them all, else one that begins with them. */
function chooseIndex(
  data: TableData,
  columns: readonly ColumnDef[],
): { index: IndexDef | undefined; single: boolean } | undefined {
  const same = (of: readonly ColumnDef[]) =>
    of.length === columns.length && of.every((column) => columns.includes(column));
  const { key, indexes } = data.def;
  if (same(key)) return { index: undefined, single: true };
  const unique = indexes.find((index) => index.unique && same(index.columns));
  if (unique) return { index: unique, single: true };
  for (const index of [...indexes, undefined]) {
    const of = data.def.withKey(index?.columns ?? []);
    if (same(of.slice(0, columns.length))) return { index, single: false };
  }
  return undefined;
}

/**
 * Chooses how a join, an `exists` or an include finds rows: by key, unique value or index; else
 * by a hash of the whole table, made once. `filter` is a condition on the rows found.
 */
export function makeLookup(
  data: TableData,
  on: OnRefs,
  joined: boolean,
  filter?: Test,
  follow?: Follow,
): Lookup {
  // A column that must equal two paths has an index once; the second path is compared.
  const first = on.filter(({ column }, i) =>
    on.findIndex((other) => other.column === column) === i
  );
  const rest = on.filter((item) => !first.includes(item));
  const restGets = rest.map(({ column, ref }) => ({ column, get: onGet({ column, ref }, joined) }));
  const gets = first.map(({ column, ref }) => ({ column, get: onGet({ column, ref }, joined) }));
  const columns = first.map(({ column }) => column);
  const found = chooseIndex(data, columns);
  const chosen = found && !found.single && follow?.avoids(data, found.index) ? undefined : found;
  const read = (env: Env, order: readonly ColumnDef[]): unknown[] | undefined => {
    const values: unknown[] = [];
    for (const column of order) {
      const value = gets.find((item) => item.column === column)?.get(env) ?? null;
      if (value === null) return undefined;
      values.push(value);
    }
    return values;
  };
  const asked = follow?.asked(data, columns);
  const followed = (lookup: Lookup): Lookup =>
    !asked ? lookup : {
      ...lookup,
      each(env, visit) {
        const values = read(env, columns);
        if (!values) return true;
        asked(mapKeyOf(values));
        return lookup.each(env, visit);
      },
    };
  const keep = (env: Env, row: StoredRow): boolean =>
    (!filter || filter(row)) &&
    restGets.every(({ column, get }) => {
      const value = get(env);
      return value !== null && row[column.name] !== null &&
        column.compare(row[column.name], value) === 0;
    });
  if (!chosen) {
    const rows = follow?.rows(data, columns) ?? hashed(data, columns);
    return followed(hashLookup((env) => read(env, columns), rows, keep));
  }
  const { index, single } = chosen;
  const ordered = single
    ? index?.columns ?? data.def.key
    : data.def.withKey(index?.columns ?? []).slice(0, columns.length);
  const [only] = gets;
  if (single && gets.length === 1 && only && !filter && rest.length === 0) {
    return followed({
      ...{ access: "key", index, single },
      each(env, visit) {
        const value = only.get(env);
        if (value === null) return true;
        const row = index ? data.getUnique(index, mapKey(value)) : data.get(mapKey(value));
        return !row || visit(row);
      },
    });
  }
  return followed({
    ...{ access: single ? "key" : "index", index, single },
    each(env, visit) {
      const values = read(env, ordered);
      if (!values) return true;
      const take = (row: StoredRow) => !keep(env, row) || visit(row);
      if (single) {
        const key = mapKeyOf(values);
        const row = index ? data.getUnique(index, key) : data.get(key);
        return !row || take(row);
      }
      const order = data.order(index);
      const bound = (row: StoredRow): number => {
        for (let i = 0; i < values.length; i++) {
          const column = ordered[i];
          const order = column ? column.compare(row[column.name], values[i]) : 0;
          if (order !== 0) return order;
        }
        return 0;
      };
      return order.each(order.seek(bound, false), order.seek(bound, true), false, take);
    },
  });
}

function mapKeyOf(values: readonly unknown[]): MapKey {
  return values.length === 1 ? mapKey(values[0]) : tupleKey(values);
}

/** Rows by the values of columns, read once. */
function hashed(
  data: TableData,
  columns: readonly ColumnDef[],
): (key: MapKey) => readonly StoredRow[] {
  let hash: Map<MapKey, StoredRow[]> | undefined;
  const build = () => {
    const built = new Map<MapKey, StoredRow[]>();
    data.each((row) => {
      const key = keyIn(columns, row);
      const list = built.get(key);
      if (list) list.push(row);
      else built.set(key, [row]);
      return true;
    });
    return built;
  };
  return (key) => (hash ??= build()).get(key) ?? [];
}

function hashLookup(
  read: (env: Env) => unknown[] | undefined,
  found: (key: MapKey) => Iterable<StoredRow>,
  keep: (env: Env, row: StoredRow) => boolean,
): Lookup {
  return {
    ...{ access: "scan", index: undefined, single: false },
    each(env, visit) {
      const values = read(env);
      if (!values) return true;
      for (const row of found(mapKeyOf(values))) {
        if (keep(env, row) && !visit(row)) return false;
      }
      return true;
    },
  };
}
