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
/** Fewer rows than that are updated one by one, which is as fast and takes fewer texts. */
const FEW = 16;

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

/** What updates of the same columns of a table share; `id` tells the columns. */
interface Update {
  readonly table: TableDef;
  readonly written: readonly ColumnDef[];
  readonly id: string;
  /** The statement for one row. */
  readonly text: string;
}

/** The texts by which rows of one table are written, each made once. */
interface TableTexts {
  readonly codes: readonly Code[];
  readonly insert: Map<number, string>;
  readonly remove: Map<number, string>;
  readonly update: Map<string, string>;
  readonly updates: Map<string, Update>;
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
        updates: new Map(),
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
    const lists = rows.length >= FEW && this.dialect.columnLists?.(def);
    let at = 0;
    const parts = lists ? listParts(rows.length) : partsOf(rows.length, width);
    for (const size of parts) {
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
      const text = textOf(texts.insert, lists ? 0 : size, () => {
        const names = def.columns.map(({ name }) => this.#quote(name));
        const into = `INSERT INTO ${this.#quote(def.name)} (${names.join()})`;
        return lists
          ? `${into} SELECT * FROM ${lists}`
          : `${into} VALUES ${
            this.#tuples(size, width, 0, (n, i) => this.#typed(n, def, def.columns[i]))
          }`;
      });
      yield { text, params: lists ? this.#lists(def, params) : params };
    }
  }

  /** The cells of rows, as one list a column. */
  #lists(def: TableDef, cells: readonly unknown[]): unknown[] {
    const width = def.columns.length;
    return def.columns.map(({ type }, i) => {
      const values = Array.from({ length: cells.length / width }, (_, n) => cells[n * width + i]);
      return this.dialect.list(type, values);
    });
  }

  /** The statement of an effect that updates one row, as most do; undefined for any other. */
  one({ kind, table, columns, after }: Effect): Statement | undefined {
    const [row] = after;
    if (kind !== "update" || after.length !== 1 || !row || columns.length === 0) return undefined;
    const update = this.#update(table, columns);
    return update.written.length > 0 ? this.#updateRow(update, row) : undefined;
  }

