import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { computed, Signal, signal } from "@preact/signals-core";
import { type Commit, count, gte, param, product, query, sum } from "../../mod.ts";
import { until } from "../conformance/suite.ts";
import { apply } from "./apply.ts";
import {
  ids,
  large,
  type LiveKind,
  type LiveRun,
  notes,
  type OpenLive,
  others,
  seeing,
  settling,
  testing,
  todos,
  turn,
} from "./database_support.ts";

/** What the results of live queries are, and when they are told. */
export function testLiveResults(
  name: string,
  open: OpenLive,
  kind: LiveKind,
  run: LiveRun,
): void {
  const test = testing(name, open, run);
  const slow = kind === "asked slowly";
  const settle = settling(kind, run);

  test("live() is [] until its first result, and ready with it", async (db) => {
    await db.insert(todos, [{ id: "a", n: 3 }, { id: "b", n: 2 }]);
    const live = db.live(large);
    assert(live instanceof Signal);
    const { seen, stop } = seeing(() => `${live.status.value} ${ids(live.value)}`);
    await live.ready;
    assertEquals(seen.at(-1), "ready ba");
    assertEquals(seen.slice(0, -1), seen.length > 1 ? ["loading "] : []);
    assertEquals(live.error, undefined);
    stop();
  });

  test("ready counts as watching", async (db) => {
    const live = db.live(large);
    await db.insert(todos, { id: "a", n: 3 });
    await live.ready;
    assertEquals([live.status.value, ids(live.value)], ["ready", "a"]);
  });

  test("rows keep their identity, and so does the array when nothing in it changed", async (db) => {
    await db.insert(todos, [{ id: "a", n: 3 }, { id: "b", n: 2 }]);
    const live = db.live(large);
    const { seen, stop } = seeing(() => live.value);
    await live.ready;
    const first = live.value;
    const times = seen.length;
    await db.insert(todos, { id: "c", n: 1 });
    await db.insert(others, { id: "x" });
    await db.update(todos, "a", { n: 3 });
    await settle();
    assertStrictEquals(live.value, first);
    assertEquals(seen.length, times);
    await db.update(todos, "b", { n: 5 });
    await settle();
    assertEquals([ids(live.value), seen.length], ["ab", times + 1]);
    assertStrictEquals(live.value[0], first[1]);
    stop();
  });

  test("a row written again with the same content, Maps and the like included, is nothing new", async (db) => {
    const data = () => ({ map: new Map([["a", new Set([1n])]]), at: new Date(1), of: /a+/g });
    await db.insert(notes, { id: "a", data: data() });
    const live = db.live(query(notes));
    const { seen, stop } = seeing(() => live.value);
    await live.ready;
    const [first, times] = [live.value, seen.length];
    await db.update(notes, "a", { data: data() });
    await settle();
    assertStrictEquals(live.value, first);
    await db.update(notes, "a", { data: { ...data(), map: new Map([["a", new Set([2n])]]) } });
    await settle();
    assertEquals(seen.length, times + 1);
    stop();
  });

  test("a write that was awaited is in the results", async (db) => {
    const [live, unwatched] = [db.live(large), db.live(query(todos))];
    const stop = live.subscribe(() => {});
    await live.ready;
    for (const id of "abc") {
      await db.insert(todos, { id, n: 2 });
      void unwatched.value;
      if (slow) await settle();
      assertEquals([ids(live.value).at(-1), ids(unwatched.value).at(-1)], [id, id]);
    }
    stop();
  });

  test("deltas applied to the rows before give the rows after, with their commit", async (db) => {
    const live = db.live(query(todos).orderBy("n").limit(3));
    await live.ready;
    let rows: readonly unknown[] = [];
    const commits: (Commit | undefined)[] = [];
    const stop = live.deltas((ops, commit) => {
      rows = apply(rows, ops);
      commits.push(commit);
    });
    rows = live.value;
    const told: Commit[] = [];
    const end = db.changes((commit) => told.push(commit));
    await db.insert(todos, [..."abcdef"].map((id, n) => ({ id, n })));
    await settle();
    assertStrictEquals(commits[0], told[0]);
    await db.update(todos, "a", { n: 9 });
    await settle();
    assertEquals(rows, live.value);
    await db.deleteAll(todos, { n: gte(2) });
    await settle();
    assertEquals(rows, live.value);
    assertEquals([ids(live.value), commits.length], ["b", 3]);
    stop();
    end();
  });

  test("several results are told of a commit at once", async (db) => {
    const all = db.live(query(todos));
    const groups = db.live(query(todos).groupBy([], { c: count(), s: sum("n") }));
    const number = db.liveCount(query(todos));
    const half = computed(() => all.value.reduce((total, { n }) => total + n, 0));
    await Promise.all([all.ready, groups.ready]);
    const { seen, stop } = seeing(() =>
      [all.value.length, number.value, groups.value[0]?.c, half.value, groups.value[0]?.s].join()
    );
    await until(() => seen.at(-1) === "0,0,0,0," || seen.at(-1) === "0,0,0,0,0");
    seen.length = 0;
    for (let n = 1; n <= 5; n++) {
      await db.transaction(async (tx) => {
        await tx.insert(todos, { id: `a${n}`, n });
        await tx.insert(todos, { id: `b${n}`, n });
      });
      if (n % 2 === 0) await settle();
    }
    await until(() => seen.at(-1) === "10,10,10,30,30");
    for (const each of seen) {
      const [rows, c, g, s, total] = String(each).split(",");
      assertEquals([c, g, total], [rows, rows, s]);
    }
    stop();
  });

  test("commits that nobody waits for may be one step, and none is told twice", async (db) => {
    await db.insert(todos, { id: "z", n: 1 });
    const writing = [db.insert(todos, { id: "a", n: 2 })];
    const live = db.live(query(todos).groupBy([], { c: count(), s: sum("n") }));
    let rows: readonly unknown[] = [];
    const stop = live.deltas((ops) => rows = apply(rows, ops));
    rows = live.value;
    for (const id of "bcd") writing.push(db.insert(todos, { id, n: 2 }));
    await Promise.all(writing);
    await until(() => live.value[0]?.c === 5);
    assertEquals([live.value[0]?.s, rows], [9, live.value]);
    stop();
  });

  test("a live query that begins in a listener counts the commits of its turn once", async (db) => {
    const lives: ReturnType<typeof total>[] = [];
    const total = () => db.live(query(todos).groupBy([], { c: count() }));
    const stops = [total().subscribe(() => {})];
    const end = db.changes(() => {
      const live = total();
      lives.push(live);
      stops.push(live.subscribe(() => {}));
    });
    await Promise.all([..."abcd"].map((id) => db.insert(todos, { id, n: 1 })));
    await settle();
    assertEquals(lives.map((live) => live.value[0]?.c), [4, 4, 4, 4]);
    for (const stop of stops) stop();
    const late = total(); // nobody watches while it comes
    stops.splice(0);
    await Promise.all([..."efg"].map((id) => db.insert(todos, { id, n: 1 })));
    await settle();
    await late.ready;
    assertEquals([late.value[0]?.c, ...lives.slice(4).map((live) => live.value[0]?.c)], [
      7,
      7,
      7,
      7,
    ]);
    for (const stop of stops) stop();
    end();
  });

  test("no commit is missed while answers are on their way, and none comes back", async (db) => {
    const pause = (i: number) => turn(slow ? i % 5 : 0);
    let number = 0;
    for (let i = 0; i < 20; i++) {
      const live = db.live(query(todos).limit(100 + i));
      const insert = () => db.insert(todos, { id: `${number++}`, n: 1 });
      let stop = live.subscribe(() => {});
      await pause(i);
      await insert();
      await pause(i + 2);
      if (i % 2 === 0) {
        stop();
        await insert();
        stop = live.subscribe(() => {});
      }
      await until(() => live.value.length === number);
      if (i % 5 === 0) await settle();
      assertEquals(live.value.length, number);
      stop();
    }
  });

  test("with() and signals that a function reads make it another query", async (db) => {
    await db.insert(todos, [..."abc"].map((id, n) => ({ id, n })));
    const live = db.live(query(todos).where({ n: gte(param("least")) }).with({ least: 0 }));
    const least = signal(0);
    const made = db.live(() => query(todos).where({ n: gte(least.value) }));
    const { stop } = seeing(() => [live.value, made.value]);
    await Promise.all([live.ready, made.ready]);
    assertEquals([ids(live.value), ids(made.value)], ["abc", "abc"]);
    live.with({ least: 2 });
    least.value = 1;
    await until(() => ids(live.value) === "c" && ids(made.value) === "bc");
    await db.insert(todos, { id: "d", n: 9 });
    await until(() => ids(live.value) === "cd" && ids(made.value) === "bcd");
    stop();
  });

  test("a live query that fails keeps its last rows and recovers", async (db) => {
    await db.insert(todos, { id: "a", n: 2 });
    const live = db.live(query(todos).groupBy([], { s: sum(product("n", "n")) }));
    const { seen, stop } = seeing(() => `${live.status.value} ${live.value[0]?.s}`);
    await live.ready;
    await db.insert(todos, { id: "b", n: 2 ** 52 });
    await until(() => seen.at(-1) === "failed 4");
    assert(live.error instanceof RangeError);
    await db.delete(todos, "b");
    await until(() => seen.at(-1) === "ready 4");
    assertEquals(live.error, undefined);
    await db.update(todos, "a", { n: 3 });
    await until(() => seen.at(-1) === "ready 9");
    stop();
  });

  test("for await gives the rows now, then each step, until the handle or database ends", async (db) => {
    const [live, ends] = [db.live(large), db.live(large)];
    await live.ready;
    const seen: string[] = [];
    for await (const rows of live) {
      seen.push(ids(rows));
      if (seen.length > 1) break;
      await db.transaction(async (tx) => {
        for (const id of "abc") await tx.insert(todos, { id, n: 3 });
      });
    }
    assertEquals(seen, ["", "abc"]);
    const reading = (async () => {
      for await (const rows of ends) seen.push(ids(rows));
    })();
    await until(() => seen.length === 3);
    await settle();
    ends[Symbol.dispose]();
    await reading;
    const more = (async () => {
      for await (const rows of live) seen.push(ids(rows));
    })();
    await until(() => seen.length === 4);
    await db.close();
    await more;
    assertEquals(seen, ["", "abc", "abc", "abc"]);
  });

  test("disposing a handle ends that handle only", async (db) => {
    const [one, two] = [db.live(large), db.live(large)];
    const seen: number[] = [];
    const stops = [one.subscribe((rows) => seen.push(rows.length)), two.subscribe(() => {})];
    await Promise.all([one.ready, two.ready]);
    one[Symbol.dispose]();
    await db.insert(todos, { id: "a", n: 3 });
    await until(() => two.value.length === 1);
    assertEquals([seen.at(-1), one.value.length], [0, 0]);
    for (const stop of stops) stop();
    using unread = db.live(large);
    unread[Symbol.dispose]();
    await unread.ready;
  });

  test("unwatched handles ask when they are read", async (db) => {
    const live = db.live(large);
    const names = computed(() => ids(live.value));
    const read = async () => {
      void names.value;
      if (slow) await settle();
      return names.value;
    };
    assertEquals(await read(), "");
    await db.insert(todos, { id: "a", n: 3 });
    assertEquals(await read(), "a");
    const stop = live.subscribe(() => {});
    await db.insert(todos, { id: "b", n: 4 });
    await until(() => names.value === "ab");
    stop();
    await db.insert(todos, { id: "c", n: 5 });
    assertEquals(await read(), "abc");
  });
}
