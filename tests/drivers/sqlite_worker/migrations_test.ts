import { sqliteWorkerDriver } from "../../../drivers/sqlite_worker.ts";
import { testMigrations } from "../../db/migrations.ts";
import { withWorkers } from "./workers.ts";

withWorkers((workers) => {
  testMigrations("sqlite in a worker", () => {
    const folder = Deno.makeTempDirSync({ prefix: "strata_" });
    return {
      driver: () => sqliteWorkerDriver(`${folder}/data.db`, { worker: workers.take }),
      [Symbol.dispose]: () => Deno.removeSync(folder, { recursive: true }),
    };
  });
});
