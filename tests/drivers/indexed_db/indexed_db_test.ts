import "fake-indexeddb/auto";
import { freezeRows } from "../../../engine/mod.ts";
import { type Database, openDatabase, type OpenOptions, type Schema } from "../../../mod.ts";
import { indexedDbDriver } from "../../../drivers/indexed_db.ts";
import { testSource } from "../../conformance/mod.ts";
import { testTransactions } from "../../db/transactions.ts";
import { testDifferential } from "../../differential/differential.ts";
import { testModel } from "../../model/model.ts";

freezeRows(true); // what writes to a row that was given out fails here

let count = 0;

/** A database of its own, opened a second time after its layout was made. */
async function open(schema: Schema, options?: OpenOptions): Promise<Database> {
  const driver = indexedDbDriver(indexedDB, { name: `test ${count++}` });
  await (await openDatabase(schema, driver, options)).close();
  return await openDatabase(schema, driver, options);
}

testSource("indexedDb", open);
testTransactions("indexedDb", open);
testModel("indexedDb", open, undefined, 40);
testDifferential(
  "indexedDb",
  // Generated tables have no static types, so the database is used without them.
  async (schema) => await open(schema as never) as never,
  { queries: 100 },
);
