import { placeName } from "../schema/accept.ts";
import { DataError } from "../schema/errors.ts";
import { keyIn, type MapKey, mapKey } from "../schema/key.ts";
import type { Reference } from "../schema/open.ts";
import { patchRow } from "../schema/row.ts";
import type { ColumnDef, TableDef } from "../schema/table.ts";
import type { StoredRow } from "../schema/types.ts";
import type { Change } from "./commit.ts";

/** What was done to rows of one table; rows are whole and keep every rule of their columns. */
export interface Effect {
  /** The table. */
  readonly table: TableDef;
  /** What was done to each row. */
  readonly kind: Change["kind"];
  /** Columns written. */
  readonly columns: readonly string[];
  /** The rows before; empty for inserts. */
  readonly before: readonly StoredRow[];
  /** The rows after, in the same order; empty for deletes and evictions. Keys never change. */
  readonly after: readonly StoredRow[];
}
/** Asks for all rows whose columns have the values of one of the lists; null matches nothing. */
export interface Match {
  /** What is asked. */
  readonly ask: "match";
  /** The table. */
  readonly table: TableDef;
  /** The columns, each with a value in each list. */
  readonly columns: readonly ColumnDef[];
  /** The lists of values. */
  readonly values: readonly (readonly unknown[])[];
}
/** Asks for effects to be written in their order. */
export interface Write {
  /** What is asked. */
  readonly ask: "write";
  /** What is written. */
  readonly effects: readonly Effect[];
}
/** Work that reads and writes rows and waits for the rows that it reads. */
export type Settling = Generator<Match | Write, void, readonly StoredRow[]>;

/** Values that were taken from under a reference. */
interface Restricted {
  readonly link: Reference;
  readonly values: readonly unknown[];
}

/**
 * Follows the deletes of a transaction to the rows that reference them, then checks what is left.
 *
 * @throws {DataError} With code `"constraint"` and the rule `"reference"`.
 */
export function* settle(references: readonly Reference[], done: readonly Effect[]): Settling {
  const log = [...done];
  const restricted: Restricted[] = [];
  const late = lateChildren(done);
  // By index on purpose: what a cascade deletes may have references of its own.
  for (let i = 0; i < log.length; i++) {
    const effect = log[i];
    if (!effect || effect.before.length === 0 || effect.kind === "evict") continue;
    for (const link of references) {
      const { parent, target, onDelete } = link;
      if (parent !== effect.table || onDelete === "none") continue;
      if (effect.kind === "update" && !effect.columns.includes(target.name)) continue;
      const freed = yield* unparented(link, effect.before, target);
      const children = yield* childrenOf(link, freed);
      if (children.length === 0) continue;
      const gone = yield* goneRows(link, effect, freed, children, (child) => late(link, child, i));
      if (gone.kept.length > 0) restricted.push({ link, values: gone.kept });
      const follow = followed(link, gone.children);
      if (!follow) continue;
      yield { ask: "write", effects: [follow] };
      log.push(follow);
    }
  }
  for (const { link, values } of restricted) {
    const children = yield* childrenOf(link, values);
    if (children.length > 0) throw broken(link, "a row still references what is gone");
  }
  yield* checkParents(references, log);
}

/** The values that some rows have in a column, distinct and not null, which no parent has. */
function* unparented(
  { parent, target }: Reference,
  rows: readonly StoredRow[],
  from: ColumnDef,
): Generator<Match | Write, unknown[], readonly StoredRow[]> {
  const values = new Map<MapKey, unknown>();
  for (const row of rows) {
    const value = row[from.name] ?? null;
    if (value !== null) values.set(mapKey(value), value);
  }
  if (values.size === 0) return [];
  const asked = Array.from(values.values(), (value) => [value]);
  const found = yield { ask: "match", table: parent, columns: [target], values: asked };
  for (const row of found) values.delete(mapKey(row[target.name]));
  return [...values.values()];
}

