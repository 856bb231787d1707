import { assertEquals } from "@std/assert";
import { boolean, bytes, date, integer, json, query, table, text } from "../../../mod.ts";
import { assertDataError } from "../../conformance/suite.ts";
import type { Migrations } from "../migrations.ts";

/** Columns that become optional, and enums. */
export function testOptional({ test }: Migrations): void {
  test("open() makes columns optional and keeps their values and indexes", async (place) => {
    const id = integer().primaryKey();
    const before = table("things", {
      id,
      name: text().unique(),
      at: date(),
      raw: bytes(),
      data: json<unknown>(),
      done: boolean(),
      optional: text(),
    }, { indexes: [["at", "done"]] });
    const after = table("things", {
      id,
      name: text().optional().unique(),
      at: date().optional(),
      raw: bytes().optional(),
      data: json<unknown>().optional(),
      done: boolean().optional(),
      optional: text().optional(),
    }, { indexes: [["at", "done"]] });
    const rows = Array.from({ length: 601 }, (_, i) => ({
      id: i,
      name: `\u{1F600}${i}`,
      at: new Date(i),
      raw: new Uint8Array([i % 256]),
      data: { i },
      done: i % 2 === 0,
      optional: "x",
    }));
    await place.with({ tables: [before] }, (db) => db.insert(before, rows));
    await place.with({ tables: [after] }, async (db) => {
      assertEquals(await db.all(query(after)), rows);
      await assertDataError(() => db.update(after, 1, { name: "\u{1F600}2" }), { rule: "unique" });
      await db.update(after, 1, { name: null, at: null, raw: null, data: null, done: null });
      await db.update(after, 2, { name: null });
      assertEquals((await db.all(query(after).where({ name: null }))).map((row) => row.id), [1, 2]);
      assertEquals((await db.all(query(after).where({ at: new Date(600) }))).length, 1);
    });
    await assertDataError(() => place.open({ tables: [before] }), {
      code: "version",
      table: "things",
    });
  });

  test("open() widens an enum and refuses to narrow it", async (place) => {
    const of = (kind: readonly string[] | undefined) =>
      table("things", { id: integer().primaryKey(), kind: kind ? text(kind) : text() });
    const [one, two, any] = [of(["a"]), of(["b", "a"]), of(undefined)];
    await place.with({ tables: [one] }, (db) => db.insert(one, { id: 1, kind: "a" }));
    await place.with({ tables: [two] }, (db) => db.insert(two, { id: 2, kind: "b" }));
    await assertDataError(() => place.open({ tables: [one] }), {
      code: "version",
      table: "things",
      columns: ["kind"],
    });
    await place.with({ tables: [any] }, (db) => db.insert(any, { id: 3, kind: "c" }));
    await assertDataError(() => place.open({ tables: [two] }), { code: "version" });
    await place.with({ tables: [any] }, async (db) => {
      assertEquals((await db.all(query(any))).map(({ kind }) => kind), ["a", "b", "c"]);
    });
  });
}
