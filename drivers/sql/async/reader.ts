import { keyIn, type MapKey, mapKey, tupleKey } from "../../../schema/key.ts";
import type { StoredRow } from "../../../schema/types.ts";
import type { TableDef } from "../../../schema/table.ts";
import { tableUses } from "../../../query/table_uses.ts";
import type { Answer, Read } from "../../../db/driver.ts";
import type { Asking } from "../asking.ts";
import type { Dialect } from "../dialect.ts";
import { explainSql } from "../explain.ts";
import { KeyReads } from "../key_reads.ts";
import { Plans } from "../plans.ts";
import { allRows, countRows } from "../rows.ts";

/** What is answered by reading tables. */
export type TableRequest = Exclude<Read, { ask: "known" }>;

/** Work that answers what changes nothing. */
export class AsyncReader {
  readonly #dialect: Dialect;
  readonly #reads: KeyReads;
  readonly #plans: Plans;

  constructor(dialect: Dialect) {
    this.#dialect = dialect;
    this.#reads = new KeyReads(dialect);
    this.#plans = new Plans(dialect);
  }

  /** Asks for the statements whose rows answer a request, one after the other. */
  answer(request: TableRequest): Asking<Answer> {
    switch (request.ask) {
      case "keys":
        return this.#keys(request.table, request.keys);
      case "match":
        return this.#match(request);
      case "rows":
        return allRows(request.query, this.#dialect, this.#plans);
      case "count":
        return countRows(request.query, this.#dialect, this.#plans);
      case "explain":
        return explainSql(request.query, this.#dialect);
    }
  }

  *#keys(def: TableDef, keys: readonly (readonly unknown[])[]): Asking<Answer> {
    const [only] = keys;
    if (only && keys.length === 1) {
      const { text, read } = this.#reads.of(def);
      const [cells] = yield { text, params: this.#reads.bound(def.key, only) };
      return [cells && (read(cells) ?? undefined)];
    }
    const found = new Map<MapKey, StoredRow>();
    const request = { table: def, columns: def.key, values: keys };
    for (const row of yield* this.#match(request)) found.set(keyIn(def.key, row), row);
    return keys.map((key) => found.get(key.length === 1 ? mapKey(key[0]) : tupleKey(key)));
  }

  *#match(
    { table, columns, values }: Pick<
      Extract<Read, { ask: "match" }>,
      "table" | "columns" | "values"
    >,
  ): Asking<StoredRow[]> {
    const { read } = this.#reads.of(table);
    const rows: StoredRow[] = [];
    for (const statement of this.#reads.match(table, columns, values)) {
      for (const cells of yield statement) {
        const row = read(cells);
        if (row) rows.push(row);
      }
    }
    return rows;
  }
}

/** Whether a request takes several statements in any case. */
export function takesSeveral(request: TableRequest): boolean {
  return "query" in request && request.ask === "rows" &&
    request.query.steps.some(({ kind }) => kind === "include");
}

/** The tables that a request names. */
export function tablesOf(request: TableRequest): readonly TableDef[] {
  return "query" in request ? tableUses(request.query) : [request.table];
}

/** The answer where none of the tables has a row, as they are not there yet. */
export function emptyAnswer(request: TableRequest): Answer {
  switch (request.ask) {
    case "keys":
      return request.keys.map(() => undefined);
    case "count":
      return 0;
    default:
      return [];
  }
}
