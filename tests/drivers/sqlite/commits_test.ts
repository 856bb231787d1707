import { assertEquals, assertRejects } from "@std/assert";
import type { Work } from "../../../db/driver.ts";
import { commit, info, insert, item, items, openSession, read, seen, update } from "./fake_core.ts";

Deno.test("commits of one tick go together, and one that fails takes nobody with it", async () => {
  await using opened = await openSession(":memory:");
  const { session } = opened;
  const done: number[] = [];
  const made = [
    commit(session, () => insert(item("a")), info(done)),
    commit(session, function* () {
      yield* insert(item("x"));
      throw new Error("no");
    }),
    commit(session, () => insert(item("b"), item("a"))),
    commit(session, () => read("a")),
    commit(session, function* (): Work<void> {
      yield* insert(item("c", (yield* read("a")) ? 1 : 0));
    }, info(done)),
  ];
  const results = await Promise.allSettled(made);
  assertEquals(
    results.map((result) =>
      result.status === "fulfilled" ? result.value.seq : result.reason.message
    ),
    [
      1,
      "no",
      'Cannot write "items" ("id") as key values are there once: they are taken',
      undefined,
      2,
    ],
  );
  assertEquals(done, [1, 2]);
  const ids = await session.ask({ ask: "keys", table: items, keys: [["a"], ["b"], ["c"], ["x"]] });
  assertEquals(ids, [item("a"), undefined, item("c", 1), undefined]);
});

Deno.test("done() is called in order, outside of transactions, and may write", async () => {
  await using opened = await openSession(":memory:");
  const { session, client } = opened;
  const order: string[] = [];
  let more: unknown;
  const named = (name: string) => ({
    ...info(),
    done: (seq: number) => {
      order.push(`${name}${seq}${client.isTransaction}`);
      if (name === "a") {
        const hold = session.hold();
        const write = function* (kept: boolean) {
          if (!kept) yield* insert(item("more"));
        };
        hold.look(write, true);
        more = hold.commit(named("more"), write);
      }
    },
  });
  await Promise.all([
    commit(session, () => insert(item("a")), named("a")),
    commit(session, () => insert(item("b")), named("b")),
  ]);
  await more;
  assertEquals(order, ["a1false", "b2false", "more3false"]);
});

Deno.test("a write is all there or not, also where it takes many statements", async () => {
  await using opened = await openSession(":memory:");
  const { session, client } = opened;
  const rows = Array.from({ length: 1300 }, (_, i) => item(`r${i}`, i));
  await assertRejects(() => commit(session, () => insert(...rows, item("r7"))), Error, "taken");
  assertEquals(client.prepare("SELECT count(*) AS n FROM items").get()?.n, 0);
  await commit(session, () => insert(...rows));
  await commit(session, () => update(rows, rows.map((row) => ({ ...row, n: 1 })), ["n"]));
  assertEquals(client.prepare("SELECT sum(n) AS n FROM items").get()?.n, 1300);
  await commit(session, function* () {
    yield {
      ask: "write",
      effects: [{ table: items, kind: "delete", columns: [], before: rows.slice(1), after: [] }],
    };
  });
  assertEquals(client.prepare("SELECT count(*) AS n FROM items").get()?.n, 1);
});

Deno.test("unique values may move from row to row", async () => {
  await using opened = await openSession(":memory:");
  const { session } = opened;
  const before = [item("a", 0, "x"), item("b", 0, "y"), item("c", 0, null)];
  await commit(session, () => insert(...before));
  const after = [item("a", 0, "y"), item("b", 0, null), item("c", 0, "x")];
  await commit(session, () => update(before, after, ["slug"]));
  assertEquals(await seen(session, "a"), after[0]);
  assertEquals(await seen(session, "c"), after[2]);
  await commit(session, () => insert(item("d", 0, "z")));
  await assertRejects(
    () => commit(session, () => update(after, [item("a", 1, "x"), item("b", 1, "z"), item("c")])),
    Error,
    '("slug") as unique values',
  );
  assertEquals(await seen(session, "a"), after[0]);
});

Deno.test("a write without effects is a commit, and no write is none", async () => {
  await using opened = await openSession(":memory:");
  const { session } = opened;
  const nothing = function* (): Work<void> {
    yield { ask: "write", effects: [] };
  };
  assertEquals((await commit(session, nothing)).seq, 1);
  const hold = session.hold();
  await hold.look(nothing, true);
  assertEquals(
    (await hold.commit(info(), function* (kept) {
      if (!kept) yield* nothing();
    })).seq,
    2,
  );
  assertEquals((await commit(session, () => read("a"))).seq, undefined);
});

Deno.test("the last 10,000 commits are known", async () => {
  await using opened = await openSession(":memory:");
  const { session, client } = opened;
  await commit(session, () => insert(item("a")), info([], "first"));
  assertEquals(await session.ask({ ask: "known", id: "first" }), true);
  assertEquals(await session.ask({ ask: "known", id: "other" }), false);
  client.exec(
    "WITH RECURSIVE s(seq) AS (SELECT 2 UNION ALL SELECT seq + 1 FROM s WHERE seq < 10999) " +
      "INSERT INTO strata_commits SELECT seq, 'id' || seq, 0, NULL, 'user', '[]', 0 FROM s",
  );
  assertEquals((await commit(session, () => insert(item("b")))).seq, 11_000);
  assertEquals(opened.told.length, 10_999); // and one for the stranger who wrote them
  const known = async (id: string) => await session.ask({ ask: "known", id });
  assertEquals([await known("first"), await known("id1000"), await known("id1001")], [
    false,
    false,
    true,
  ]);
});
