/**
 * The three places that the demo keeps its rows in, as one kind of thing.
 *
 * @module
 */
import { DatabaseSync } from "node:sqlite";
import { type AnyTable, createStore, type Insert, openDatabase } from "../../mod.ts";
import type { Database, Plan, Query, Store } from "../../mod.ts";
import { memoryDriver } from "../../drivers/memory.ts";
import { sqliteDriver } from "../../drivers/sqlite.ts";
import { schema } from "./schema.ts";

/** Who answers: at once, or as a promise. */
export interface Source {
  readonly name: string;
  all<R>(query: Query<R>): readonly R[] | Promise<readonly R[]>;
  explain<R>(query: Query<R>): Plan | Promise<Plan>;
  /** All rows or none. */
  insert<T extends AnyTable>(table: T, rows: readonly Insert<T>[]): unknown;
  close(): Promise<void>;
}

function sourceOf(name: string, rows: Store | Database, close: () => Promise<void>): Source {
  return {
    name,
    all: (query) => rows.all(query),
    explain: (query) => rows.explain(query),
    insert: (table, list) => rows.insert(table, list),
    close,
  };
}

/** Opens a store, a database in memory, and one in a file that is removed when it is closed. */
export async function openSources(): Promise<Source[]> {
  const store = createStore(schema);
  const memory = await openDatabase(schema, memoryDriver());
  const folder = await Deno.makeTempDir({ prefix: "strata-demo-" });
  const client = new DatabaseSync(`${folder}/demo.db`);
  const sqlite = await openDatabase(schema, sqliteDriver(client));
  return [
    sourceOf("store", store, async () => await store[Symbol.dispose]()),
    sourceOf("memory", memory, () => memory.close()),
    sourceOf("SQLite", sqlite, async () => {
      await sqlite.close();
      client.close();
      await Deno.remove(folder, { recursive: true });
    }),
  ];
}
