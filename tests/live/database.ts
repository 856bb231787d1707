/**
 * Live queries on databases: what every driver keeps, whether its results are maintained or asked for.
 *
 * @module
 */
import { assert, assertEquals, assertRejects, assertStrictEquals, assertThrows } from "@std/assert";
import { computed, effect, Signal, signal } from "@preact/signals-core";
import { applyRecord } from "../../db/apply.ts";
import { recordOf } from "../../engine/mod.ts";
import {
  type Commit,
  count,
  type Database,
  DataError,
  gte,
  integer,
  param,
  product,
  query,
  type Schema,
  sum,
  table,
  text,
} from "../../mod.ts";
import { until } from "../conformance/suite.ts";
import { apply } from "./apply.ts";

const todos = table("todos", { id: text().primaryKey(), n: integer() }, { indexes: ["n"] });
const others = table("others", { id: text().primaryKey() });
export const schema = {
  tables: [todos, others],
  values: { theme: text().default("light"), size: integer().optional() },
};
const large = query(todos).where({ n: gte(2) }).orderBy("n");
const ids = (rows: readonly { readonly id: string }[]) => rows.map((row) => row.id).join("");

/** A turn of the event loop. */
export const turn = (ms = 0) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** A suite that every driver passes; `open` gives an empty database, which closes what is behind it. */
export function testDatabaseLive(
  name: string,
  open: (schema: Schema) => Promise<Database>,
  { asks = false }: { readonly asks?: boolean } = {},
): void {
  function test(title: string, run: (db: Database) => Promise<void>): void {
    Deno.test(`${name}: ${title}`, async () => {
      await using db = await open(schema);
      await run(db);
      assertEquals(reported, []);
    });
  }
  const reported: unknown[] = [];
  /** Runs `fn` while errors are collected instead of told. */
  async function collecting(fn: () => Promise<void>): Promise<unknown[]> {
    const { error } = console;
    console.error = (...all: unknown[]) => void reported.push(...all);
    try {
      await fn();
    } finally {
      console.error = error;
    }
    return reported.splice(0);
  }
  /** All that a result was, one text each. */
  function seeing(of: () => unknown): { readonly seen: unknown[]; stop(): void } {
    const seen: unknown[] = [];
    return { seen, stop: effect(() => void seen.push(of())) };
  }

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
    await turn();
    assertStrictEquals(live.value, first);
    assertEquals(seen.length, times);
    await db.update(todos, "b", { n: 5 });
    await turn();
    assertEquals([ids(live.value), seen.length], ["ab", times + 1]);
    assertStrictEquals(live.value[0], first[1]);
    stop();
  });

  test("a write that was awaited is in the results", async (db) => {
    const [live, unwatched] = [db.live(large), db.live(query(todos))];
    const stop = live.subscribe(() => {});
    await live.ready;
    for (const id of "abc") {
      await db.insert(todos, { id, n: 2 });
      if (asks) await turn(20);
      void unwatched.value;
      if (asks) await turn(20);
      assertEquals(
        [ids(live.value), ids(unwatched.value)],
        Array(2).fill("abc".slice(0, live.value.length)),
      );
      assertEquals(live.value.at(-1)?.id, id);
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
    await turn(20);
    assertStrictEquals(commits[0], told[0]);
    await db.update(todos, "a", { n: 9 });
    await turn(20);
    assertEquals(rows, live.value);
    await db.deleteAll(todos, { n: gte(2) });
    await turn(20);
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
      if (n % 2 === 0) await turn(20);
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
    await turn(20);
    assertEquals(lives.map((live) => live.value[0]?.c), [4, 4, 4, 4]);
    for (const stop of stops) stop();
    const late = total(); // nobody watches while it comes
    stops.splice(0);
    await Promise.all([..."efg"].map((id) => db.insert(todos, { id, n: 1 })));
    await turn(20);
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
    await turn();
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
      if (asks) await turn(20);
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
    await turn(20);
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
    const told = await collecting(async () => {
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
    const kinds = plans.map(({ live }) => live);
    assertEquals(kinds[2], "rerun");
    assertEquals(kinds[0], kinds[1]);
  });
}

/** A suite for drivers that others may have open at the same time: `open` gives one more each time. */
export function testSharedLive(
  name: string,
  place: () => { open(schema: Schema): Promise<Database>; remove(): void },
): void {
  function test(title: string, run: (here: Database, there: Database) => Promise<void>): void {
    Deno.test(`${name}: ${title}`, async () => {
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
