import pg from "pg";
import { openDatabase } from "../../../mod.ts";
import { postgresDriver } from "../../../drivers/postgres.ts";
import { testFaults } from "../../db/faults.ts";
import { schema } from "../../db/faults/scenario.ts";
import { closing } from "../../db/subject.ts";
import type { Faults } from "../../support/faults.ts";
import { newSchema } from "./open.ts";

type Query = (config: never, values?: never) => Promise<unknown>;

/** A pool of pg whose queries fail as `faults` says. */
function faulty(pool: pg.Pool, faults: Faults) {
  const query = (of: { query: unknown }) => async (config: never, values?: never) =>
    await faults.wait(() => (of.query as Query).call(of, config, values));
  return {
    totalCount: 0,
    options: pool.options,
    on() {},
    query: query(pool),
    async connect() {
      const client = await pool.connect();
      return {
        query: query(client),
        on: (name: "error", listener: () => void) => client.on(name, listener),
        off: (name: "error", listener: () => void) => client.off(name, listener),
        once: (name: "end", listener: () => void) => client.once(name, listener),
        release: (broken: boolean) => client.release(broken),
      };
    },
  };
}

testFaults("pg", {
  stride: 11,
  errors: {
    "the loss of its connection": () =>
      Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET" }),
  },
  place() {
    const url = newSchema();
    return {
      async open(faults) {
        const pool = new pg.Pool({ connectionString: await url, max: 3 });
        try {
          const driver = postgresDriver(faulty(pool, faults));
          return closing(await openDatabase(schema, driver), () => pool.end());
        } catch (error) {
          await pool.end();
          throw error;
        }
      },
      remove() {},
    };
  },
});
