/**
 * The three places that the demo keeps its rows in, as one kind of thing.
 *
 * @module
 */
import { DatabaseSync } from "node:sqlite";
import { type AnyTable, createStore, type Insert, openDatabase } from "@strata/data";
import type { Database, Plan, Query, Store } from "@strata/data";
import { memoryDriver } from "@strata/data/drivers/memory";
import { sqliteDriver } from "@strata/data/drivers/sqlite";
import { schema } from "../data/schema.ts";

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

/** Who is asked, and the database in a file, for the page. */
export interface Sources {
  readonly all: readonly Source[];
  readonly sqlite: Database;
}

/** Opens a store, a database in memory, and one in a file that is removed when it is closed. */
export async function openSources(): Promise<Sources> {
  const store = createStore(schema);
  const memory = await openDatabase(schema, memoryDriver());
  const folder = await Deno.makeTempDir({ prefix: "strata-demo-" });
  const client = new DatabaseSync(`${folder}/demo.db`);
  const sqlite = await openDatabase(schema, sqliteDriver(client));
  const all = [
    sourceOf("store", store, async () => await store[Symbol.dispose]()),
    sourceOf("memory", memory, () => memory.close()),
    sourceOf("SQLite", sqlite, async () => {
      await sqlite.close();
      client.close();
      await Deno.remove(folder, { recursive: true });
    }),
  ];
  return { all, sqlite };
}
