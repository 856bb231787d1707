import { encode } from "../../schema/codec.ts";
import type { ColumnType } from "../../schema/compare.ts";
import type { ColumnDef, IndexDef, TableDef } from "../../schema/table.ts";
import type { StoredRow } from "../../schema/types.ts";
import type { Effect } from "../../db/driver.ts";
import type { Statement } from "./compile.ts";
import type { Dialect } from "./dialect.ts";
import { encodeValue } from "./encode.ts";

/** The most parameters of a statement, and the most rows. */
const MOST_PARAMS = 32_766;
const MOST_ROWS = 500;

/** How a value is bound: as it is, by the dialect, or as JSON. */
type Code = 0 | 1 | 2;
const CODES: Record<ColumnType, Code> = {
  text: 0,
  integer: 0,
  bigint: 0,
  real: 0,
  bytes: 0,
  boolean: 1,
  date: 1,
  json: 2,
};

/** The texts by which rows of one table are written, each made once. */
interface TableTexts {
  readonly codes: readonly Code[];
  readonly insert: Map<number, string>;
  readonly remove: Map<number, string>;
  readonly update: Map<string, string>;
}

/** Effects as statements. */
export class Writes {
  readonly #tables = new WeakMap<TableDef, TableTexts>();
  /** `fresh` is an expression that gives another value of a type each time. */
  constructor(readonly dialect: Dialect, readonly fresh: (type: ColumnType) => string) {}

  #texts(def: TableDef): TableTexts {
    let texts = this.#tables.get(def);
    if (!texts) {
      texts = {
        codes: def.columns.map(({ type }) => CODES[type]),
        insert: new Map(),
        remove: new Map(),
        update: new Map(),
      };
      this.#tables.set(def, texts);
    }
    return texts;
  }

  /** The statements of an effect, in order, each with its parameters. */
  *statements(effect: Effect): Generator<Statement, void, undefined> {
    if (effect.kind === "insert") yield* this.#inserts(effect.table, effect.after);
    else if (effect.kind === "update") yield* this.#updates(effect);
    else yield* this.#removes(effect.table, effect.before);
  }

  /** How many statements an effect takes; 2 where they are more. */
  count({ table, kind, before, after }: Effect): number {
    if (before.length <= 1 && after.length <= 1) return before.length + after.length > 0 ? 1 : 0;
    if (kind === "update") return 2;
    const [rows, width] = kind === "insert"
      ? [after, table.columns.length]
      : [before, table.key.length];
    return partsOf(rows.length, width).length > 1 ? 2 : 1;
  }

  *#inserts(def: TableDef, rows: readonly StoredRow[]): Generator<Statement, void, undefined> {
    const texts = this.#texts(def);
    const { codes } = texts;
    const width = def.columns.length;
    let at = 0;
    for (const size of partsOf(rows.length, width)) {
      const params: unknown[] = new Array(size * width);
      let to = 0;
      for (const end = at + size; at < end; at++) {
        const row = rows[at] ?? {};
        for (let i = 0; i < width; i++) {
          const value = row[def.columns[i]?.name ?? ""];
          const code = codes[i];
          params[to++] = code === 0 || value === null
            ? value
            : code === 2
            ? encode(value)
            : this.dialect.bind(def.columns[i]?.type ?? "text", value);
        }
      }
      let text = texts.insert.get(size);
      if (text === undefined) texts.insert.set(size, text = this.#insertText(def, size));
      yield { text, params };
    }
  }

  #insertText({ name, columns }: TableDef, size: number): string {
    const { quote } = this.dialect;
    let n = 0;
    const row = () => `(${columns.map(() => this.dialect.mark(++n)).join()})`;
    return `INSERT INTO ${quote(name)} (${columns.map((column) => quote(column.name)).join()}) ` +
      `VALUES ${Array.from({ length: size }, row).join()}`;
  }

  *#updates({ table, columns, after }: Effect): Generator<Statement, void, undefined> {
    const written = columns.flatMap((name) => table.byName.get(name) ?? []);
    if (written.length === 0) return;
    const texts = this.#texts(table);
    const id = columns.length === 1 ? columns[0] ?? "" : JSON.stringify(columns);
    let text = texts.update.get(id);
    if (text === undefined) {
      let n = 0;
      const set = written.map(({ name }) => `${this.dialect.quote(name)} = ${this.#mark(++n)}`);
      text = `UPDATE ${this.dialect.quote(table.name)} SET ${set.join()} WHERE ` +
        this.#keyTests(table, n);
      texts.update.set(id, text);
    }
    for (const row of after) {
      const params: unknown[] = [];
      for (const column of written) params.push(this.#value(column, row));
      for (const column of table.key) params.push(this.#value(column, row));
      yield { text, params };
    }
  }

  #mark(n: number): string {
    return this.dialect.mark(n);
  }

  #keyTests(table: TableDef, from: number): string {
    let n = from;
    return table.key.map(({ name }) => `${this.dialect.quote(name)} = ${this.#mark(++n)}`)
      .join(" AND ");
  }

  #value({ name, type }: ColumnDef, row: StoredRow): unknown {
    return encodeValue(this.dialect, type, row[name]);
  }

  /**
   * The statements that put other values, no row's, into columns of rows, so that values can then
   * move between those rows.
   */
  *vacate(
    { table, before }: Effect,
    columns: readonly ColumnDef[],
  ): Generator<Statement, void, undefined> {
    const set = columns.map(({ name, type }) =>
      `${this.dialect.quote(name)} = ${this.fresh(type)}`
    );
    const text = `UPDATE ${this.dialect.quote(table.name)} SET ${set.join()} WHERE ` +
      this.#keyTests(table, 0);
    for (const row of before) {
      yield { text, params: table.key.map((column) => this.#value(column, row)) };
    }
  }

  *#removes(table: TableDef, rows: readonly StoredRow[]): Generator<Statement, void, undefined> {
    const texts = this.#texts(table);
    let at = 0;
    for (const size of partsOf(rows.length, table.key.length)) {
      const params: unknown[] = [];
      for (const end = at + size; at < end; at++) {
        for (const column of table.key) params.push(this.#value(column, rows[at] ?? {}));
      }
      let text = texts.remove.get(size);
      if (text === undefined) texts.remove.set(size, text = this.#removeText(table, size));
      yield { text, params };
    }
  }

  #removeText(table: TableDef, size: number): string {
    const from = `DELETE FROM ${this.dialect.quote(table.name)} WHERE `;
    if (size === 1) return from + this.#keyTests(table, 0);
    const names = table.key.map(({ name }) => this.dialect.quote(name));
    let n = 0;
    const tuple = () => `(${names.map(() => this.#mark(++n)).join()})`;
    const list = Array.from({ length: size }, tuple).join();
    return names.length === 1
      ? `${from}${names.join()} IN (${list})`
      : `${from}(${names.join()}) IN (VALUES ${list})`;
  }
}

/** How many rows go into each statement: the most that fit, then powers of two. */
function partsOf(rows: number, width: number): number[] {
  const most = Math.max(1, Math.min(MOST_ROWS, Math.floor(MOST_PARAMS / width)));
  const parts: number[] = [];
  while (rows > 0) {
    const size = rows >= most ? most : 2 ** Math.floor(Math.log2(rows));
    parts.push(size);
    rows -= size;
  }
  return parts;
}

/** The unique indexes over columns that an effect writes. */
export function uniqueWritten({ table, columns }: Effect): IndexDef[] {
  return table.indexes.filter((index) =>
    index.unique && index.columns.some(({ name }) => columns.includes(name))
  );
}
