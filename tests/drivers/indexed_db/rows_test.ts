import "fake-indexeddb/auto";
import { freezeRows } from "../../../engine/mod.ts";
import { type Database, openDatabase, type OpenOptions, type Schema } from "../../../mod.ts";
import { testSource } from "../../conformance/mod.ts";
import { testTransactions } from "../../db/transactions.ts";
import { testDifferential } from "../../differential/differential.ts";
import { testModel } from "../../model/model.ts";
import { layoutDriver, type Layouts } from "./layouts.ts";

freezeRows(true); // what writes to a row that was given out fails here

let count = 0;

/** Opens a database of its own, a second time after its layout was made. */
function opening(layouts: Layouts) {
  return async (schema: Schema, options?: OpenOptions): Promise<Database> => {
    const driver = layoutDriver(indexedDB, `${layouts} ${count++}`, layouts);
    await (await openDatabase(schema, driver, options)).close();
    return await openDatabase(schema, driver, options);
  };
}

for (const layouts of ["rows", "mixed"] as const) {
  const open = opening(layouts);
  const name = `indexedDb, ${layouts}`;
  testSource(name, open);
  testTransactions(name, open);
  testModel(name, open, undefined, 12);
  testDifferential(
    name,
    // Generated tables have no static types, so the database is used without them.
    async (schema) => await open(schema as never) as never,
    { queries: 30 },
  );
}
