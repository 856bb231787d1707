import type { Driver } from "../../db/driver.ts";
import { freezeRows } from "../../engine/mod.ts";
import { type Database, openDatabase, type OpenOptions, type Schema } from "../../mod.ts";
import { testSource } from "../conformance/mod.ts";
import { testMigrations } from "../db/migrations.ts";
import { testTransactions } from "../db/transactions.ts";
import { testDifferential } from "../differential/differential.ts";
import { Idle } from "../drivers/indexed_db/idle.ts";
import { testDatabaseLive, testRandomLive, testSharedLive } from "../live/database.ts";
import type { LiveKind } from "../live/database_support.ts";
import { testModel } from "../model/model.ts";
import { Collected, type Ended } from "../runtimes/collected.ts";

/** How much is random in a run of the suites. */
export interface Amounts {
  readonly histories: number;
  readonly queries: number;
  readonly lives: number;
}

/** How they ended, and what failed. */
export interface SuitesEnded extends Ended {
  readonly failures: readonly string[];
}

/** A test that takes longer has failed, so that what hangs is named. */
const LIMIT_MS = 120_000;

/** Runs the suites of a database on a driver, each test in a place of its own, in a page or a worker. */
export async function runSuites(
  name: string,
  newDriver: () => Driver,
  kind: LiveKind,
  { histories, queries, lives }: Amounts,
): Promise<SuitesEnded> {
  freezeRows(true);
  const tests = new Collected();
  const register = (title: string, fn: () => Promise<void>) =>
    tests.register(title, () => limited(fn));
  // Opened a second time after the layout was made.
  const open = async (schema: Schema, options?: OpenOptions): Promise<Database> => {
    const driver = newDriver();
    await (await openDatabase(schema, driver, options)).close();
    return await openDatabase(schema, driver, options);
  };
  testSource(name, open, register);
  testTransactions(name, open, register);
  testModel(name, open, register, histories);
  testMigrations(name, () => {
    const driver = newDriver();
    return { driver: () => driver, [Symbol.dispose]: () => {} };
  }, register);
  testDifferential(
    name,
    // Generated tables have no static types, so the database is used without them.
    async (schema) => await open(schema as never) as never,
    { queries },
    register,
  );
  const idle = new Idle();
  const openLive = (schema: Schema) => openDatabase(schema, idle.of(newDriver()));
  const settle = () => idle.settled();
  testDatabaseLive(name, openLive, kind, { register, settle });
  testSharedLive(name, () => {
    const driver = newDriver();
    return { open: (schema) => openDatabase(schema, driver), remove: () => {} };
  }, register);
  testRandomLive(name, openLive, settle, lives, kind !== "maintained", register);
  const failures: string[] = [];
  const ended = await tests.run((line) => failures.push(line));
  return { ...ended, failures };
}

async function limited(fn: () => Promise<void>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`It has not ended after ${LIMIT_MS} ms`)),
      LIMIT_MS,
    );
  });
  try {
    await Promise.race([fn(), late]);
  } finally {
    clearTimeout(timer);
  }
}
