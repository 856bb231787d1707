import { assertEquals, assertRejects } from "@std/assert";
import {
  add,
  commit,
  info,
  insert,
  item,
  openSession,
  read,
  seen,
  turn,
  update,
} from "./fake_core.ts";

Deno.test("look() sees what its hold wrote, and nobody else does", async () => {
  await using opened = await openSession(":memory:");
  const { session } = opened;
  const hold = session.hold();
  await hold.look(() => insert(item("a", 1)), true);
  const kept: boolean[] = [];
  const row = await hold.look(function* (k) {
    kept.push(k);
    return yield* read("a");
  }, false);
  assertEquals([row, kept], [item("a", 1), [true]]);
  assertEquals(await seen(session, "a"), undefined);
  hold.end();
  assertEquals(await seen(session, "a"), undefined);
});

Deno.test("look() runs its writes again after somebody else used the session", async () => {
  await using opened = await openSession(":memory:");
  const { session } = opened;
  const hold = session.hold();
  const runs: boolean[] = [];
  const work = function* (kept: boolean) {
    runs.push(kept);
    if (!kept) yield* insert(item("a", 1));
    return yield* read("a");
  };
  await hold.look(work, true);
  await hold.look(work, true);
  await seen(session, "a");
  assertEquals(await hold.look(work, true), item("a", 1));
  await commit(session, () => insert(item("b")));
  assertEquals(await hold.look(work, true), item("a", 1));
  assertEquals(runs, [false, true, false, false]);
  assertEquals((await hold.commit(info(), work)).seq, 2);
  assertEquals(runs.at(-1), true);
  assertEquals(await seen(session, "a"), item("a", 1));
});

Deno.test("what a hold wrote keeps no lock once the event loop turns", async () => {
  await using opened = await openSession(":memory:");
  const { session, client } = opened;
  const hold = session.hold();
  await hold.look(() => insert(item("a", 1)), true);
  assertEquals(client.isTransaction, true);
  await turn();
  assertEquals(client.isTransaction, false);
  const kept: boolean[] = [];
  const { seq } = await hold.commit(info(), function* (k) {
    kept.push(k);
    yield* insert(item("a", 2));
  });
  assertEquals([seq, kept], [1, [false]]);
  assertEquals(await seen(session, "a"), item("a", 2));
});

Deno.test("two holds at once each see their own writes", async () => {
  await using opened = await openSession(":memory:");
  const { session } = opened;
  await commit(session, () => insert(item("a", 1)));
  const [one, two] = [session.hold(), session.hold()];
  const at = (n: number) =>
    function* (kept: boolean) {
      if (!kept) yield* update([item("a", 1)], [item("a", n)], ["n"]);
      return (yield* read("a"))?.n;
    };
  for (let i = 0; i < 3; i++) {
    assertEquals(await one.look(at(10), true), 10);
    assertEquals(await two.look(at(20), true), 20);
  }
  one.end();
  await two.commit(info(), at(20));
  assertEquals((await seen(session, "a"))?.n, 20);
});

Deno.test("a look that turns out to write takes the lock, and begins again", async () => {
  await using opened = await openSession(":memory:");
  const hold = opened.session.hold();
  let runs = 0;
  await hold.look(function* () {
    runs++;
    yield* read("a");
    yield* insert(item("a"));
  }, false);
  assertEquals(runs, 2);
  assertEquals(await hold.look(() => read("a"), false), item("a"));
  hold.end();
});

Deno.test("errors of requests are thrown into the work, and the rest stays", async () => {
  await using opened = await openSession(":memory:");
  const { session } = opened;
  await commit(session, () => insert(item("a")));
  let code: unknown;
  await commit(session, function* () {
    yield* insert(item("b"));
    try {
      yield* insert(item("c"), item("a"));
    } catch (error) {
      code = (error as { rule?: string }).rule;
    }
  });
  assertEquals(code, "key");
  assertEquals(await seen(session, "c"), undefined);
  assertEquals(await seen(session, "b"), item("b"));
});

Deno.test("reserve() lets nobody else commit, and others read the state below", async () => {
  await using opened = await openSession(":memory:");
  const { session } = opened;
  await commit(session, () => insert(item("a", 1)));
  const hold = session.hold();
  await hold.reserve(1000);
  const order: string[] = [];
  const other = commit(session, () => update([item("a", 1)], [item("a", 5)], ["n"]))
    .then(() => order.push("other"));
  await turn();
  await add(hold, "a", 10);
  assertEquals((await seen(session, "a"))?.n, 1);
  const third = session.hold();
  await add(third, "a", 100);
  assertEquals(await third.look(() => read("a"), false), item("a", 101));
  third.end();
  await add(hold, "a", 10);
  await turn();
  assertEquals(order, []);
  await hold.commit(info(), function* (kept) {
    order.push("mine");
    if (!kept) yield* update([item("a", 1)], [item("a", 11)], ["n"]);
  });
  await other;
  assertEquals(order, ["mine", "other"]);
  assertEquals((await seen(session, "a"))?.n, 5);
});

Deno.test("reserve() ends after its time, and with end()", async () => {
  await using opened = await openSession(":memory:");
  const { session, client } = opened;
  const [one, two] = [session.hold(), session.hold()];
  await one.reserve(20);
  const waiting = two.reserve(1000);
  const start = performance.now();
  await waiting;
  assertEquals(performance.now() - start > 10, true);
  assertEquals(client.isTransaction, true);
  const other = commit(session, () => insert(item("a")));
  await turn();
  two.end();
  assertEquals((await other).seq, 1);
  assertEquals(client.isTransaction, false);
  one.end();
});

Deno.test("close() waits for commits, and then everything is refused", async () => {
  const opened = await openSession(":memory:");
  const { session, client } = opened;
  const pending = commit(session, () => insert(item("a")));
  await session.close();
  assertEquals((await pending).seq, 1);
  assertEquals(client.isOpen, true);
  await assertRejects(() => commit(session, () => insert(item("b"))), Error, "closed");
  await assertRejects(async () => await session.ask({ ask: "known", id: "x" }), Error, "closed");
  await assertRejects(
    async () => await session.hold().look(() => read("a"), false),
    Error,
    "closed",
  );
  client.close();
});
