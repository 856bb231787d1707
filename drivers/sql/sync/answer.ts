import { keyIn, type MapKey, mapKey, tupleKey } from "../../../schema/key.ts";
import type { ColumnDef, TableDef } from "../../../schema/table.ts";
import type { StoredRow } from "../../../schema/types.ts";
import type { Ast } from "../../../query/ast.ts";
import type { Answer, Read } from "../../../db/driver.ts";
import type { Asking } from "../asking.ts";
import type { Cells } from "../decode.ts";
import type { Dialect } from "../dialect.ts";
import { explainSql } from "../explain.ts";
import { compileGet, type KeyRead } from "../get.ts";
import { Plans } from "../plans.ts";
import { allRows, countRows } from "../rows.ts";
import type { SyncClient } from "./client.ts";
import { Failure } from "./failure.ts";

/** Up to so many tuples are asked for by one statement. */
const MOST_TUPLES = 256;

/** Thrown for a request that takes several statements where each might see another state. */
export const SEVERAL: unique symbol = Symbol("several statements");

/** How rows of a table are read. */
interface TableRead extends KeyRead {
  /** The statement up to its conditions. */
  readonly select: string;
}

/** Answers what changes nothing. */
export class Reader {
  readonly #tables = new WeakMap<TableDef, TableRead>();
  readonly #plans: Plans;
  constructor(readonly client: SyncClient, readonly dialect: Dialect) {
    this.#plans = new Plans(dialect);
  }

  /**
   * Answers a request. `one` says that all statements see one state.
   *
   * @throws {typeof SEVERAL} When they may not, and there is more than one.
   */
  answer(request: Exclude<Read, { ask: "known" }>, one: boolean): Answer {
    switch (request.ask) {
      case "keys":
        return this.#keys(request.table, request.keys, one);
      case "match":
        return this.#match(request.table, request.columns, request.values, one);
      case "rows":
        if (!one && includes(request.query)) throw SEVERAL;
        return this.#ask(allRows(request.query, this.dialect, this.#plans), one);
      case "count":
        return this.#ask(countRows(request.query, this.dialect, this.#plans), one);
      case "explain":
        return this.#ask(explainSql(request.query, this.dialect), true);
    }
  }

  #read(def: TableDef): TableRead {
    let read = this.#tables.get(def);
    if (!read) {
      const get = compileGet(def, this.dialect);
      // Names may hold anything, so what comes before the tests is counted from the end.
      const tests = def.key.map(({ name }) => `s0.${this.dialect.quote(name)} = ?`).join(" AND ");
      read = { ...get, select: get.text.slice(0, get.text.length - tests.length) };
      this.#tables.set(def, read);
    }
    return read;
  }

  #keys(
    def: TableDef,
    keys: readonly (readonly unknown[])[],
    one: boolean,
  ): (StoredRow | undefined)[] {
    const [only] = keys;
    if (only && keys.length === 1) {
      const read = this.#tables.get(def) ?? this.#read(def);
      const cells = this.client.row(read.text, this.#bound(def.key, only));
      return [cells && (read.read(cells) ?? undefined)];
    }
    const found = new Map<MapKey, StoredRow>();
    for (const row of this.#match(def, def.key, keys, one)) found.set(keyIn(def.key, row), row);
    return keys.map((key) => found.get(key.length === 1 ? mapKey(key[0]) : tupleKey(key)));
  }

  #bound(columns: readonly ColumnDef[], values: readonly unknown[]): readonly unknown[] {
    for (const value of values) {
      if (typeof value === "object" || typeof value === "boolean") {
        return values.map((item, i) =>
          item === null ? null : this.dialect.bind(columns[i]?.type ?? "text", item)
        );
      }
    }
    return values; // all of them as they are bound
  }

  #match(
    def: TableDef,
    columns: readonly ColumnDef[],
    values: readonly (readonly unknown[])[],
    one: boolean,
  ): StoredRow[] {
    const wanted = new Map<MapKey, readonly unknown[]>();
    for (const tuple of values) {
      if (!tuple.includes(null)) wanted.set(tupleKey(tuple), tuple);
    }
    if (wanted.size === 0) return [];
    const { select, read } = this.#tables.get(def) ?? this.#read(def);
    const tuples = [...wanted.values()];
    const rows: StoredRow[] = [];
    const add = (text: string, params: readonly unknown[]) => {
      for (const cells of this.client.rows(select + text, params)) {
        const row = read(cells);
        if (row) rows.push(row);
      }
    };
    const [column] = columns;
    if (column && columns.length === 1) {
      const sql = `s0.${this.dialect.quote(column.name)}`;
      const bound = tuples.map(([value]) => this.dialect.bind(column.type, value));
      if (bound.length > MOST_TUPLES) {
        const list = this.dialect.list(column.type, bound);
        add(this.dialect.inList(column.type, sql, "?"), [list]);
      } else {
        pad(bound);
        add(`${sql} IN (${bound.map(() => "?").join()})`, bound);
      }
      return rows;
    }
    if (tuples.length > MOST_TUPLES && !one) throw SEVERAL;
    const names = columns.map(({ name }) => `s0.${this.dialect.quote(name)}`);
    for (let at = 0; at < tuples.length; at += MOST_TUPLES) {
      const part = tuples.slice(at, at + MOST_TUPLES);
      pad(part);
      const params = part.flatMap((tuple) => this.#bound(columns, tuple));
      if (part.length === 1) add(names.map((name) => `${name} = ?`).join(" AND "), params);
      else {
        const marks = `(${names.map(() => "?").join(", ")})`;
        add(`(${names.join(", ")}) IN (VALUES ${part.map(() => marks).join(", ")})`, params);
      }
    }
    return rows;
  }

  /** Runs what asks for statements. */
  #ask<T>(asking: Asking<T>, one: boolean): T {
    let step = asking.next();
    for (let count = 0; !step.done; count++) {
      if (count > 0 && !one) throw SEVERAL;
      let cells: readonly Cells[];
      try {
        cells = this.client.rows(step.value.text, step.value.params);
      } catch (error) {
        // What is no matter of the statement would go wrong with any other, too.
        if (!(error instanceof Failure) || error.kind !== "other") throw error;
        step = asking.throw(error);
        continue;
      }
      step = asking.next(cells);
    }
    return step.value;
  }
}

/** Gives the first item once more up to a power of two, so that few texts serve all sizes. */
function pad<T>(items: T[]): void {
  const size = 2 ** Math.ceil(Math.log2(items.length));
  for (const item of items.slice(0, 1)) while (items.length < size) items.push(item);
}

function includes({ steps }: Ast): boolean {
  return steps.some(({ kind }) => kind === "include");
}
