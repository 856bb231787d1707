import { openDatabase } from "../../../mod.ts";
import { webStorageDriver } from "../../../drivers/web_storage.ts";
import { freezeRows } from "../../../engine/mod.ts";
import { memoryStorage } from "../../../webstorage/mod.ts";
import { testDatabaseLive, testRandomLive, testSharedLive, turn } from "../../live/database.ts";

freezeRows(true); // what writes to a row that was given out fails here

const driver = () => webStorageDriver(memoryStorage(), { name: "live" });

testDatabaseLive("webStorage", (schema) => openDatabase(schema, driver()), "maintained");
testSharedLive("webStorage", () => {
  const shared = driver();
  return { open: (schema) => openDatabase(schema, shared), remove: () => {} };
});
testRandomLive("webStorage", (schema) => openDatabase(schema, driver()), () => turn());
