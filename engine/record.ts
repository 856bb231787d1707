import { DataError } from "../schema/errors.ts";
import { keyBytes, type KeyType, parseKey } from "../schema/key_bytes.ts";
import { mapKeyOf } from "../schema/key.ts";
import type { SchemaDef } from "../schema/open.ts";
import type { DraftRow } from "../schema/row.ts";
import { acceptValue } from "../schema/row.ts";
import type { TableDef } from "../schema/table.ts";
import { type Change, type Commit, type CommitKind, CommitValue, type RowEntry } from "./commit.ts";
import type { Engine } from "./engine.ts";
import type { Effect } from "./references.ts";
import type { StoredRow } from "../schema/types.ts";
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
/** Whether a value is a source with an engine of this copy of the library: a store. */
export function hasEngine(value: unknown): value is object {
  return typeof value === "object" && value !== null && ENGINES.has(value);
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
  checkFormat(record);
  const { id, origin, kind, values } = record;
  if (engine.known.has(id)) return false;
  engine.write(
    () => {
      const entries = record.rows.flatMap((row) => {
        const { def, key } = keyOfRecord(engine.schema, row);
        const data = engine.data(def);
        const effect = recordEffect(def, key, data.get(mapKeyOf(key)), row);
        return effect ? [{ ...effect, data }] : [];
      });
      checkUnique(entries);
      // What goes makes room for what comes.
      for (const gone of [true, false]) {
        for (const entry of entries) if (gone === (entry.after.length === 0)) engine.apply(entry);
      }
      for (const [value, data] of values) {
        engine.restoreValue(valueOfRecord(engine.schema, value), data);
      }
    },
    { id, origin, kind, source: "remote" },
    true,
  );
  engine.known.add(id);
  return true;
}

/** The table and key of a row of a record. @throws {DataError} With code `"corrupt"`. */
export function keyOfRecord(
  schema: SchemaDef,
  [table, bytes]: RecordRow,
): { readonly def: TableDef; readonly key: readonly unknown[] } {
  const def = schema.tables[table - 1];
  if (!def) throw corrupt("a table is unknown");
  return { def, key: parseKey(bytes, keyTypes(def)) };
}

/**
 * What a row of a record does to the row that is there; nothing where there is nothing to change or
 * take away.
 *
 * @throws {DataError} With code `"corrupt"` when it names a column that the table has not.
 */
export function recordEffect(
  table: TableDef,
  key: readonly unknown[],
  found: StoredRow | undefined,
  [, , op, ids, values]: RecordRow,
): Effect | undefined {
  const before = found ? [found] : [];
  if (op === "delete" || op === "evict") {
    return found && { table, kind: op, columns: [], before, after: [] };
  }
  if (op === "update" && !found) return undefined; // its delete came first
  const row: DraftRow = { ...(found ?? table.template) };
  table.key.forEach(({ name }, i) => row[name] = key[i]);
  const columns = ids.map((id, i) => {
    const column = table.columns[id - 1];
    if (!column) throw corrupt("a column is unknown");
    row[column.name] = acceptValue(column, values[i]);
    return column.name;
  });
  return { table, kind: found ? "update" : "insert", columns, before, after: [row] };
}

/** The name of a value of a record. @throws {DataError} With code `"corrupt"`. */
export function valueOfRecord(schema: SchemaDef, id: number): string {
  const name = [...schema.values.keys()][id - 1];
  if (name === undefined) throw corrupt("a value is unknown");
  return name;
}

/** @throws {DataError} With code `"corrupt"` when the record has a format of its own. */
export function checkFormat({ format }: CommitRecord): void {
  if (format !== 1) throw corrupt("its format is newer");
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
