import { DatabaseSync } from "node:sqlite";
import { assertEquals, assertRejects } from "@std/assert";
import { changeStatements } from "../../../drivers/sql/change.ts";
import { sqlite } from "../../../drivers/sql/sqlite.ts";
import type { Setup } from "../../../db/driver.ts";
import {
  add,
  commit,
  info,
  insert,
  item,
  items,
  openSession,
  others,
  read,
  seen,
  trivialSetup,
  turn,
  update,
  withFile,
} from "./fake_core.ts";

Deno.test("commits of another session are told with their tables, in order", () =>
  withFile(async (path) => {
    await using one = await openSession(path);
    await using two = await openSession(path);
    await commit(one.session, () => insert(item("a")), info([], "first"));
    await commit(one.session, () => insert(item("b")), info([], "second"));
    assertEquals(two.told, []);
    await two.session.poll();
    const told = (seq: number, id: string) => ({ seq, id, origin: "here", tables: ["items"] });
    assertEquals(two.told, [told(1, "first"), told(2, "second")]);
    await two.session.poll();
    assertEquals((await commit(two.session, () => insert(item("c")), info([], "third"))).seq, 3);
    const hold = one.session.hold();
    assertEquals(await hold.look(() => read("c"), false), item("c"));
    assertEquals(one.told, [], "what a hold reads first has nothing to agree with");
    assertEquals(await hold.look(() => read("c"), false), item("c"));
    hold.end();
    assertEquals(one.told, [told(3, "third")]);
  }));

Deno.test("a commit looks for others' commits first, and counts on", () =>
  withFile(async (path) => {
    await using one = await openSession(path);
    await using two = await openSession(path);
    for (let i = 0; i < 10; i++) {
      const { session } = i % 2 === 0 ? one : two;
      assertEquals((await commit(session, () => insert(item(`${i}`)))).seq, i + 1);
    }
    await Promise.all([one.session.poll(), two.session.poll()]);
    assertEquals(one.told.map(({ seq }) => seq), [2, 4, 6, 8, 10]);
    assertEquals(two.told.map(({ seq }) => seq), [1, 3, 5, 7, 9]);
  }));

Deno.test("a stranger's change concerns all tables, for third parties too", () =>
  withFile(async (path) => {
    await using one = await openSession(path);
    await using two = await openSession(path);
    const stranger = new DatabaseSync(path);
    stranger.exec("INSERT INTO items VALUES ('x', 1, NULL)");
    await commit(one.session, () => insert(item("a")), info([], "mine"));
    assertEquals(one.told, [{ seq: 0, tables: undefined }]);
    await two.session.poll();
    assertEquals(two.told, [{ seq: 1, id: "mine", origin: "here", tables: undefined }]);
    await commit(one.session, () => insert(item("b")), info([], "next"));
    await two.session.poll();
    assertEquals(two.told.at(-1)?.tables, ["items"]);
    stranger.close();
  }));

Deno.test("raw writes on the same client are noticed", async () => {
  await using opened = await openSession(":memory:");
  const { session, client, told } = opened;
  await commit(session, () => insert(item("a")));
  client.exec("UPDATE items SET n = 7");
  const hold = session.hold();
  for (let i = 0; i < 2; i++) assertEquals((await hold.look(() => read("a"), false))?.n, 7);
  hold.end();
  assertEquals(told, [{ seq: 1, tables: undefined }]);
  await session.poll();
  assertEquals(told.length, 1);
});

Deno.test("what a hold writes and takes back is no stranger's change", async () => {
  await using opened = await openSession(":memory:");
  const { session, told } = opened;
  await commit(session, () => insert(item("a")));
  const hold = session.hold();
  for (let i = 0; i < 3; i++) {
    await add(hold, "a", 1);
    await seen(session, "a");
    await session.poll();
  }
  await turn();
  await hold.reserve(100);
  await add(hold, "a", 1);
  await session.poll();
  hold.end();
  await session.poll();
  assertEquals(told, []);
});

Deno.test("listen() looks by itself", () =>
  withFile(async (path) => {
    await using one = await openSession(path);
    await using two = await openSession(path);
    one.session.listen(true);
    await commit(two.session, () => insert(item("a")));
    const end = performance.now() + 5000;
    while (one.told.length === 0 && performance.now() < end) await turn(20);
    assertEquals(one.told.length, 1);
    one.session.listen(false);
    await commit(two.session, () => insert(item("b")));
    await turn(300);
    assertEquals(one.told.length, 1);
  }));

