import { freezeRows } from "../../../engine/mod.ts";
import { testSource } from "../../conformance/mod.ts";
import { testTransactions } from "../../db/transactions.ts";
import { testDifferential } from "../../differential/differential.ts";
import { testModel } from "../../model/model.ts";
import { setting } from "../../model/runs.ts";
import { testDatabaseReplay } from "../../replay/database.ts";
import { inMemory, onFiles } from "./open.ts";
import { withWorkers } from "./workers.ts";

freezeRows(true); // what writes to a row that was given out fails here

const long = setting("STRATA_LONG") !== undefined;

withWorkers((workers) => {
  const open = onFiles(workers);
  testSource("sqlite in a worker", long ? open : inMemory(workers));
  testTransactions("sqlite in a worker", open);
  testModel("sqlite in a worker", open, undefined, 20);
  testDatabaseReplay("sqlite in a worker", open, 10);
  testDifferential(
    "sqlite in a worker",
    // Generated tables have no static types, so the database is used without them.
    async (schema) => await open(schema as never) as never,
    { exactSums: false, queries: long ? 2_000 : 100 },
  );
});
