import { openDatabase } from "../../mod.ts";
import { memoryDriver } from "../../drivers/memory.ts";
import { testDatabaseLive, testRandomLive } from "./database.ts";
import { testFailingLive } from "./database_failures.ts";
import { slowDriver, slowIdle } from "./slow_driver.ts";

testDatabaseLive(
  "slow driver",
  (schema) => openDatabase(schema, slowDriver(memoryDriver())),
  "asked slowly",
);
testRandomLive(
  "slow driver",
  (schema) => openDatabase(schema, slowDriver(memoryDriver(), () => 0)),
  slowIdle,
  5,
  true,
);
testFailingLive("slow driver", () => ({ driver: slowDriver(memoryDriver()), end: () => {} }));
