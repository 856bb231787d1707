/**
 * Strata: one data layer for browser, Deno, Node, Bun and workers. One schema, one query that is
 * a plain value, the same answer on every engine.
 *
 * This entry point has what most programs need: schema, query and store.
 *
 * @example Tables, queries, a store
 * ```ts
 * import { createStore, gte, integer, query, table, text } from "@strata/data";
 *
 * const cities = table("cities", { name: text().primaryKey(), people: integer() });
 * const store = createStore({ tables: [cities] });
 * store.insert(cities, { name: "Lima", people: 10_092_000 });
 * store.all(query(cities).where({ people: gte(1_000_000) }).orderBy("people", "desc"));
 * ```
 *
 * @module
 */
export * from "./schema/mod.ts";
export * from "./query/mod.ts";
export * from "./store/mod.ts";
export * from "./db/mod.ts";
export * from "./webstorage/mod.ts";
export type {
  Change,
  Commit,
  DeltaOp,
  InsertOptions,
  LiveQuery,
  Lives,
  Plan,
  PlanStep,
  ReadonlySignal,
  Reads,
  SourceOptions,
  UpdateOptions,
  Verbs,
  WriteOptions,
} from "./engine/mod.ts";
