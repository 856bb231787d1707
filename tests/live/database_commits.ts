import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { effect, signal } from "@preact/signals-core";
import { applyRecord } from "../../db/apply.ts";
import { recordOf } from "../../engine/mod.ts";
import { type Commit, count, DataError, gte, integer, query, table, text } from "../../mod.ts";
import { until } from "../conformance/suite.ts";
import {
  ids,
  large,
  type LiveKind,
  type LiveRun,
  type OpenLive,
  others,
  schema,
  seeing,
  settling,
  testing,
  todos,
  toldIn,
  turn,
} from "./database_support.ts";

/** Which commits live queries hear of, and what goes wrong. */
export function testLiveCommits(
  name: string,
  open: OpenLive,
  kind: LiveKind,
  run: LiveRun,
): void {
  const test = testing(name, open, run);
  const settle = settling(kind, run);

  test("liveRow(), liveCount() and liveValue() follow their row, query and value", async (db) => {
    const [row, number] = [db.liveRow(todos, "a"), db.liveCount(large)];
    const [theme, size] = [db.liveValue("theme"), db.liveValue("size")];
    const limited = db.liveCount(query(todos).limit(1));
    const { seen, stop } = seeing(() =>
      [row.value?.n, number.value, theme.value, size.value, limited.value].map(String).join()
    );
    const steps: [() => Promise<unknown>, string][] = [
      [async () => {}, "undefined,0,light,null,0"],
      [() => db.insert(todos, { id: "a", n: 3 }), "3,1,light,null,1"],
      [() => db.insert(todos, { id: "b", n: 1 }), "3,1,light,null,1"],
      [() => db.setValue("theme", "dark"), "3,1,dark,null,1"],
      [() => db.setValue("size", 12), "3,1,dark,12,1"],
      [() => db.updateAll(todos, { id: "b" }, { n: 7 }), "3,2,dark,12,1"],
      [() => db.delete(todos, "a"), "undefined,1,dark,12,1"],
    ];
    for (const [step, expected] of steps) {
      await step();
      await until(() => seen.at(-1) === expected);
    }
    stop();
  });

  test("transactions are told whole, and not at all when they are rolled back", async (db) => {
    const live = db.live(query(todos).groupBy([], { c: count() }));
    const { seen, stop } = seeing(() => live.value[0]?.c);
    await until(() => seen.at(-1) === 0);
    seen.length = 0;
    await assertRejects(() =>
      db.transaction(async (tx) => {
        await tx.insert(todos, { id: "a", n: 1 });
        await db.insert(others, { id: "meanwhile" });
        await turn(5);
        assertEquals(live.value[0]?.c, 0);
        tx.rollback(new Error("no"));
      })
    );
    await settle();
    assertEquals(seen, []);
    await db.transaction(async (tx) => {
      await tx.insert(todos, { id: "a", n: 1 });
      await db.insert(others, { id: "and again" });
      const inside = db.live(query(todos)); // sees nothing that is held back
      const stop = inside.subscribe(() => {});
      await inside.ready;
      assertEquals(inside.value, []);
      stop();
      await tx.transaction(async (sub) => {
        await sub.insert(todos, { id: "x", n: 1 });
        sub.rollback("gone");
      }).catch(() => {});
      await turn(5);
      await tx.insert(todos, { id: "b", n: 1 });
    });
    await until(() => seen.at(-1) === 2);
    assertEquals(seen, [2]);
    stop();
  });

  test("records that are applied are told", async (db) => {
    const records: Commit[] = [];
    await using from = await open(schema);
    const end = from.changes((commit) => records.push(commit));
    await from.insert(todos, [{ id: "a", n: 3 }, { id: "b", n: 1 }]);
    await from.setValue("theme", "dark");
    await until(() => records.length === 2);
    end();
    const [live, theme] = [db.live(large), db.liveValue("theme")];
    const { seen, stop } = seeing(() => `${ids(live.value)} ${theme.value}`);
    for (const commit of records) {
      const record = recordOf(commit);
      assert(record);
      assertEquals(await applyRecord(db, record), true);
    }
    await until(() => seen.at(-1) === "a dark");
    assertEquals(await applyRecord(db, recordOf(records[0]!)!), false);
    stop();
  });

  test("watchers that throw affect no one else", async (db) => {
    const live = db.live(large);
    await live.ready;
    const told = await toldIn(async () => {
      let fail = false;
      const stops = [
        live.deltas(() => {
          if (fail) throw new Error("a listener's");
        }),
        effect(() => {
          if (live.value.length > 0 && fail) throw new Error("an effect's");
        }),
      ];
      const { seen, stop } = seeing(() => live.value.length);
      fail = true;
      await db.insert(todos, { id: "a", n: 3 });
      await until(() => seen.at(-1) === 1);
      fail = false;
      await db.insert(todos, { id: "b", n: 3 });
      await until(() => seen.at(-1) === 2);
      for (const end of [...stops, stop]) end();
    });
    assertEquals(told.map(String), ["Error: a listener's", "Error: an effect's"]);
  });

  test("a watcher may write, in a commit of its own", async (db) => {
    const live = db.live(large);
    const writing: Promise<unknown>[] = [];
    const { seen, stop } = seeing(() => {
      const last = live.value.length;
      if (last > 0 && last < 4) writing.push(db.insert(todos, { id: `w${last}`, n: 9 }));
      return last;
    });
    await db.insert(todos, { id: "a", n: 3 });
    await until(() => seen.at(-1) === 4);
    await Promise.all(writing);
    assertEquals([db.seq, seen.slice(-4)], [4, [1, 2, 3, 4]]);
    stop();
  });

  test("closing leaves live queries with their last rows, failed as closed", async (db) => {
    await db.insert(todos, { id: "a", n: 3 });
    const least = signal(2);
    const live = db.live(large);
    const made = db.live(() => query(todos).where({ n: gte(least.value) }));
    const [row, number, unread] = [db.liveRow(todos, "a"), db.liveCount(large), db.live(large)];
    const { seen, stop } = seeing(() =>
      [live.status.value, ids(live.value), ids(made.value), row.value?.n, number.value].join()
    );
    await until(() => seen.at(-1) === "ready,a,a,3,1");
    const writing = db.insert(todos, { id: "b", n: 5 });
    await db.close();
    await writing;
    await until(() => String(seen.at(-1)).startsWith("failed"));
    least.value = 3; // another query, of which nothing is known
    await turn();
    assert(live.error instanceof DataError && live.error.code === "closed");
    assert(["a", "ab"].includes(ids(live.value)), "the last rows");
    assertEquals([row.value?.n, unread.value, unread.status.value], [3, live.value, "failed"]);
    await Promise.all([unread.ready, made.ready]);
    stop();
    for (
      const begin of [
        () => db.live(large),
        () => db.liveCount(large),
        () => db.liveRow(todos, "a"),
        () => db.liveValue("theme"),
      ]
    ) {
      const error = assertThrows(begin, DataError);
      assertEquals(error.code, "closed");
    }
  });

  test("a first live query on a closed database leaves nothing running", async (db) => {
    await db.close();
    assertThrows(() => db.live(large), DataError, "closed");
  });

  test("live queries refuse to be serialised, and to be of what is not there", async (db) => {
    assertThrows(() => JSON.stringify(db.live(large)), TypeError, "dehydrate");
    assertThrows(() => db.live({} as never), TypeError);
    assertThrows(() => db.liveValue("nope"), TypeError);
    assertThrows(() => db.liveRow(todos, 5 as never), TypeError);
    const stranger = table("todos", { id: text().primaryKey(), n: integer() });
    assertThrows(() => db.liveRow(stranger, "a"), TypeError);
    assertThrows(() => db.live(query(stranger)).value, TypeError);
    await turn();
  });

  test("explain() says whether results are maintained or asked for", async (db) => {
    const plans = await Promise.all([
      db.explain(large),
      db.explain(query(todos).groupBy(["n"], { c: count() })),
      db.explain(query(todos).limit(0)),
    ]);
    const usual = kind === "maintained" ? "maintained" : "rerun";
    // Whole rows of one table are kept current from commits on every driver.
    assertEquals(plans.map(({ live }) => live), ["maintained", usual, "rerun"]);
  });
}
