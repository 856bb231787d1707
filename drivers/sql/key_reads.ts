import { type MapKey, tupleKey } from "../../schema/key.ts";
import type { ColumnDef, TableDef } from "../../schema/table.ts";
import type { Statement } from "./compile.ts";
import type { Dialect } from "./dialect.ts";
import { compileGet, type KeyRead } from "./get.ts";

/** Up to so many tuples are asked for by one statement. */
const MOST_TUPLES = 256;

/** The statements that read rows by their keys or other values; each text is made once for a table. */
export class KeyReads {
  readonly #tables = new WeakMap<TableDef, KeyRead>();
  constructor(readonly dialect: Dialect) {}

  /** How rows of a table are read. */
  of(def: TableDef): KeyRead {
    return this.#tables.get(def) ?? this.#make(def);
  }

  #make(def: TableDef): KeyRead {
    const read = compileGet(def, this.dialect);
    this.#tables.set(def, read);
    return read;
  }

  /** Values of columns as they are bound. */
  bound(columns: readonly ColumnDef[], values: readonly unknown[]): readonly unknown[] {
    for (const value of values) {
      if (typeof value === "object" || typeof value === "boolean") {
        return values.map((item, i) =>
          item === null ? null : this.dialect.bind(columns[i]?.type ?? "text", item)
        );
      }
    }
    return values; // all of them as they are bound
  }

  /** The statements that give the rows whose columns have one of some lists of values, each row once. */
  match(
    def: TableDef,
    columns: readonly ColumnDef[],
    values: readonly (readonly unknown[])[],
  ): Statement[] {
    const wanted = new Map<MapKey, readonly unknown[]>();
    for (const tuple of values) {
      if (!tuple.includes(null)) wanted.set(tupleKey(tuple), tuple);
    }
    if (wanted.size === 0) return [];
    const tuples = [...wanted.values()];
    const [column] = columns;
    return column && columns.length === 1
      ? [this.#matchOne(def, column, tuples)]
      : this.#matchTuples(def, columns, tuples);
  }

  #matchOne(
    def: TableDef,
    column: ColumnDef,
    tuples: readonly (readonly unknown[])[],
  ): Statement {
    const { dialect } = this;
    const { select } = this.of(def);
    const sql = dialect.column("s0", column.name, def);
    const bound = tuples.map(([value]) => dialect.bind(column.type, value));
    if (bound.length > MOST_TUPLES) {
      const text = select + dialect.inList(column.type, sql, dialect.mark(1));
      return { text, params: [dialect.list(column.type, bound)] };
    }
    pad(bound);
    const marks = bound.map((_, i) => dialect.mark(i + 1, column.type));
    return { text: `${select}${sql} IN (${marks.join()})`, params: bound };
  }

  #matchTuples(
    def: TableDef,
    columns: readonly ColumnDef[],
    tuples: readonly (readonly unknown[])[],
  ): Statement[] {
    const { select } = this.of(def);
    const names = columns.map(({ name }) => this.dialect.column("s0", name, def));
    const statements: Statement[] = [];
    for (let at = 0; at < tuples.length; at += MOST_TUPLES) {
      const part = tuples.slice(at, at + MOST_TUPLES);
      pad(part);
      let n = 0;
      const mark = (_: unknown, i: number) => this.dialect.mark(++n, columns[i]?.type);
      const tests = part.length === 1
        ? names.map((name, i) => `${name} = ${mark(name, i)}`).join(" AND ")
        : `(${names.join(", ")}) IN (VALUES ${
          part.map(() => `(${names.map(mark).join(", ")})`).join(", ")
        })`;
      const params = part.flatMap((tuple) => this.bound(columns, tuple));
      statements.push({ text: select + tests, params });
    }
    return statements;
  }
}

/** Gives the first item once more up to a power of two, so that few texts serve all sizes. */
function pad<T>(items: T[]): void {
  const size = 2 ** Math.ceil(Math.log2(items.length));
  for (const item of items.slice(0, 1)) while (items.length < size) items.push(item);
}