  #update(table: TableDef, columns: readonly string[]): Update {
    // No name has U+0000, so that no two ids or keys of texts are the same.
    const id = columns.length === 1 ? columns[0] ?? "" : `\0${JSON.stringify(columns)}`;
    const { updates } = this.#texts(table);
    let update = updates.get(id);
    if (!update) {
      const written = columns.flatMap((name) => table.byName.get(name) ?? []);
      const set = written.map((column, i) =>
        `${this.#quote(column.name)} = ${this.#typed(i + 1, table, column)}`
      );
      const text = `UPDATE ${this.#quote(table.name)} SET ${set.join()} WHERE ` +
        this.#keyTests(table, written.length);
      updates.set(id, update = { table, written, id, text });
    }
    return update;
  }

  *#updates(effect: Effect): Generator<Statement, void, undefined> {
    const { table, columns, after } = effect;
    if (columns.length === 0) return;
    const update = this.#update(table, columns);
    const { written } = update;
    if (written.length === 0) return;
    // Unique values move in the order of the rows.
    const single = after.length < FEW || uniqueWritten(effect).length > 0;
    if (single) return yield* this.#updateEach(update, after);
    const alike = written.every((column) => this.#alike(column, after));
    const width = (alike ? 0 : written.length) + table.key.length;
    let at = 0;
    for (const size of partsOf(after.length, width, written.length)) {
      if (size < FEW) break;
      const rows = after.slice(at, at += size);
      yield alike ? this.#updateAlike(update, rows) : this.#updateFrom(update, rows);
    }
    yield* this.#updateEach(update, after.slice(at));
  }

  /** Whether all rows have the same value in a column. */
  #alike(column: ColumnDef, rows: readonly StoredRow[]): boolean {
    const [first = {}] = rows;
    const value = first[column.name];
    if (CODES[column.type] === 0) return rows.every((row) => row[column.name] === value);
    const bound = this.#value(column, first);
    return rows.every((row) => row[column.name] === value || this.#value(column, row) === bound);
  }

  /** One statement a row. */
  *#updateEach(
    update: Update,
    rows: readonly StoredRow[],
  ): Generator<Statement, void, undefined> {
    for (const row of rows) yield this.#updateRow(update, row);
  }
  #updateRow({ table, written, text }: Update, row: StoredRow): Statement {
    const params = new Array<unknown>(written.length + table.key.length);
    let n = 0;
    for (const column of written) params[n++] = this.#value(column, row);
    for (const column of table.key) params[n++] = this.#value(column, row);
    return { text, params };
  }

  /** Rows that get the same values. */
  #updateAlike({ table, written, id }: Update, rows: readonly StoredRow[]): Statement {
    const text = textOf(this.#texts(table).update, `\0${rows.length} ${id}`, () => {
      const set = written.map((column, i) =>
        `${this.#quote(column.name)} = ${this.#typed(i + 1, table, column)}`
      );
      return `UPDATE ${this.#quote(table.name)} SET ${set.join()} WHERE ` +
        this.#keyList(table, written.length, rows.length);
    });
    const [first = {}] = rows;
    const params = written.map((column) => this.#value(column, first));
    for (const row of rows) for (const column of table.key) params.push(this.#value(column, row));
    return { text, params };
  }

  /** Rows that get values of their own. */
  #updateFrom({ table, written, id }: Update, rows: readonly StoredRow[]): Statement {
    const columns = [...table.key, ...written];
    const text = textOf(this.#texts(table).update, `\0${rows.length} from ${id}`, () => {
      const { length } = table.key;
      const own = `${this.#quote(table.name)}.`;
      const set = written.map(({ name }, i) => `${this.#quote(name)} = strata_v.c${length + i}`);
      const tests = table.key.map(({ name }, i) => `${own}${this.#quote(name)} = strata_v.c${i}`);
      return `WITH strata_v (${columns.map((_, i) => `c${i}`).join()}) AS (VALUES ` +
        `${
          this.#tuples(rows.length, columns.length, 0, (n, i) => this.#typed(n, table, columns[i]))
        }) UPDATE ${this.#quote(table.name)} ` +
        `SET ${set.join()} FROM strata_v WHERE ${tests.join(" AND ")}`;
    });
    const params: unknown[] = [];
    for (const row of rows) for (const column of columns) params.push(this.#value(column, row));
    return { text, params };
  }

  #quote(name: string): string {
    return this.dialect.quote(name);
  }

  #keyTests(table: TableDef, from: number): string {
    let n = from;
    return table.key.map((column) =>
      `${this.dialect.quote(column.name)} = ${this.#typed(++n, table, column)}`
    )
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
      const text = textOf(
        texts.remove,
        size,
        () => `DELETE FROM ${this.#quote(table.name)} WHERE ${this.#keyList(table, 0, size)}`,
      );
      yield { text, params };
    }
  }

  /** Whether a key is among so many; the marks begin after `from`. */
  #keyList(table: TableDef, from: number, size: number): string {
    if (size === 1) return this.#keyTests(table, from);
    const names = table.key.map(({ name }) => this.#quote(name));
    const list = this.#tuples(
      ...[size, names.length, from] as const,
      (n, i) => this.#typed(n, table, table.key[i]),
    );
    return names.length === 1
      ? `${names.join()} IN (${list})`
      : `(${names.join()}) IN (VALUES ${list})`;
  }

  /** So many lists of marks. */
  #tuples(
    size: number,
    width: number,
    from: number,
    mark: (n: number, i: number) => string,
  ): string {
    let n = from;
    const tuple = () => `(${Array.from({ length: width }, (_, i) => mark(++n, i)).join()})`;
    return Array.from({ length: size }, tuple).join();
  }

  #typed(n: number, table: TableDef, column: ColumnDef | undefined): string {
    return column ? this.dialect.markFor(n, table, column) : this.dialect.mark(n);
  }
}

/** The text under a key, made once. */
function textOf<K>(texts: Map<K, string>, key: K, make: () => string): string {
  let text = texts.get(key);
  if (text === undefined) texts.set(key, text = make());
  return text;
}

/**
 * How many rows go into each statement: the most that fit, then powers of two. Each row has `width`
 * parameters, and `others` are those of the statement.
 */
function partsOf(rows: number, width: number, others = 0): number[] {
  const most = Math.max(1, Math.min(MOST_ROWS, Math.floor((MOST_PARAMS - others) / width)));
  const parts: number[] = [];
  while (rows > 0) {
    const size = rows >= most ? most : 2 ** Math.floor(Math.log2(rows));
    parts.push(size);
    rows -= size;
  }
  return parts;
}

/** The same where any number of rows has the same text. */
function listParts(rows: number): number[] {
  const parts = Array.from({ length: Math.ceil(rows / MOST_ROWS) }, () => MOST_ROWS);
  if (rows % MOST_ROWS > 0) parts[parts.length - 1] = rows % MOST_ROWS;
  return parts;
}

/** The unique indexes over columns that an effect writes. */
export function uniqueWritten({ table, columns }: Effect): IndexDef[] {
  return table.indexes.filter((index) =>
    index.unique && index.columns.some(({ name }) => columns.includes(name))
  );
}
