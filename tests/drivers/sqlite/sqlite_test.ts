import { DatabaseSync } from "node:sqlite";
import { openDatabase } from "../../../db/open.ts";
import { sqliteDriver } from "../../../drivers/sqlite.ts";
import { freezeRows } from "../../../engine/mod.ts";
import { testSource } from "../../conformance/mod.ts";
import type { DifferentialSource } from "../../differential/api.ts";
import { testDifferential } from "../../differential/differential.ts";
import { testModel } from "../../model/model.ts";

freezeRows(true); // what writes to a row that was given out fails here

/** A database in memory that closes its client with it. */
async function open(schema: never, options?: object) {
  const client = new DatabaseSync(":memory:");
  const db = await openDatabase(schema, sqliteDriver(client), options);
  void db.closed.then(() => client.close());
  return db;
}

testSource("sqlite", (schema, options) => open(schema as never, options) as never);
testDifferential(
  "openDatabase(sqlite)",
  (schema) => open(schema as never) as unknown as DifferentialSource,
  { exactSums: false },
);
testModel("sqlite", (schema, options) => open(schema as never, options) as never);
