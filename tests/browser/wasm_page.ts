/**
 * What the workers of the tests of SQLite WASM have: the suites, and a database that tabs share. Their pages pass
 * on what they are asked.
 *
 * @module
 */
import sqlite3InitModule from "@sqlite.org/sqlite-wasm";
import { freezeRows } from "../../engine/mod.ts";
import {
  type Database,
  DataError,
  integer,
  openDatabase,
  type OpenOptions,
  query,
  type Schema,
  table,
  text,
} from "../../mod.ts";
import { sql } from "../../drivers/sql.ts";
import { sqliteWasmDriver } from "../../drivers/sqlite_wasm.ts";
import type { Driver } from "../../db/driver.ts";
import { testSource } from "../conformance/mod.ts";
import { testMigrations } from "../db/migrations.ts";
import { testTransactions } from "../db/transactions.ts";
import { testDifferential } from "../differential/differential.ts";
import { testModel } from "../model/model.ts";
import { Collected, type Ended } from "../runtimes/collected.ts";

const counters = table("counters", { id: text().primaryKey(), n: integer() });
const pairs = table("pairs", { id: text().primaryKey(), batch: integer() });
const numbers = table("numbers", { n: integer().primaryKey() });
const shared: Schema = { tables: [counters, pairs, numbers] };

const inPage = "document" in globalThis;
let module: Promise<unknown> | undefined;
/** The module, whose file is not beside this script. */
function sqlite3(): Promise<unknown> {
  const options = { locateFile: () => "/sqlite3.wasm" };
  return module ??= (sqlite3InitModule as (options: unknown) => Promise<unknown>)(options);
}

let db: Database;
let databases = 0;
async function newDriver(): Promise<Driver> {
  return sqliteWasmDriver(await sqlite3(), { name: `test ${databases++}` });
}
async function open(schema: Schema, options?: OpenOptions): Promise<Database> {
  return await openDatabase(schema, await newDriver(), options);
}

/** What is called from outside. */
const strata = {
  async suites(histories: number, queries: number): Promise<Ended & { failures: string[] }> {
    freezeRows(true);
    const tests = new Collected();
    testSource("sqliteWasm", open, tests.register);
    testTransactions("sqliteWasm", open, tests.register);
    testModel("sqliteWasm", open, tests.register, histories);
    const loaded = await sqlite3();
    testMigrations("sqliteWasm", () => {
      const driver = sqliteWasmDriver(loaded, { name: `test ${databases++}` });
      return { driver: () => driver, [Symbol.dispose]: () => {} };
    }, tests.register);
    testDifferential(
      "sqliteWasm",
      // Generated tables have no static types, so the database is used without them.
      async (schema) => await open(schema as never) as never,
      { exactSums: false, queries },
      tests.register,
    );
    const failures: string[] = [];
    const ended = await tests.run((line) => failures.push(line));
    return { ...ended, failures };
  },
  /** Opens the database that tabs share. */
  async open(name = "shared"): Promise<number> {
    db = await openDatabase(shared, sqliteWasmDriver(await sqlite3(), { name }));
    await db.insert(counters, { id: "c", n: 0 }, { onConflict: "ignore" });
    return db.seq;
  },
  close: (): Promise<void> => db.close(),
  count: async (): Promise<number | undefined> => (await db.get(counters, "c"))?.n,
  /** Adds 1 so many times, by transactions that think at times; gives the most runs that one took. */
  async increments(times: number): Promise<number> {
    let most = 0;
    for (let i = 0; i < times; i++) {
      await db.transaction(async (tx) => {
        most = Math.max(most, tx.attempt);
        const row = await tx.get(counters, "c");
        if (i % 10 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
        await tx.update(counters, "c", { n: (row?.n ?? NaN) + 1 });
      });
    }
    return most;
  },
  /**
   * Adds 1 so many times, by a verb each, whose row says so, too; gives what was told of those that failed, and
   * how many of them said the wrong thing.
   */
  async adds(times: number, from = 0): Promise<{ told: string[]; wrong: number }> {
    const told: string[] = [];
    let wrong = 0;
    for (let n = from; n < from + times; n++) {
      try {
        await db.insert(numbers, { n });
      } catch (error) {
        if (!(error instanceof DataError)) throw error;
        told.push(`${error.committed}`);
        const there = await db.get(numbers, n) !== undefined;
        if (error.committed !== (there ? "yes" : "no")) wrong++;
        if (!there) await db.insert(numbers, { n });
      }
    }
    return { told, wrong };
  },
  numbers: (): Promise<number> => db.count(query(numbers)),
  heard: [] as number[],
  /** The rows of a live query. */
  live: [] as readonly unknown[],
  hear(): void {
    db.changes(({ seq }) => void strata.heard.push(seq));
    db.live(query(counters)).subscribe((rows) => void (strata.live = rows));
  },
  seen: () => ({ heard: strata.heard, live: strata.live }),
  /** Writes pairs without end, and tells of each that was acknowledged. */
  async write(first: number): Promise<never> {
    for (let batch = first;; batch++) {
      await db.insert(pairs, [{ id: `${batch} a`, batch }, { id: `${batch} b`, batch }]);
      postMessage({ told: batch });
    }
  },
  batches: async (): Promise<number[]> => (await db.all(query(pairs))).map(({ batch }) => batch),
  integrity: async (): Promise<unknown> => (await sql(db, "PRAGMA integrity_check"))[0],
};

/** Type of the functions of a worker. */
export type Strata = typeof strata;

if (inPage) {
  const worker = new Worker("/page.js");
  const waiting = new Map<number, (data: { value?: unknown; error?: string }) => void>();
  let ids = 0;
  worker.onmessage = ({ data }) => {
    if ("told" in data) Reflect.get(globalThis, "tell")?.(data.told);
    else waiting.get(data.id)?.(data);
  };
  const ask = (name: string, args: unknown[]) =>
    new Promise((resolve, reject) => {
      const id = ++ids;
      waiting.set(id, ({ value, error }) => error ? reject(new Error(error)) : resolve(value));
      worker.postMessage([id, name, ...args]);
    });
  Object.assign(globalThis, { ask });
} else {
  // A worker is asked by messages: the name of a function, and what it gets.
  globalThis.onmessage = async ({ data: [id, name, ...args] }: MessageEvent) => {
    const call = strata[name as keyof Strata] as (...args: unknown[]) => unknown;
    try {
      postMessage({ id, value: await call.apply(strata, args) });
    } catch (error) {
      const cause = error instanceof Error ? error.cause : undefined;
      postMessage({ id, error: `${error instanceof Error ? error.stack : error} ${cause ?? ""}` });
    }
  };
}