Deno.test("a lock of another is waited for, and blocks no reads", () =>
  withFile(async (path) => {
    await using one = await openSession(path);
    await commit(one.session, () => insert(item("a")));
    const other = new DatabaseSync(path);
    other.exec("BEGIN IMMEDIATE");
    const waiting = commit(one.session, () => insert(item("b")));
    const hold = one.session.hold();
    const looking = add(hold, "a", 1);
    await turn(100);
    assertEquals(await seen(one.session, "a"), item("a"));
    other.exec("COMMIT");
    other.close();
    assertEquals((await waiting).seq, 2);
    await looking;
    hold.end();
  }));

Deno.test("a COMMIT that readers hold up is made again", () =>
  withFile(async (path) => {
    const client = new DatabaseSync(path);
    for (const { text } of changeStatements(sqlite, { change: "createTable", table: items })) {
      client.exec(text);
    }
    // An adopted file keeps its journal, with which a reader holds up every COMMIT.
    await using one = await openSession(client, { adopt: true, setup: () => Promise.resolve() });
    const reader = new DatabaseSync(path);
    reader.exec("BEGIN");
    reader.prepare("SELECT * FROM items").all();
    const waiting = commit(one.session, () => insert(item("a")));
    await turn(200);
    assertEquals(await seen(one.session, "a"), undefined);
    const names = client.prepare("SELECT name FROM sqlite_schema WHERE name = 'strata_meta'");
    assertEquals(names.all().length, 0);
    reader.exec("COMMIT");
    reader.close();
    assertEquals((await waiting).seq, 1);
    assertEquals(await seen(one.session, "a"), item("a"));
    assertEquals(names.all().length, 1);
    assertEquals(client.prepare("PRAGMA journal_mode").get()?.journal_mode, "delete");
  }));

Deno.test("two sessions that reserve and add lose no update", () =>
  withFile(async (path) => {
    await using one = await openSession(path);
    await using two = await openSession(path);
    await commit(one.session, () => insert(item("a")));
    const run = async ({ session }: typeof one) => {
      for (let i = 0; i < 25; i++) {
        const hold = session.hold();
        if (i % 5 === 0) await hold.reserve(1000);
        await hold.commit(info(), function* () {
          const row = (yield* read("a")) ?? item("a");
          yield* update([row], [{ ...row, n: Number(row.n) + 1 }], ["n"]);
        });
        hold.end();
        if (i % 3 === 0) await turn(1);
      }
    };
    await Promise.all([run(one), run(two)]);
    assertEquals((await seen(one.session, "a"))?.n, 50);
  }));

Deno.test("a migration by another ends the session", () =>
  withFile(async (path) => {
    await using one = await openSession(path);
    await using two = await openSession(path, {
      ready: (meta) => meta.get("version") === 2,
      async setup(layout) {
        await layout.change({ change: "dropTable", table: others });
        await layout.setMeta("version", 2);
      },
    });
    await one.session.poll();
    assertEquals(one.lost, ["version"]);
    assertEquals(two.session.seq, 1);
  }));

Deno.test("two openers at once set up once", () =>
  withFile(async (path) => {
    let setups = 0;
    const options = {
      async setup(layout: Setup) {
        setups++;
        await turn(60);
        await trivialSetup(layout);
      },
    };
    const opened = await Promise.all([openSession(path, options), openSession(path, options)]);
    assertEquals(setups, 1);
    for (const one of opened) await one[Symbol.asyncDispose]();
  }));

Deno.test("a setup that throws leaves nothing", () =>
  withFile(async (path) => {
    const client = new DatabaseSync(path);
    const setup = async (layout: Setup) => {
      await trivialSetup(layout);
      throw new Error("not now");
    };
    await assertRejects(() => openSession(client, { setup }), Error, "not now");
    assertEquals(client.prepare("SELECT count(*) AS n FROM sqlite_schema").get()?.n, 0);
    await using again = await openSession(client);
    assertEquals(again.session.seq, 0);
  }));
