import { assertEquals } from "@std/assert";
import { type Database, openDatabase, type Schema } from "../../mod.ts";
import type { Driver } from "../../db/driver.ts";
import type { Register } from "../conformance/suite.ts";
import { testAdditive } from "./migrations/additive.ts";
import { testChains } from "./migrations/chains.ts";
import { testColumns } from "./migrations/columns.ts";
import { testFailures } from "./migrations/failures.ts";
import { testHistories } from "./migrations/histories.ts";
import { testOptional } from "./migrations/optional.ts";
import { testRows } from "./migrations/rows.ts";
import { testSteps } from "./migrations/steps.ts";

/** Where one database is kept, for the time of a test. */
export interface Place extends Disposable {
  /** A driver over the same data each time. */
  driver(): Driver;
}

/** What a part of the suite gets. */
export interface Migrations {
  test(name: string, fn: (place: Reopen) => Promise<void>): void;
}

/** A database that is opened again and again. */
export interface Reopen {
  readonly driver: Driver;
  open(schema: Schema): Promise<Database>;
  /** Opens it, runs `fn` and closes it. */
  with<T>(schema: Schema, fn: (db: Database) => T | Promise<T>): Promise<T>;
}

function reopen(place: Place): Reopen {
  const open = async (schema: Schema) => {
    const db = await openDatabase(schema, place.driver());
    // What the engine has is what the schema wants, whatever led there.
    assertEquals(await db.check(), []);
    return db;
  };
  return {
    get driver() {
      return place.driver();
    },
    open,
    async with(schema, fn) {
      await using db = await open(schema);
      return await fn(db);
    },
  };
}

/**
 * Changes of the layout and migrations, for every driver: `makePlace` gives a new, empty place.
 */
export function testMigrations(
  name: string,
  makePlace: () => Place,
  register: Register = Deno.test,
): void {
  const suite: Migrations = {
    test: (title, fn) =>
      register(`${name}: ${title}`, async () => {
        using place = makePlace();
        await fn(reopen(place));
      }),
  };
  testAdditive(suite);
  testOptional(suite);
  testSteps(suite);
  testColumns(suite);
  testRows(suite);
  testChains(suite);
  testFailures(suite);
  testHistories(suite);
}
