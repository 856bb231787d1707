/**
 * The suites of the database as a program for any runtime: `suites.mjs CLIENT SIZE FOLDER`, where
 * CLIENT is `memory`, `worker` (node:sqlite in one) or what is imported for it, and SIZE is `small` or `full`. Each failure is
 * printed; the last line is `N passed, N failed`.
 *
 * @module
 */
import process from "node:process";
import { memoryDriver } from "../../drivers/memory.ts";
import { sqliteDriver } from "../../drivers/sqlite.ts";
import { sqliteWorkerDriver } from "../../drivers/sqlite_worker.ts";
import { freezeRows } from "../../engine/mod.ts";
import { type Database, openDatabase, type OpenOptions, type Schema } from "../../mod.ts";
import { testSource } from "../conformance/mod.ts";
import { testTransactions } from "../db/transactions.ts";
import { testDifferential } from "../differential/differential.ts";
import { type OpenClient, testClient } from "../drivers/sqlite/clients.ts";
import { testModel } from "../model/model.ts";
import { type ClientName, clientOf } from "./clients.ts";
import { Collected } from "./collected.ts";

type Open = (schema: Schema, options?: OpenOptions) => Promise<Database>;

freezeRows(true); // what writes to a row that was given out fails here

const [name = "memory", size = "small", folder = "."] = process.argv.slice(2);
const full = size === "full";
const tests = new Collected();
let files = 0;
const newFile = () => `${folder}/${++files}.db`;

if (name === "memory") {
  suites(name, (schema, options) => openDatabase(schema, memoryDriver(), options));
} else if (name === "worker") {
  suites(
    "sqlite in a worker",
    (schema, options) =>
      openDatabase(schema, sqliteWorkerDriver(full ? newFile() : ":memory:"), options),
  );
} else {
  const openClient = await clientOf(name as ClientName);
  testClient(name, openClient, newFile, tests.register);
  suites(`${name} in memory`, on(openClient, () => ":memory:"));
  if (full) suites(`${name} on a file`, on(openClient, newFile));
}

const { passed, failed } = await tests.run((line) => console.log(line));
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);

/** Opens databases on a client that is closed after them. */
function on(openClient: OpenClient, newPath: () => string): Open {
  return async (schema, options) => {
    const client = openClient(newPath());
    const db = await openDatabase(schema, sqliteDriver(client), options);
    void db.closed.then(() => client.close());
    return db;
  };
}

function suites(title: string, open: Open): void {
  testSource(title, open, tests.register);
  testTransactions(title, open, tests.register);
  testModel(title, open, tests.register, full ? 200 : 30);
  testDifferential(
    title,
    // Generated tables have no static types, so the database is used without them.
    async (schema) => await open(schema as never) as never,
    { exactSums: title === "memory", queries: full ? 2_000 : 200 },
    tests.register,
  );
}
