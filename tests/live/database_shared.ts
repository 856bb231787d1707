import { assert, assertEquals } from "@std/assert";
import { effect } from "@preact/signals-core";
import { count, type Database, query, type Schema, sum } from "../../mod.ts";
import { type Register, until } from "../conformance/suite.ts";
import { apply } from "./apply.ts";
import { denoTest, ids, large, schema, todos, turn } from "./database_support.ts";

/** A suite for drivers that others may have open at the same time: `open` gives one more each time. */
export function testSharedLive(
  name: string,
  place: () => { open(schema: Schema): Promise<Database>; remove(): void },
  register: Register = denoTest,
): void {
  function test(title: string, run: (here: Database, there: Database) => Promise<void>): void {
    register(`${name}: ${title}`, async () => {
      const { open, remove } = place();
      try {
        await using here = await open(schema);
        await using there = await open(schema);
        await run(here, there);
      } finally {
        remove();
      }
    });
  }

  test("commits of another connection are seen within the time of a poll", async (here, there) => {
    const [live, theme, row] = [
      here.live(large),
      here.liveValue("theme"),
      here.liveRow(todos, "a"),
    ];
    const total = here.live(query(todos).groupBy([], { c: count(), s: sum("n") }));
    let rows: readonly unknown[] = [];
    const stops = [
      live.deltas((ops, commit) => {
        assertEquals(commit, undefined);
        rows = apply(rows, ops);
      }),
      effect(() => void [theme.value, row.value, total.value]),
    ];
    await Promise.all([live.ready, total.ready]);
    const begin = performance.now();
    await there.insert(todos, [{ id: "a", n: 3 }, { id: "b", n: 2 }]);
    await until(() => ids(live.value) === "ba" && row.value?.n === 3);
    assert(performance.now() - begin < 1_000);
    await there.setValue("theme", "dark");
    await there.delete(todos, "b");
    await until(() => theme.value === "dark" && total.value[0]?.c === 1);
    assertEquals([rows, total.value[0]], [live.value, { c: 1, s: 3 }]);
    for (const stop of stops) stop();
  });

  test("commits of both sides add up", async (here, there) => {
    const total = here.live(query(todos).groupBy([], { c: count(), s: sum("n") }));
    const top = here.live(query(todos).orderBy("n", "desc").limit(5));
    let rows: readonly unknown[] = [];
    const stop = top.deltas((ops) => rows = apply(rows, ops));
    const end = total.subscribe(() => {});
    await Promise.all([total.ready, top.ready]);
    const write = async (db: Database, from: number) => {
      for (let n = from; n < 60; n += 2) {
        await db.insert(todos, { id: `${n}`, n });
        if (n % 3 === 0) await turn(1);
      }
    };
    await Promise.all([write(here, 0), write(there, 1)]);
    await until(() => total.value[0]?.c === 60);
    await until(() => top.value[4]?.n === 55);
    assertEquals([total.value[0]?.s, rows], [1770, top.value]);
    stop();
    end();
  });
}