function* childrenOf(
  { child, column }: Reference,
  values: readonly unknown[],
): Generator<Match | Write, readonly StoredRow[], readonly StoredRow[]> {
  if (values.length === 0) return [];
  return yield {
    ask: "match",
    table: child,
    columns: [column],
    values: values.map((value) => [value]),
  };
}

/**
 * The children that follow their parents, and the values that restrict: of rows that are there still,
 * or that a row referenced after they had gone, since then it was never a child of them.
 */
function* goneRows(
  link: Reference,
  { before }: Effect,
  freed: readonly unknown[],
  children: readonly StoredRow[],
  isLate: (child: StoredRow) => boolean,
): Generator<
  Match | Write,
  { readonly children: readonly StoredRow[]; readonly kept: readonly unknown[] },
  readonly StoredRow[]
> {
  const { parent, target, column, onDelete } = link;
  if (onDelete === "restrict") return { children: [], kept: freed };
  const lost = new Set(freed.map(mapKey));
  const rows = before.filter((row) => lost.has(mapKey(row[target.name] ?? null)));
  const keys = rows.map((row) => parent.key.map(({ name }) => row[name]));
  const still = yield { ask: "match", table: parent, columns: parent.key, values: keys };
  const there = new Set(still.map((row) => keyIn(parent.key, row)));
  const kept = new Map<MapKey, unknown>();
  for (const row of rows) {
    if (there.has(keyIn(parent.key, row))) kept.set(mapKey(row[target.name]), row[target.name]);
  }
  for (const child of children) {
    if (isLate(child)) kept.set(mapKey(child[column.name]), child[column.name]);
  }
  return {
    children: children.filter((child) => !kept.has(mapKey(child[column.name]))),
    kept: [...kept.values()],
  };
}

/** What the delete of their parents does to rows. */
function followed(link: Reference, children: readonly StoredRow[]): Effect | undefined {
  const { child: table, column, onDelete } = link;
  if (children.length === 0) return undefined;
  if (onDelete === "cascade") {
    return { table, kind: "delete", columns: [], before: children, after: [] };
  }
  const patched = children.map((row) => patchRow(table, row, [{ column, value: null }]));
  const columns = patched[0]?.columns ?? [];
  return { table, kind: "update", columns, before: children, after: patched.map(({ row }) => row) };
}

function* checkParents(references: readonly Reference[], log: readonly Effect[]): Settling {
  for (const link of references) {
    const { child, column } = link;
    const last = new Map<MapKey, StoredRow>();
    const written = new Set<MapKey>();
    for (const { table, kind, columns, before, after } of log) {
      if (table !== child) continue;
      if (after.length === 0) { for (const row of before) last.delete(keyIn(child.key, row)); }
      const concerned = kind !== "update" || columns.includes(column.name);
      for (const row of after) {
        const key = keyIn(child.key, row);
        last.set(key, row);
        if (concerned) written.add(key);
      }
    }
    const rows = [...last].filter(([key]) => written.has(key)).map(([, row]) => row);
    const missing = yield* unparented(link, rows, column);
    if (missing.length > 0) throw broken(link, "there is no such row");
  }
}

/** Whether a row got its reference in a write after the `i`th, as far as the user wrote it. */
function lateChildren(
  done: readonly Effect[],
): (link: Reference, child: StoredRow, i: number) => boolean {
  const byLink = new Map<Reference, Map<MapKey, number>>();
  return (link, child, i) => {
    let last = byLink.get(link);
    if (!last) {
      byLink.set(link, last = new Map());
      for (const [at, { table, columns, after }] of done.entries()) {
        if (table !== link.child || !columns.includes(link.column.name)) continue;
        for (const row of after) last.set(keyIn(table.key, row), at);
      }
    }
    return (last.get(keyIn(link.child.key, child)) ?? -1) > i;
  };
}

function broken({ child, column, parent, target }: Reference, state: string): DataError {
  return new DataError(
    "constraint",
    `Cannot write ${placeName(column)} as it references ${
      placeName({ table: parent.name, name: target.name })
    }: ${state}`,
    { table: child.name, columns: [column.name], rule: "reference" },
  );
}
