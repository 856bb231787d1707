/**
 * The public API with its types taken off: generated schemas and queries have names and
 * types that only exist at run time.
 *
 * @module
 */
import * as strata from "../../mod.ts";

export interface LooseColumn {
  optional(): LooseColumn;
  unique(): LooseColumn;
  primaryKey(): LooseColumn;
}

export interface LooseTable {
  readonly name: string;
}

export interface LooseSchema {
  readonly tables: readonly LooseTable[];
}

export interface LooseQuery {
  where(condition: unknown): LooseQuery;
  orderBy(path: string, direction?: "asc" | "desc"): LooseQuery;
  limit(n: unknown): LooseQuery;
  offset(n: unknown): LooseQuery;
  after(position: unknown): LooseQuery;
  select(...paths: unknown[]): LooseQuery;
  distinct(): LooseQuery;
  join(as: string, table: LooseTable, on: object): LooseQuery;
  leftJoin(as: string, table: LooseTable, on: object): LooseQuery;
  include(as: string, children: LooseTable | LooseQuery, on: object): LooseQuery;
  groupBy(paths: readonly string[], aggregates: object): LooseQuery;
  with(values: object): LooseQuery;
  toJSON(): unknown;
  readonly hash: string;
}

type Make = (...args: unknown[]) => unknown;

/** A source under test, synchronous or not: every result is awaited. */
export interface DifferentialSource {
  insert(table: LooseTable, rows: readonly object[]): unknown;
  update(table: LooseTable, key: unknown, patch: object): unknown;
  delete(table: LooseTable, key: unknown): unknown;
  all(query: LooseQuery): unknown;
  count(query: LooseQuery): unknown;
  has(query: LooseQuery): unknown;
  first(query: LooseQuery): unknown;
  iterate(query: LooseQuery): Iterable<unknown> | AsyncIterable<unknown>;
}

// The casts forget the types of rows on purpose; the values are the public functions.
const loose = strata as unknown as Record<string, Make>;

export const columns = loose as unknown as Record<string, () => LooseColumn>;
export const operators = loose;
export const aggregates = loose;
export const table = loose.table as (n: string, c: object, options?: object) => LooseTable;
export const query = loose.query as (table: LooseTable) => LooseQuery;
export const parseQuery = loose.parseQuery as (schema: LooseSchema, json: unknown) => LooseQuery;
export const cursorOf = loose.cursorOf as (query: LooseQuery, row: unknown) => string;
