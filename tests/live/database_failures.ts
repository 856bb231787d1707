import { assert, assertEquals } from "@std/assert";
import { computed, effect } from "@preact/signals-core";
import type { Driver } from "../../db/driver.ts";
import { DataError, openDatabase, query } from "../../mod.ts";
import { until } from "../conformance/suite.ts";
import { Faults, withFaults } from "../support/faults.ts";
import { ids, large, others, schema, todos, turn } from "./database_support.ts";

/** What live queries make of a driver that they ask, and that fails. */
export function testFailingLive(name: string, driver: () => { driver: Driver; end(): void }): void {
  Deno.test(`${name}: a driver that fails leaves the last rows, and is asked again`, async () => {
    const { driver: inner, end } = driver();
    const faults = new Faults();
    const db = await openDatabase(schema, withFaults(inner, faults));
    await db.insert(todos, { id: "a", n: 3 });
    const window = large.select("id").limit(9); // it has to ask
    const [live, number] = [db.live(window), db.liveCount(large)];
    const early = db.live(query(others).limit(9));
    const both = computed(() => `${live.status.value} ${ids(live.value)} ${number.value}`);
    const seen: string[] = [];
    const stop = effect(() => void seen.push(both.value));
    await live.ready;
    await until(() => seen.at(-1) === "ready a 1");
    const error = () => new Error("the network is down");
    // The write is one call, and what is asked after it another.
    faults.begin({ at: 2, when: "before", lasting: true, error });
    await db.insert(todos, { id: "b", n: 5 });
    await until(() => seen.at(-1) === "failed a 1");
    assert(live.error instanceof DataError && live.error.code === "unavailable");
    const first = early.subscribe(() => {});
    await early.ready;
    assertEquals([early.value, early.status.value], [[], "failed"]);
    faults.end();
    // Another table's commit is enough to ask those again that got no answer.
    await db.insert(others, { id: "x" });
    await until(() => seen.at(-1) === "ready ab 2" && early.status.value === "ready");
    assertEquals([live.error, early.value.length], [undefined, 1]);
    faults.begin({ at: 2, when: "before", lasting: true, error });
    await db.insert(todos, { id: "c", n: 6 });
    await until(() => seen.at(-1) === "failed ab 2");
    faults.end();
    stop();
    await turn();
    const again = live.subscribe(() => {});
    await until(() => ids(live.value) === "abc" && live.status.value === "ready");
    for (const end of [again, first]) end();
    await db.close();
    end();
  });
}
