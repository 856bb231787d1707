import "fake-indexeddb/auto";
import { openDatabase } from "../../../mod.ts";
import { testDatabaseLive, testRandomLive, testSharedLive, turn } from "../../live/database.ts";
import { testDatabaseReplay } from "../../replay/database.ts";
import { Idle } from "./idle.ts";
import { layoutDriver, type Layouts } from "./layouts.ts";

let places = 0;
const driver = (layouts: Layouts) => layoutDriver(indexedDB, `live ${places++}`, layouts);

for (const layouts of ["log", "rows", "mixed"] as const) {
  const name = `indexedDb, ${layouts}`;
  const kind = layouts === "log" ? "maintained" : "asked slowly";
  testDatabaseLive(name, (schema) => openDatabase(schema, driver(layouts)), kind);
  testSharedLive(name, () => {
    const shared = driver(layouts);
    return { open: (schema) => openDatabase(schema, shared), remove: () => {} };
  });
  const idle = new Idle();
  testRandomLive(
    name,
    (schema) => openDatabase(schema, idle.of(driver(layouts))),
    () => layouts === "log" ? turn(12) : idle.settled(),
    8,
    layouts !== "log",
  );
  testDatabaseReplay(name, (schema, options) => openDatabase(schema, driver(layouts), options));
}
