import "fake-indexeddb/auto";
import { indexedDbDriver } from "../../../drivers/indexed_db.ts";
import { testMigrations } from "../../db/migrations.ts";
import { FakeDisk, fakeDriver } from "../log/fake_file.ts";

let places = 0;

testMigrations("indexedDb", () => {
  const driver = indexedDbDriver(indexedDB, { name: `migrations ${places++}` });
  return { driver: () => driver, [Symbol.dispose]: () => {} };
});

testMigrations("log", () => {
  const driver = fakeDriver(new FakeDisk());
  return { driver: () => driver, [Symbol.dispose]: () => {} };
});
