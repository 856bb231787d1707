/**
 * Blobs on every driver; one more is one line.
 *
 * @module
 */
import "fake-indexeddb/auto";
import { openDatabase } from "../../mod.ts";
import { fileDriver } from "../../drivers/file.ts";
import { indexedDbDriver } from "../../drivers/indexed_db.ts";
import { memoryDriver } from "../../drivers/memory.ts";
import { webStorageDriver } from "../../drivers/web_storage.ts";
import { freezeRows } from "../../engine/mod.ts";
import { memoryStorage } from "../../webstorage/mod.ts";
import { openInMemory, openOnFile } from "../drivers/sqlite/open.ts";
import { testBlobs } from "./mod.ts";

freezeRows(true); // what writes to a row that was given out fails here

const folder = Deno.makeTempDirSync({ prefix: "strata_" });
addEventListener("unload", () => Deno.removeSync(folder, { recursive: true }));
let count = 0;
const schema = { tables: [] };
const bodies = () => `${folder}/bodies ${count++}`;

testBlobs("memory", (options) => openDatabase(schema, memoryDriver(), options));
testBlobs("memory with files", (options) => openDatabase(schema, memoryDriver(), options), {
  bodies,
});
testBlobs("file", (options) => openDatabase(schema, fileDriver(`${folder}/${count++}`), options));
testBlobs("indexedDb", (options) => {
  const driver = indexedDbDriver(indexedDB, { name: `blobs ${count++}` });
  return openDatabase(schema, driver, options);
});
testBlobs("sqlite", (options) => openInMemory(schema, options));
testBlobs("sqlite on a file", (options) => openOnFile(schema, options));
testBlobs("sqlite with files", (options) => openOnFile(schema, options), { bodies });
testBlobs("web storage", (options) => {
  const driver = webStorageDriver(memoryStorage(), { name: "blobs" });
  return openDatabase(schema, driver, options);
}, { most: 262_144 });
