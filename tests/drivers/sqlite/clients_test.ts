import "../../schema/proto_accessor.ts";
import { DatabaseSync } from "node:sqlite";
import { sqliteDriver } from "../../../drivers/sqlite.ts";
import { freezeRows } from "../../../engine/mod.ts";
import { type Database, openDatabase, type OpenOptions, type Schema } from "../../../mod.ts";
import { testSource } from "../../conformance/mod.ts";
import { testTransactions } from "../../db/transactions.ts";
import { testDifferential } from "../../differential/differential.ts";
import { testModel } from "../../model/model.ts";
import * as better from "../../support/better_sqlite3_shape.ts";
import * as bun from "../../support/bun_sqlite_shape.ts";
import * as db from "../../support/db_sqlite_shape.ts";
import { type OpenClient, testClient } from "./clients.ts";

freezeRows(true); // what writes to a row that was given out fails here

const SHAPES: Record<string, OpenClient> = {
  "shape of @db/sqlite": (path) => new db.Database(path),
  "shape of better-sqlite3": (path) => new better.Database(path),
  "shape of bun:sqlite": (path) => new bun.Database(path),
};

const folder = Deno.makeTempDirSync({ prefix: "strata_clients_" });
globalThis.addEventListener("unload", () => Deno.removeSync(folder, { recursive: true }));
let files = 0;
const newFile = () => `${folder}/${++files}.db`;

testClient("node:sqlite", (path) => new DatabaseSync(path), newFile);

for (const [name, openClient] of Object.entries(SHAPES)) {
  /** A database in memory that closes its client with it. */
  const open = async (schema: Schema, options?: OpenOptions): Promise<Database> => {
    const client = openClient(":memory:");
    const opened = await openDatabase(schema, sqliteDriver(client), options);
    void opened.closed.then(() => client.close());
    return opened;
  };
  testClient(name, openClient, newFile);
  testSource(name, open);
  testTransactions(name, open);
  testModel(name, open, undefined, 25);
  testDifferential(
    name,
    // Generated tables have no static types, so the database is used without them.
    async (schema) => await open(schema as never) as never,
    { queries: 100, exactSums: false },
  );
}
