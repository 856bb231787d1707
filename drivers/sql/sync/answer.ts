import { keyIn, type MapKey, mapKey, tupleKey } from "../../../schema/key.ts";
import type { ColumnDef, TableDef } from "../../../schema/table.ts";
import type { StoredRow } from "../../../schema/types.ts";
import type { Ast } from "../../../query/ast.ts";
import type { Answer, Read } from "../../../db/driver.ts";
import type { Asking } from "../asking.ts";
import type { Cells } from "../decode.ts";
import type { Dialect } from "../dialect.ts";
import { explainSql } from "../explain.ts";
import { KeyReads } from "../key_reads.ts";
import { Plans } from "../plans.ts";
import { allRows, countRows } from "../rows.ts";
import type { SyncClient } from "./client.ts";
import { Failure } from "../failure.ts";

/** Thrown for a request that takes several statements where each might see another state. */
export const SEVERAL: unique symbol = Symbol("several statements");

/** Answers what changes nothing. */
export class Reader {
  readonly #reads: KeyReads;
  readonly #plans: Plans;
  constructor(readonly client: SyncClient, readonly dialect: Dialect) {
    this.#reads = new KeyReads(dialect);
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

  #keys(
    def: TableDef,
    keys: readonly (readonly unknown[])[],
    one: boolean,
  ): (StoredRow | undefined)[] {
    const [only] = keys;
    if (only && keys.length === 1) {
      const read = this.#reads.of(def);
      const cells = this.client.row(read.text, this.#reads.bound(def.key, only));
      return [cells && (read.read(cells) ?? undefined)];
    }
    const found = new Map<MapKey, StoredRow>();
    for (const row of this.#match(def, def.key, keys, one)) found.set(keyIn(def.key, row), row);
    return keys.map((key) => found.get(key.length === 1 ? mapKey(key[0]) : tupleKey(key)));
  }

  #match(
    def: TableDef,
    columns: readonly ColumnDef[],
    values: readonly (readonly unknown[])[],
    one: boolean,
  ): StoredRow[] {
    const statements = this.#reads.match(def, columns, values);
    if (statements.length > 1 && !one) throw SEVERAL;
    const { read } = this.#reads.of(def);
    const rows: StoredRow[] = [];
    for (const { text, params } of statements) {
      for (const cells of this.client.rows(text, params)) {
        const row = read(cells);
        if (row) rows.push(row);
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

function includes({ steps }: Ast): boolean {
  return steps.some(({ kind }) => kind === "include");
}
