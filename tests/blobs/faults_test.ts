import "fake-indexeddb/auto";
import { DatabaseSync } from "node:sqlite";
import { type Database, openDatabase } from "../../mod.ts";
import type { Driver } from "../../db/driver.ts";
import { fileDriver } from "../../drivers/file.ts";
import { indexedDbDriver } from "../../drivers/indexed_db.ts";
import { memoryDriver } from "../../drivers/memory.ts";
import { sqliteDriver } from "../../drivers/sqlite.ts";
import { webStorageDriver } from "../../drivers/web_storage.ts";
import { memoryStorage } from "../../webstorage/mod.ts";
import { closing } from "../db/subject.ts";
import { type Faults, withFaults } from "../support/faults.ts";
import { testBlobFaults } from "./faults.ts";

const folder = Deno.makeTempDirSync({ prefix: "strata_" });
addEventListener("unload", () => Deno.removeSync(folder, { recursive: true }));
let count = 0;
const bodies = () => `${folder}/bodies ${count++}`;

async function open(driver: Driver, faults: Faults): Promise<Database> {
  return await openDatabase({ tables: [] }, withFaults(driver, faults));
}

testBlobFaults("memory", (faults) => open(memoryDriver(), faults));
testBlobFaults("file with files", (faults) => open(fileDriver(`${folder}/${count++}`), faults), {
  bodies,
});
testBlobFaults("indexedDb", (faults) => {
  return open(indexedDbDriver(indexedDB, { name: `faults ${count++}` }), faults);
}, { most: 1e6 });
testBlobFaults("sqlite", async (faults) => {
  const client = new DatabaseSync(":memory:");
  return closing(await open(sqliteDriver(client), faults), () => client.close());
});
testBlobFaults("web storage", (faults) => {
  return open(webStorageDriver(memoryStorage(), { name: "faults" }), faults);
}, { most: 1e5 });
