import { createClient } from "@libsql/client";
import { openDatabase } from "../../../mod.ts";
import { libsqlDriver } from "../../../drivers/libsql.ts";
import type { LibsqlShape, LibsqlTransaction } from "../../../drivers/libsql/shape.ts";
import { testFaults } from "../../db/faults.ts";
import { schema } from "../../db/faults/scenario.ts";
import { closing } from "../../db/subject.ts";
import type { Faults } from "../../support/faults.ts";

/** Whatever comes of a call, as a promise. */
async function call<T>(faults: Faults, fn: () => Promise<T>): Promise<T> {
  return await faults.wait(fn);
}

function faultyTransaction(transaction: LibsqlTransaction, faults: Faults): LibsqlTransaction {
  return {
    batch: (statements) => call(faults, () => transaction.batch(statements)),
    executeMultiple: (sql) => call(faults, () => transaction.executeMultiple(sql)),
    rollback: () => call(faults, () => transaction.rollback()),
    close: () => transaction.close(),
  };
}

/** A client whose calls fail as `faults` says. */
function faulty(client: LibsqlShape, faults: Faults): LibsqlShape {
  return {
    get closed() {
      return client.closed;
    },
    protocol: client.protocol,
    execute: (statement) => call(faults, () => client.execute(statement)),
    batch: (statements, mode) => call(faults, () => client.batch(statements, mode)),
    executeMultiple: (sql) => call(faults, () => client.executeMultiple(sql)),
    sync: () => client.sync(),
    async transaction(mode) {
      let opened: LibsqlTransaction | undefined;
      try {
        opened = await call(faults, async () => opened = await client.transaction(mode));
        return faultyTransaction(opened, faults);
      } catch (error) {
        opened?.close(); // nobody else has it
        throw error;
      }
    },
  };
}

testFaults("libsql client", {
  stride: 7,
  errors: {
    "the loss of its connection": () => new TypeError("fetch failed"),
  },
  place() {
    const folder = Deno.makeTempDirSync({ prefix: "strata_" });
    return {
      async open(faults) {
        const client = createClient({ url: `file:${folder}/data.db` });
        try {
          // The client has all that is used of it.
          const driver = libsqlDriver(faulty(client as unknown as LibsqlShape, faults));
          return closing(await openDatabase(schema, driver), () => client.close());
        } catch (error) {
          client.close();
          throw error;
        }
      },
      remove: () => Deno.removeSync(folder, { recursive: true }),
    };
  },
});
