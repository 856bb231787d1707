import { integer, query, type Schema, table, text } from "../../mod.ts";
import { assertSame } from "./same.ts";
import { assertDataError, assertFails, type Suite } from "./suite.ts";
import { nest } from "./subject.ts";

const teams = table("teams", { id: text().primaryKey(), code: text().optional().unique() });
const member = (onDelete?: "restrict" | "cascade" | "setNull" | "none") =>
  table("members", {
    id: integer().primaryKey(),
    team: onDelete === undefined
      ? text().optional().references("teams")
      : text().optional().references("teams", { onDelete }),
  });
const members = member();
const schema: Schema = { tables: [teams, members] };
const broken = {
  code: "constraint",
  table: "members",
  columns: ["team"],
  rule: "reference",
} as const;

const people = table("people", {
  id: text().primaryKey(),
  boss: text().optional().references("people", { onDelete: "cascade" }),
});

export function referencesTests({ test, open }: Suite): void {
  test("references() refuses a value that no row has", async () => {
    await using db = await open(schema);
    await db.insert(teams, { id: "a" });
    await db.insert(members, [{ id: 1, team: "a" }, { id: 2 }]);
    await assertDataError(() => db.insert(members, { id: 3, team: "b" }), broken);
    await assertDataError(() => db.update(members, 1, { team: "b" }), broken);
    await assertDataError(() => db.updateAll(members, {}, { team: "b" }), broken);
    await assertDataError(() => db.upsert(members, { id: 1, team: "b" }), broken);
    await assertDataError(() => db.replace(members, { id: 1, team: "b" }), broken);
    assertSame(await db.all(query(members)), [{ id: 1, team: "a" }, { id: 2, team: null }]);
  });

  test("references() restricts deletion by default", async () => {
    await using db = await open(schema);
    await db.insert(teams, [{ id: "a" }, { id: "b" }]);
    await db.insert(members, { id: 1, team: "a" });
    const fields = { code: "constraint", rule: "reference" } as const;
    await assertDataError(() => db.delete(teams, "a"), fields);
    await assertDataError(() => db.deleteAll(teams, {}), fields);
    assertSame(await db.count(query(teams)), 2);
    assertSame(await db.delete(teams, "b"), true);
    await db.delete(members, 1);
    assertSame(await db.delete(teams, "a"), true);
  });

  test("references() with cascade deletes the rows that refer", async () => {
    const cascading = member("cascade");
    await using db = await open({ tables: [teams, cascading] });
    await db.insert(teams, [{ id: "a" }, { id: "b" }]);
    await db.insert(cascading, [{ id: 1, team: "a" }, { id: 2, team: "b" }, { id: 3, team: "a" }]);
    assertSame(await db.delete(teams, "a"), true);
    assertSame(await db.all(query(cascading)), [{ id: 2, team: "b" }]);
    assertSame(await db.deleteAll(teams, {}), 1);
    assertSame(await db.count(query(cascading)), 0);
  });

  test("references() with setNull sets null in the rows that refer", async () => {
    const loose = member("setNull");
    await using db = await open({ tables: [teams, loose] });
    await db.insert(teams, [{ id: "a" }, { id: "b" }]);
    await db.insert(loose, [{ id: 1, team: "a" }, { id: 2, team: "b" }]);
    await db.delete(teams, "a");
    assertSame(await db.all(query(loose)), [{ id: 1, team: null }, { id: 2, team: "b" }]);
    assertSame(await db.count(query(loose).where({ team: null })), 1);
  });

  test("references() refuses a row that got its reference after the parent had gone", async () => {
    const cascading = member("cascade");
    await using db = await open({ tables: [teams, cascading] });
    await db.insert(teams, [{ id: "a" }, { id: "b" }]);
    await db.insert(cascading, { id: 1, team: "a" });
    const late = () =>
      db.transaction(function* (tx) {
        yield tx.delete(teams, "a");
        yield tx.insert(cascading, { id: 2, team: "a" });
      });
    await assertDataError(late, broken);
    assertSame(await db.all(query(cascading)), [{ id: 1, team: "a" }]);
    await db.transaction(function* (tx) {
      yield tx.insert(cascading, { id: 2, team: "a" });
      yield tx.delete(teams, "a");
    });
    assertSame(await db.count(query(cascading)), 0);
  });

  test("references() with none leaves the rows that refer", async () => {
    const free = member("none");
    await using db = await open({ tables: [teams, free] });
    await db.insert(teams, { id: "a" });
    await db.insert(free, { id: 1, team: "a" });
    assertSame(await db.delete(teams, "a"), true);
    assertSame(await db.all(query(free)), [{ id: 1, team: "a" }]);
  });

  test("references() to its own table takes rows in any order", async () => {
    await using db = await open({ tables: [people] });
    await db.insert(people, [{ id: "b", boss: "a" }, { id: "a", boss: null }]);
    await db.insert(people, { id: "self", boss: "self" });
    const fields = { table: "people", columns: ["boss"], rule: "reference" } as const;
    await assertDataError(() => db.insert(people, { id: "c", boss: "z" }), fields);
    assertSame(await db.count(query(people)), 3);
  });

  test("references() cascades along chains and round cycles", async () => {
    await using db = await open({ tables: [people] });
    await db.insert(people, [
      { id: "a", boss: null },
      { id: "b", boss: "a" },
      { id: "c", boss: "b" },
      { id: "x", boss: "z" },
      { id: "y", boss: "x" },
      { id: "z", boss: "y" },
      { id: "self", boss: "self" },
    ]);
    assertSame(await db.delete(people, "a"), true);
    assertSame(await db.count(query(people)), 4);
    assertSame(await db.delete(people, "y"), true);
    assertSame(await db.delete(people, "self"), true);
    assertSame(await db.count(query(people)), 0);
  });

  test("references() cascades until a row that restricts, and then deletes nothing", async () => {
    const cascading = member("cascade");
    const badges = table("badges", {
      id: integer().primaryKey(),
      member: integer().references("members"),
    });
    await using db = await open({ tables: [teams, cascading, badges] });
    await db.insert(teams, { id: "a" });
    await db.insert(cascading, [{ id: 1, team: "a" }, { id: 2, team: "a" }]);
    await db.insert(badges, { id: 1, member: 2 });
    await assertDataError(() => db.delete(teams, "a"), { code: "constraint", rule: "reference" });
    assertSame([await db.count(query(teams)), await db.count(query(cascading))], [1, 2]);
  });

  test("references() takes a unique column as its target", async () => {
    const coded = table("coded", {
      id: integer().primaryKey(),
      code: text().optional().references("teams.code", { onDelete: "cascade" }),
    });
    await using db = await open({ tables: [teams, coded] });
    await db.insert(teams, [{ id: "a", code: "x" }, { id: "b" }]);
    await db.insert(coded, [{ id: 1, code: "x" }, { id: 2, code: null }]);
    const fields = { table: "coded", columns: ["code"], rule: "reference" } as const;
    await assertDataError(() => db.insert(coded, { id: 3, code: "a" }), fields);
    await assertDataError(() => db.update(teams, "a", { code: "y" }), { rule: "reference" });
    await db.delete(teams, "b");
    assertSame(await db.count(query(coded)), 2);
    await db.delete(teams, "a");
    assertSame(await db.all(query(coded)), [{ id: 2, code: null }]);
  });

  test("transaction() checks references at its end, not before", async () => {
    await using db = await open(schema);
    await db.transaction(function* (tx) {
      yield tx.insert(members, { id: 1, team: "a" });
      yield nest(tx, function* (inner) {
        yield inner.insert(members, { id: 2, team: "b" });
      });
      yield tx.insert(teams, [{ id: "a" }, { id: "b" }]);
    });
    assertSame(await db.count(query(members)), 2);
    await db.transaction(function* (tx) {
      yield tx.delete(teams, "a");
      yield tx.insert(teams, { id: "a", code: "again" });
    });
    assertSame((await db.get(teams, "a"))!.code, "again");
  });

  test("transaction() keeps nothing when a reference is broken at its end", async () => {
    await using db = await open(schema);
    const run = () =>
      db.transaction(function* (tx) {
        yield tx.insert(teams, { id: "a" });
        yield tx.insert(members, { id: 1, team: "b" });
      });
    await assertDataError(run, broken);
    assertSame([await db.count(query(teams)), await db.count(query(members))], [0, 0]);
  });

  test("opening refuses a reference to what is not there or not unique", async () => {
    const column = (target: string) =>
      table("things", { id: text().primaryKey(), ref: text().optional().references(target) });
    const pairs = table("pairs", { a: text(), b: text() }, { primaryKey: ["a", "b"] });
    const plain = table("plain", { id: text().primaryKey(), name: text() });
    for (const target of ["nope", "teams.nope", "plain.name", "pairs", "pairs.a", ""]) {
      const things = column(target);
      const run = async () => {
        await using _ = await open({ tables: [teams, pairs, plain, things] });
      };
      await assertFails(run, TypeError, "things", "ref");
    }
  });
}
