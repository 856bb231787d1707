import { freezeRows } from "../../../engine/mod.ts";
import { type Database, openDatabase, type OpenOptions, type Schema } from "../../../mod.ts";
import { webStorageDriver } from "../../../drivers/web_storage.ts";
import { memoryStorage } from "../../../webstorage/mod.ts";
import { testSource } from "../../conformance/mod.ts";
import { testTransactions } from "../../db/transactions.ts";
import { testDifferential } from "../../differential/differential.ts";
import { testModel } from "../../model/model.ts";
import { testDatabaseReplay } from "../../replay/database.ts";

freezeRows(true); // what writes to a row that was given out fails here

/** A database in an area of its own, opened a second time after its layout was made. */
async function open(schema: Schema, options?: OpenOptions): Promise<Database> {
  const driver = webStorageDriver(memoryStorage(), { name: "test" });
  await (await openDatabase(schema, driver, options)).close();
  return await openDatabase(schema, driver, options);
}

testSource("webStorage", open);
testTransactions("webStorage", open);
testModel("webStorage", open);
testDatabaseReplay("webStorage", open);
testDifferential(
  "webStorage",
  // Generated tables have no static types, so the database is used without them.
  async (schema) => await open(schema as never) as never,
  { queries: 300 },
);
