import { webStorageDriver } from "../../../drivers/web_storage.ts";
import { memoryStorage } from "../../../webstorage/mod.ts";
import { testMigrations } from "../../db/migrations.ts";

testMigrations("webStorage", () => {
  const driver = webStorageDriver(memoryStorage(), { name: "migrations" });
  return { driver: () => driver, [Symbol.dispose]: () => {} };
});
