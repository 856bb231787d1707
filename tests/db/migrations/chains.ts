import { assert, assertEquals } from "@std/assert";
import { date, integer, type Migration, query, type Schema, table, text } from "../../../mod.ts";
import { DataError } from "../../../mod.ts";
import { failure } from "../../conformance/suite.ts";
import type { Migrations } from "../migrations.ts";

const people1 = table("people", { id: integer().primaryKey(), name: text() });
const people2 = table("people", { id: integer().primaryKey(), first: text(), last: text() });
const people3 = table("persons", {
  id: integer().primaryKey(),
  first: text(),
  last: text().optional(),
  born: date().optional(),
  visits: integer().default(0),
});

const people = [{ id: 1, name: "Ada Lovelace" }, { id: 2, name: "Alan Turing" }];

/** Steps from version 1 to 3; `ran` gets the versions of those that ran. */
function schemas(ran: number[]): [Schema, Schema, Schema] {
  const migrations = {
    3: async (m: Migration) => {
      ran.push(3);
      await m.renameTable("people", "persons");
    },
    2: async (m: Migration) => {
      ran.push(2);
      const part = (i: number) => ({ name }: { name?: unknown }) => String(name).split(" ")[i];
      await m.addColumn("people", "first", text(), { fill: part(0) });
      await m.addColumn("people", "last", text(), { fill: part(1) });
      await m.dropColumn("people", "name");
    },
  };
  return [
    { tables: [people1], version: 1, migrations },
    { tables: [people2], version: 2, migrations },
    { tables: [people3], version: 3, migrations },
  ];
}

const persons = [
  { id: 1, first: "Ada", last: "Lovelace", born: null, visits: 0 },
  { id: 2, first: "Alan", last: "Turing", born: null, visits: 0 },
];

/** Several versions. */
export function testChains({ test }: Migrations): void {
  test("steps run in ascending order, then differences that lose nothing", async (place) => {
    const ran: number[] = [];
    const [first, , third] = schemas(ran);
    await place.with(first, (db) => db.insert(people1, people));
    assertEquals(ran, []);
    await place.with(third, async (db) => assertEquals(await db.all(query(people3)), persons));
    assertEquals(ran, [2, 3]);
    await place.with(third, async (db) => assertEquals(await db.all(query(people3)), persons));
    assertEquals(ran, [2, 3]);
  });

  test("steps run from the version that is stored", async (place) => {
    const ran: number[] = [];
    const [first, second, third] = schemas(ran);
    await place.with(first, (db) => db.insert(people1, people));
    await place.with(second, async (db) => assertEquals(await db.count(query(people2)), 2));
    assertEquals(ran, [2]);
    await place.with(third, async (db) => assertEquals(await db.all(query(people3)), persons));
    assertEquals(ran, [2, 3]);
  });

  test("a new database begins at the version of its schema", async (place) => {
    const ran: number[] = [];
    const [, , third] = schemas(ran);
    await place.with(third, (db) => db.insert(people3, { id: 1, first: "Ada" }));
    await place.with(third, () => {});
    assertEquals(ran, []);
  });

  test("a step may be missing", async (place) => {
    await place.with({ tables: [people1] }, (db) => db.insert(people1, people));
    const ran: number[] = [];
    const migrations = { 4: () => (ran.push(4), Promise.resolve()) };
    await place.with({ tables: [people1], version: 5, migrations }, async (db) => {
      assertEquals(await db.all(query(people1)), people);
    });
    assertEquals(ran, [4]);
    const error = await failure(() => place.open({ tables: [people1], version: 4, migrations }));
    assert(error instanceof DataError && error.code === "version");
  });

  test("two that open at once migrate once", async (place) => {
    const ran: number[] = [];
    const [first, , third] = schemas(ran);
    await place.with(first, (db) => db.insert(people1, people));
    const shared = place.driver.supports.shared;
    const opened = await Promise.allSettled([place.open(third), place.open(third)]);
    const dbs = opened.flatMap((result) => result.status === "fulfilled" ? [result.value] : []);
    assertEquals(dbs.length, shared ? 2 : 1);
    assertEquals(ran, [2, 3]);
    for (const db of dbs) {
      assertEquals(await db.all(query(people3)), persons);
      await db.close();
    }
  });

  test("two that make a new database at once make it once", async (place) => {
    const [, , third] = schemas([]);
    const opened = await Promise.allSettled([place.open(third), place.open(third)]);
    const dbs = opened.flatMap((result) => result.status === "fulfilled" ? [result.value] : []);
    assertEquals(dbs.length, place.driver.supports.shared ? 2 : 1);
    for (const [i, db] of dbs.entries()) await db.insert(people3, { id: i, first: "Ada" });
    for (const db of dbs) {
      assertEquals(await db.count(query(people3)), dbs.length);
    }
    for (const db of dbs) await db.close();
  });
}
