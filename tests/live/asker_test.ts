import { assertEquals } from "@std/assert";
import { DataError, openDatabase } from "../../mod.ts";
import { memoryDriver } from "../../drivers/memory.ts";
import { until } from "../conformance/suite.ts";
import { Faults, withFaults } from "../support/faults.ts";
import { ids, large, schema, todos, turn } from "./database_support.ts";
import { slowDriver } from "./slow_driver.ts";

Deno.test("a driver that stays down is asked ever less, and gives its rows once it is back", async () => {
  const faults = new Faults();
  const driver = withFaults(slowDriver(memoryDriver(), () => 0), faults);
  const db = await openDatabase(schema, driver);
  await db.insert(todos, { id: "a", n: 3 });
  const live = db.live(large.select("id").limit(9)); // it has to ask
  const stop = live.subscribe(() => {});
  await until(() => ids(live.value) === "a");
  const down = {
    ...{ at: 2, when: "before", lasting: true } as const,
    error: () => new DataError("unavailable", "Cannot ask as the network is up: it is down"),
  };
  faults.begin(down); // the write is one call
  await db.insert(todos, { id: "b", n: 5 });
  await until(() => live.status.value === "failed");
  await turn(600);
  // After 20, 40, 80, 160 and 320 ms.
  assertEquals([faults.calls >= 4, faults.calls <= 8], [true, true], `asked ${faults.calls} times`);
  faults.end();
  await until(() => ids(live.value) === "ab"); // without a commit
  // What waits for its turn again is given up when the database closes, and when nobody watches.
  faults.begin(down);
  await db.insert(todos, { id: "c", n: 6 });
  await until(() => live.status.value === "failed");
  stop();
  await turn(50);
  const { calls } = faults;
  await turn(100);
  assertEquals(faults.calls, calls, "nobody watches");
  faults.end();
  const again = live.subscribe(() => {});
  await until(() => ids(live.value) === "abc");
  faults.begin(down);
  await db.insert(todos, { id: "d", n: 7 });
  await until(() => live.status.value === "failed");
  faults.end();
  await db.close();
  assertEquals([live.status.value, live.error instanceof DataError], ["failed", true]);
  again();
});
