import { memoryDriver } from "../../drivers/memory.ts";
import { testMigrations } from "./migrations.ts";

testMigrations("memory", () => {
  const driver = memoryDriver();
  return { driver: () => driver, [Symbol.dispose]: () => {} };
});
