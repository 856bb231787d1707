import { assert, assertEquals } from "@std/assert";
import {
  type Commit,
  type Database,
  increment,
  integer,
  json,
  type Migration,
  openDatabase,
  table,
  text,
} from "../../../mod.ts";
import { assertDataError, until } from "../../conformance/suite.ts";
import { FakeDisk, fakeDriver } from "./fake_file.ts";
import { contents, pair, pairs, people, schema } from "./subject.ts";

const counters = table("counters", { id: text().primaryKey(), n: integer() });

/** What a database hears. */
function heard(db: Database): Commit[] {
  const commits: Commit[] = [];
  db.changes((commit) => commits.push(commit));
  return commits;
}
function told(commits: readonly Commit[]): unknown[] {
  return commits.map(({ seq, source, origin, tables }) => [
    ...[seq, source, origin],
    [...tables.keys()].map(({ name }) => name).sort(),
  ]);
}

Deno.test("two sessions on one log tell each other's commits, in order, with their tables", async () => {
  const disk = new FakeDisk();
  const driver = fakeDriver(disk);
  await using here = await openDatabase(schema, driver);
  await using there = await openDatabase(schema, driver);
  const [a, b] = [heard(here), heard(there)];
  await here.insert(people, { id: "ada" }, { origin: "here" });
  assertEquals((await there.get(people, "ada"))?.id, "ada"); // who reads sees it
  await there.transaction(async (tx) => {
    await tx.insert(pairs, pair(1));
    await tx.update(people, "ada", { name: "Ada" });
  });
  await here.insert(pairs, pair(2)); // who writes does, too
  await until(() => a.length === 3 && b.length === 3);
  assertEquals(told(a), [
    [1, "local", "here", ["people"]],
    [2, "process", undefined, ["pairs", "people"]],
    [3, "local", undefined, ["pairs"]],
  ]);
  assertEquals(told(b), [
    [1, "process", "here", ["people"]],
    [2, "local", undefined, ["pairs", "people"]],
    [3, "process", undefined, ["pairs"]],
  ]);
  assertEquals(a.map(({ id }) => id), b.map(({ id }) => id));
  assertEquals(await contents(here), await contents(there));
});

Deno.test("one session folds while the other commits: neither loses or hears anything twice", async () => {
  const disk = new FakeDisk();
  const driver = fakeDriver(disk);
  const tables = { tables: [counters] };
  await using here = await openDatabase(tables, driver);
  await here.insert(counters, { id: "c", n: 0 });
  await using there = await openDatabase(tables, driver);
  const [thereSession, hereSession] = driver.sessions;
  const [a, b] = [heard(here), heard(there)];
  const add = (db: Database) => db.update(counters, "c", { n: increment(1) });
  for (let i = 0; i < 30; i++) {
    await Promise.all([
      add(here),
      add(there),
      i % 3 === 0 ? hereSession!.compact() : add(there),
      i % 4 === 0 ? thereSession!.compact() : add(here),
    ]);
  }
  await Promise.all([hereSession!.poll(), thereSession!.poll()]);
  const n = 30 * 2 + 20 + 22;
  assertEquals([(await here.get(counters, "c"))?.n, (await there.get(counters, "c"))?.n], [n, n]);
  for (const commits of [a, b]) {
    const seqs = commits.map(({ seq }) => seq);
    assertEquals(seqs, [...new Set(seqs)].sort((x, y) => x - y));
    assertEquals(seqs.at(-1), n + 1);
    // What was folded away before it was seen is told as one change of every table.
    assert(seqs.length > n - 10, `${seqs}`);
  }
});

Deno.test("a session that was away while the log was folded reads it all again, and says so once", async () => {
  const disk = new FakeDisk();
  const driver = fakeDriver(disk);
  await using here = await openDatabase(schema, driver);
  await using there = await openDatabase(schema, driver);
  const [, hereSession] = driver.sessions;
  for (let i = 1; i <= 5; i++) await here.insert(pairs, pair(i));
  const sources: [number, string][] = [];
  const stop = there.changes(({ seq, source }) => sources.push([seq, source]));
  await hereSession!.compact();
  assertEquals(await contents(there), await contents(here));
  assertEquals(sources, [[5, "process"]]);
  stop();
  await there.insert(pairs, pair(6));
  assertEquals(await contents(here), await contents(there));
});

Deno.test("transactions of two sessions lose no update, and a reservation keeps others waiting", async () => {
  const driver = fakeDriver(new FakeDisk());
  const tables = { tables: [counters] };
  await using here = await openDatabase(tables, driver);
  await here.insert(counters, { id: "c", n: 0 });
  await using there = await openDatabase(tables, driver);
  let most = 0;
  const add = (db: Database, thinkMs: number) =>
    db.transaction(async (tx) => {
      most = Math.max(most, tx.attempt);
      const row = await tx.get(counters, "c");
      await new Promise((done) => setTimeout(done, thinkMs));
      await tx.update(counters, "c", { n: row!.n + 1 });
    });
  const many = async (db: Database, thinkMs: number) => {
    for (let i = 0; i < 25; i++) await add(db, thinkMs);
  };
  await Promise.all([many(here, 0), many(there, 5)]);
  assertEquals((await here.get(counters, "c"))?.n, 50);
  assert(most < 10, `One took ${most} runs`);
});

Deno.test("a migration closes the session of the old version, which keeps nobody waiting", async () => {
  const driver = fakeDriver(new FakeDisk());
  const old = await openDatabase({ ...schema, version: 1 }, driver);
  await old.insert(people, { id: "ada" });
  await using fresh = await openDatabase({
    ...schema,
    version: 2,
    migrations: { 2: (migration: Migration) => migration.renameColumn("people", "more", "rest") },
    tables: [
      table("people", {
        id: text().primaryKey(),
        name: text().optional().unique(),
        rest: json<unknown>().optional(),
      }),
      pairs,
    ],
  } as never, driver);
  await assertDataError(() => old.insert(people, { id: "bob" }), { code: "closed" });
  assertEquals(await old.closed, { reason: "version" });
  assertEquals(fresh.seq, 2);
});
