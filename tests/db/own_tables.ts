import { assert, assertEquals, assertRejects } from "@std/assert";
import { type Commit, DataError, integer, query, type Schema, table, text } from "../../mod.ts";
import { coreTable, coreTables } from "../../db/core_tables.ts";
import type { AnyTable } from "../../schema/types.ts";
import type { PlaceKind } from "../support/places.ts";
import { sleep } from "./subject.ts";

const notes = table("notes", { id: text().primaryKey(), title: text() }, { indexes: ["title"] });
const schema: Schema = { tables: [notes] };
const columns = { name: text(), key: text(), data: text() };
const items = coreTable("strata_items", columns, { primaryKey: ["name", "key"] });
const owners = coreTable("strata_owners", { id: text().primaryKey(), count: integer() });
const tables: readonly AnyTable[] = [items, owners];
/** The same of a later version. */
const wider = coreTable("strata_items", {
  ...{ ...columns, size: integer().default(7), note: text().optional() },
}, { primaryKey: ["name", "key"], indexes: [["name", "size"]] });
const later: readonly AnyTable[] = [wider, owners];

const row = (key: string) => ({ name: "a", key, data: `of ${key}` });

/** What every driver keeps of tables that the core makes after a database is open. */
export function testOwnTables({ name, shared, make }: PlaceKind): void {
  const test = (title: string, fn: (place: ReturnType<typeof make>) => Promise<void>) =>
    Deno.test(`${name}: own tables ${title}`, async () => {
      const place = make();
      try {
        await fn(place);
      } finally {
        place.remove();
      }
    });

  test("take every verb and take part in transactions", async (place) => {
    await using db = await place.open(schema);
    const source = await coreTables(db, tables);
    await source.insert(items, [row("b"), row("a")]);
    await source.upsert(owners, { id: "x", count: 1 });
    assertEquals(await source.get(items, ["a", "b"]), row("b"));
    assertEquals(await source.all(query(items)), [row("a"), row("b")]);
    await assertRejects(() =>
      source.transaction(async (tx) => {
        await tx.delete(items, ["a", "a"]);
        throw new Error("no");
      })
    );
    assertEquals(await source.count(query(items)), 2);
    await source.transaction(async (tx) => {
      await tx.delete(items, ["a", "a"]);
      await tx.update(owners, "x", { count: 2 });
    });
    assertEquals(await source.all(query(items)), [row("b")]);
    assertEquals((await source.get(owners, "x"))?.count, 2);
  });

  test("are the same source for one list, and made once", async (place) => {
    await using db = await place.open(schema);
    const [one, two] = await Promise.all([coreTables(db, tables), coreTables(db, tables)]);
    assertEquals(one === two, true);
    const { seq } = db;
    await coreTables(db, [...tables]);
    assertEquals(db.seq, seq);
  });

  test("share one count of commits with those of the user", async (place) => {
    await using db = await place.open(schema);
    const source = await coreTables(db, tables);
    const { seq } = db;
    await source.insert(items, row("a"));
    await db.insert(notes, { id: "n", title: "t" });
    await source.insert(items, row("b"));
    assertEquals(db.seq, seq + 3);
  });

  test("are seen by nobody", async (place) => {
    await using db = await place.open(schema);
    await db.insert(notes, { id: "n", title: "t" });
    const heard: Commit[] = [];
    const stop = db.changes((commit) => heard.push(commit));
    const live = db.live(query(notes));
    const seen: number[] = [];
    const unwatch = live.deltas(() => seen.push(1));
    await live.ready;
    const source = await coreTables(db, tables);
    await source.insert(items, row("a"));
    assertEquals(await db.check(), []);
    await sleep(5);
    assertEquals(heard.length, 0);
    await db.insert(notes, { id: "m", title: "t" });
    assertEquals(heard.map(({ tables }) => [...tables.keys()]), [[notes]]);
    assertEquals(heard[0]?.seq, db.seq);
    stop();
    unwatch();
    assert(seen.length <= 2);
  });

  test("are still there when the database is opened again, with and without their use", async (place) => {
    {
      await using db = await place.open(schema);
      const source = await coreTables(db, tables);
      await source.insert(items, [row("a"), row("b")]);
    }
    {
      // Knows nothing of them.
      await using db = await place.open(schema);
      await db.insert(notes, { id: "n", title: "t" });
    }
    const more = table("notes", {
      ...{ id: text().primaryKey(), title: text(), size: integer().default(3) },
    });
    const next: Schema = {
      ...{ tables: [more], version: 2 },
      migrations: { 2: async (m) => await m.addColumn("notes", "size", integer().default(3)) },
    };
    {
      // Migrates its own.
      await using db = await place.open(next);
      assertEquals((await db.get(more, "n"))?.size, 3);
    }
    await using db = await place.open(next);
    const source = await coreTables(db, tables);
    assertEquals(await source.all(query(items)), [row("a"), row("b")]);
    await source.insert(items, row("c"));
    assertEquals(await source.count(query(items)), 3);
  });

  test("get what a later version has, and refuse an earlier one then", async (place) => {
    {
      await using db = await place.open(schema);
      await (await coreTables(db, tables)).insert(items, row("a"));
    }
    {
      await using db = await place.open(schema);
      const source = await coreTables(db, later);
      assertEquals(await source.all(query(wider)), [{ ...row("a"), size: 7, note: null }]);
      await source.insert(wider, { ...row("b"), size: 1, note: "n" });
      const plan = await source.explain(query(wider).where({ name: "a" }).orderBy("size"));
      // PostgreSQL scans what fits into a page, whatever there is.
      assertEquals(plan.steps[0]?.access, name === "postgres" ? "scan" : "index");
    }
    await using db = await place.open(schema);
    const error = await assertRejects(() => coreTables(db, tables), DataError);
    assertEquals(error.code, "version");
    const source = await coreTables(db, later);
    assertEquals((await source.all(query(wider))).map(({ size }) => size), [7, 1]);
  });

  test("last through compact() and many commits", async (place) => {
    {
      await using db = await place.open(schema);
      const source = await coreTables(db, tables);
      for (let i = 0; i < 600; i++) await source.upsert(items, row(`k${i % 50}`));
      await db.insert(notes, { id: "n", title: "t" });
    }
    await using db = await place.open(schema);
    assertEquals(await (await coreTables(db, tables)).count(query(items)), 50);
    assertEquals(await db.count(query(notes)), 1);
  });

  test("are there once a commit of before is on its way", async (place) => {
    await using db = await place.open(schema);
    const [, source] = await Promise.all([
      db.insert(notes, { id: "1", title: "t" }),
      coreTables(db, tables),
      db.insert(notes, { id: "2", title: "t" }),
    ]);
    await db.transaction(async (tx) => {
      await tx.insert(notes, { id: "3", title: "t" });
      void coreTables(db, later);
      await sleep(20);
      await tx.insert(notes, { id: "4", title: "t" });
    });
    await coreTables(db, later);
    assertEquals(await db.count(query(notes)), 4);
    assertEquals(await source.count(query(owners)), 0);
  });

  if (!shared) return;
  test("are made once by several sessions at once", async (place) => {
    await using a = await place.open(schema);
    await using b = await place.open(schema);
    await Promise.all([
      ...[a, b].map(async (db, i) => {
        await db.insert(notes, { id: `before ${i}`, title: "t" });
        await (await coreTables(db, tables)).insert(items, row(`${i}`));
        await db.insert(notes, { id: `after ${i}`, title: "t" });
      }),
    ]);
    for (const db of [a, b]) {
      assertEquals(await db.count(query(notes)), 4);
      assertEquals(await (await coreTables(db, tables)).count(query(items)), 2);
    }
  });

  test("written elsewhere are heard of by who asks", async (place) => {
    await using a = await place.open(schema);
    await using b = await place.open(schema);
    const mine = await coreTables(a, tables);
    const theirs = await coreTables(b, tables);
    const heard: Commit[] = [];
    const stop = a.changes((commit) => heard.push(commit));
    const own: string[] = [];
    const end = mine.onWrite((told) => {
      if ("outside" in told) own.push(...told.outside.map(({ name }) => name));
    });
    await theirs.insert(items, row("a"));
    while (!own.includes("strata_items")) await sleep(5);
    end();
    assertEquals(await mine.get(items, ["a", "a"]), row("a"));
    stop();
    assertEquals(heard, []);
  });

  test("made elsewhere leave those who do not use them alone", async (place) => {
    await using a = await place.open(schema);
    await using b = await place.open(schema);
    await a.insert(notes, { id: "1", title: "t" });
    await (await coreTables(b, tables)).insert(items, row("a"));
    await a.insert(notes, { id: "2", title: "t" });
    assertEquals(await b.count(query(notes)), 2);
    assertEquals(await (await coreTables(b, tables)).count(query(items)), 1);
  });
}
