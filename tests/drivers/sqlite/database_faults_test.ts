import { DatabaseSync } from "node:sqlite";
import { openDatabase } from "../../../mod.ts";
import { sqliteDriver } from "../../../drivers/sqlite.ts";
import { testFaults } from "../../db/faults.ts";
import { schema } from "../../db/faults/scenario.ts";
import { faultyClient } from "../../support/client_faults.ts";
import { withFaults } from "../../support/faults.ts";

/** An error as node:sqlite has it, with the code of SQLite. */
function sqliteError(message: string, errcode: number): () => Error {
  return () => Object.assign(new Error(message), { code: "ERR_SQLITE_ERROR", errcode });
}

testFaults("sqlite, its driver", {
  errors: { "an error of its own": () => new Error("fault") },
  stride: 5,
  place() {
    const client = new DatabaseSync(":memory:");
    return {
      open: (faults) => openDatabase(schema, withFaults(sqliteDriver(client), faults)),
      remove: () => client.close(),
    };
  },
});

testFaults("sqlite, its client", {
  errors: {
    "disk I/O error": sqliteError("disk I/O error", 10),
    "database or disk is full": sqliteError("database or disk is full", 13),
    "an error of its own": () => new Error("fault"),
  },
  stride: 19,
  place(kept) {
    const folder = kept ? Deno.makeTempDirSync({ prefix: "strata_" }) : undefined;
    const clients: DatabaseSync[] = [];
    return {
      async open(faults) {
        // Each opening has a client of its own, as what a failure leaves in one is its user's matter.
        for (const client of clients.splice(0)) client.close();
        const client = new DatabaseSync(folder ? `${folder}/data.db` : ":memory:");
        clients.push(client);
        // A client that fails at once is told as none, a mistake of the caller.
        const driver = await faults.without(() =>
          Promise.resolve(sqliteDriver(faultyClient(client, faults)))
        );
        return await openDatabase(schema, driver);
      },
      remove() {
        for (const client of clients.splice(0)) client.close();
        if (folder) Deno.removeSync(folder, { recursive: true });
      },
    };
  },
});
