import { freezeRows } from "../../../engine/mod.ts";
import { testSource } from "../../conformance/mod.ts";
import { testTransactions } from "../../db/transactions.ts";
import { testDifferential } from "../../differential/differential.ts";
import { testDatabaseLive } from "../../live/database.ts";
import { testModel } from "../../model/model.ts";
import { setting } from "../../model/runs.ts";
import { testDatabaseReplay } from "../../replay/database.ts";
import { openInMemory } from "./open.ts";

freezeRows(true); // what writes to a row that was given out fails here

const name = "sqlite wasm in memory";

testSource(name, openInMemory);
testTransactions(name, openInMemory);
testModel(name, openInMemory, undefined, 20);
testDatabaseReplay(name, openInMemory, 10);
testDatabaseLive(name, openInMemory, "asked slowly");
testDifferential(
  name,
  // Generated tables have no static types, so the database is used without them.
  async (schema) => await openInMemory(schema as never) as never,
  { exactSums: false, queries: setting("STRATA_LONG") === undefined ? 100 : 2_000 },
);
