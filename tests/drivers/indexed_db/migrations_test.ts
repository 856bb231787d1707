import "fake-indexeddb/auto";
import { testMigrations } from "../../db/migrations.ts";
import { FakeDisk, fakeDriver } from "../log/fake_file.ts";
import { layoutDriver } from "./layouts.ts";

let places = 0;

for (const layouts of ["log", "rows", "mixed"] as const) {
  testMigrations(`indexedDb, ${layouts}`, () => {
    const driver = layoutDriver(indexedDB, `migrations ${places++}`, layouts);
    return { driver: () => driver, [Symbol.dispose]: () => {} };
  });
}

testMigrations("log", () => {
  const driver = fakeDriver(new FakeDisk());
  return { driver: () => driver, [Symbol.dispose]: () => {} };
});
