import { DataError } from "../schema/errors.ts";
import { keyBytes, type KeyType, parseKey } from "../schema/key_bytes.ts";
import { type MapKey, mapKey, tupleKey } from "../schema/key.ts";
import type { DraftRow } from "../schema/row.ts";
import { acceptValue } from "../schema/row.ts";
import type { TableDef } from "../schema/table.ts";
import { type Change, type Commit, type CommitKind, CommitValue, type RowEntry } from "./commit.ts";
import type { Engine } from "./engine.ts";
import { tableDef } from "../schema/table.ts";

/** One row of a record: table id, key bytes, what was done, column ids and their values. */
export type RecordRow = readonly [
  table: number,
  key: Uint8Array<ArrayBuffer>,
  op: Change["kind"],
  columns: readonly number[],
  values: readonly unknown[],
];

/**
 * A commit as plain data that holds effects, never statements: defaults, `onUpdate` and
 * increments are results, `updateAll` lists the rows it hit. The codec keeps it.
 *
 * Ids of tables, columns and values are their places in the schema, from 1, while nothing is
 * stored; `strata_meta` will keep them over renames.
 */
export interface CommitRecord {
  readonly format: 1;
  /** A UUIDv7. */
  readonly id: string;
  readonly seq: number;
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly origin?: string;
  readonly kind: CommitKind;
  readonly rows: readonly RecordRow[];
  readonly values: readonly (readonly [value: number, data: unknown])[];
}

const ENGINES = new WeakMap<object, Engine>();
/** Says which engine a source writes to. */
export function registerSource(source: object, engine: Engine): void {
  ENGINES.set(source, engine);
}
/** The engine of a source. @throws {TypeError} When it has none. */
export function engineOf(source: object): Engine {
  const engine = ENGINES.get(source);
  if (engine) return engine;
  throw new TypeError(
    "Cannot use the source as it has an engine of this copy of the library: it has none",
  );
}

function keyTypes(def: TableDef): KeyType[] {
  return def.key.map(({ type }) => {
    if (type !== "json") return type;
    throw new TypeError("Cannot write a key as keys have no json column: one is there");
  });
}

/**
 * The record of a commit that a listener got.
 *
 * @throws {TypeError} When it is not a commit with all its rows.
 */
export function recordOf(commit: Commit): CommitRecord {
  if (!(commit instanceof CommitValue)) {
    throw new TypeError("Cannot record a commit as listeners get it: got something else");
  }
  const { schema } = commit;
  const rows: RecordRow[] = [];
  for (const [table, changes] of commit.tables) {
    const def = tableDef(table);
    const id = schema.tables.indexOf(def) + 1;
    const types = keyTypes(def);
    for (const { key, kind, columns, after } of changes) {
      const parts = def.compound && Array.isArray(key) ? key : [key];
      // Rows of a table are objects by column name.
      const row = (after ?? {}) as DraftRow;
      const written = after ? columns : [];
      rows.push([
        id,
        keyBytes(parts, types),
        kind,
        written.map((name) => def.column(name).index + 1),
        written.map((name) => row[name]),
      ]);
    }
  }
  const names = [...schema.values.keys()];
  const { id, seq, time, kind, origin } = commit;
  const values = Object.entries(commit.values ?? {}).map(([name, value]) =>
    [names.indexOf(name) + 1, value] as const
  );
  return { format: 1, id, seq, time, ...(origin !== undefined && { origin }), kind, rows, values };
}

function corrupt(state: string): DataError {
  return new DataError("corrupt", `Cannot apply a commit record as it fits the schema: ${state}`, {
    committed: "no",
  });
}

/**
 * Applies a record as one commit of a source with an engine; the one place for what comes from
 * elsewhere. Effects alone: nothing is defaulted, cascaded or checked against references again.
 *
 * @returns Whether it was applied: false when its id was before.
 * @throws {DataError} With code `"corrupt"` when it names what the schema has not, `"constraint"`
 * when a unique value is taken; nothing is written then.
 */
export function applyCommit(source: object, record: CommitRecord): boolean {
  const engine = engineOf(source);
  if (record.format !== 1) throw corrupt("its format is newer");
  const { id, origin, kind, values } = record;
  if (engine.known.has(id)) return false;
  const names = [...engine.schema.values.keys()];
  engine.write(
    () => {
      const entries = record.rows.flatMap((row) => rowEntry(engine, row) ?? []);
      checkUnique(entries);
      // What goes makes room for what comes.
      for (const gone of [true, false]) {
        for (const entry of entries) if (gone === (entry.after.length === 0)) engine.apply(entry);
      }
      for (const [value, data] of values) {
        const name = names[value - 1];
        if (name === undefined) throw corrupt("a value is unknown");
        engine.restoreValue(name, data);
      }
    },
    { id, origin, kind, source: "remote" },
    true,
  );
  engine.known.add(id);
  return true;
}

/** What a row of a record does here; nothing where there is nothing to change or take away. */
function rowEntry(
  engine: Engine,
  [table, bytes, op, ids, values]: RecordRow,
): RowEntry | undefined {
  const def = engine.schema.tables[table - 1];
  if (!def) throw corrupt("a table is unknown");
  const data = engine.data(def);
  const parts = parseKey(bytes, keyTypes(def));
  const key: MapKey = parts.length === 1 ? mapKey(parts[0]) : tupleKey(parts);
  const found = data.get(key);
  const before = found ? [found] : [];
  if (op === "delete" || op === "evict") {
    return found && { data, kind: op, columns: [], before, after: [] };
  }
  if (op === "update" && !found) return undefined; // its delete came first
  const row: DraftRow = { ...(found ?? def.template) };
  def.key.forEach(({ name }, i) => row[name] = parts[i]);
  const columns = ids.map((id, i) => {
    const column = def.columns[id - 1];
    if (!column) throw corrupt("a column is unknown");
    row[column.name] = acceptValue(column, values[i]);
    return column.name;
  });
  return { data, kind: found ? "update" : "insert", columns, before, after: [row] };
}

/** Unique values may move from row to row within a record, so they are looked at together. */
function checkUnique(entries: readonly RowEntry[]): void {
  for (const data of new Set(entries.map((entry) => entry.data))) {
    const own = entries.filter((entry) => entry.data === data);
    const index = data.collisionAmong(
      own.flatMap(({ before }) => before),
      own.flatMap(({ after }) => after),
    );
    if (!index) continue;
    throw new DataError(
      "constraint",
      "Cannot apply a commit record as unique values are there once: one is taken",
      {
        table: data.def.name,
        columns: index.columns.map(({ name }) => name),
        rule: "unique",
        committed: "no",
      },
    );
  }
}
