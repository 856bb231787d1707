import { openDatabase } from "../../../mod.ts";
import { sqliteWorkerDriver } from "../../../drivers/sqlite_worker.ts";
import { freezeRows } from "../../../engine/mod.ts";
import { testDatabaseLive, testSharedLive } from "../../live/database.ts";
import { onFiles } from "./open.ts";
import { withWorkers } from "./workers.ts";

freezeRows(true); // what writes to a row that was given out fails here

withWorkers((workers) => {
  testDatabaseLive("sqlite in a worker", onFiles(workers), "asked slowly");
  testSharedLive("sqlite in a worker", () => {
    const folder = Deno.makeTempDirSync({ prefix: "strata_" });
    const driver = () => sqliteWorkerDriver(`${folder}/data.db`, { worker: workers.take });
    return {
      open: (schema) => openDatabase(schema, driver()),
      remove: () => Deno.removeSync(folder, { recursive: true }),
    };
  });
});
