import {
  between,
  contains,
  count,
  eq,
  gt,
  integer,
  json,
  lt,
  lte,
  max,
  ne,
  noneOf,
  not,
  oneOf,
  query,
  startsWith,
  table,
} from "../../mod.ts";
import { kinds, schema } from "./samples.ts";
import { assertSame } from "./same.ts";
import { assertFails, bad, pluck, type Suite } from "./suite.ts";
import type { Subject } from "./subject.ts";

const notes = table("notes", {
  id: integer().primaryKey(),
  // deno-lint-ignore no-explicit-any
  meta: json<{ v?: any; tags?: any; place?: { city: string; zip?: number } }>().optional(),
});

/** What `meta.v` holds in the row with that number; `undefined`: no such key. */
const VALUES: readonly unknown[] = [
  /* 0 */ undefined,
  /* 1 */ null,
  /* 2 */ false,
  /* 3 */ true,
  /* 4 */ -1,
  /* 5 */ 0,
  /* 6 */ 1,
  /* 7 */ 10,
  /* 8 */ "",
  /* 9 */ "1",
  /* 10 */ "a",
  /* 11 */ "\uFF5E",
  /* 12 */ "\u{1F600}",
  /* 13 */ [],
  /* 14 */ [1],
  /* 15 */ {},
  /* 16 */ { x: 1 },
];

/** Row 17 has no `meta` at all. */
async function fill(db: Subject): Promise<void> {
  const rows = VALUES.map((v, id) => ({ id, meta: v === undefined ? {} : { v } }));
  await db.insert(notes, [...rows, { id: 17, meta: null }]);
}

export function jsonPathsTests({ test, open }: Suite): void {
  test("where() compares scalars at a JSON path by their JSON type", async () => {
    await using db = await open({ tables: [notes] });
    await fill(db);
    const cases: readonly (readonly [unknown, readonly number[]])[] = [
      [null, [0, 1, 17]],
      [eq(null), [0, 1, 17]],
      [1, [6]],
      [true, [3]],
      [false, [2]],
      ["1", [9]],
      ["", [8]],
      [eq(0), [5]],
      [gt(0), [6, 7]],
      [lt(1), [4, 5]],
      [lte(1), [4, 5, 6]],
      [gt(""), [9, 10, 11, 12]],
      [gt("\uFF5E"), [12]],
      [gt(false), [3]],
      [gt(null), []],
      [between(0, 9), [5, 6]],
      [between("1", "a"), [9, 10]],
      [oneOf([1, "a", true]), [3, 6, 10]],
      [oneOf([null, 0]), [0, 1, 5, 17]],
      [startsWith("a"), [10]],
      [startsWith(""), [8, 9, 10, 11, 12]],
    ];
    for (const [operand, expected] of cases) {
      const where = bad({ "meta.v": operand });
      const got = pluck(await db.all(query(notes).where(where)), "id");
      assertSame(got, expected, JSON.stringify(operand));
      const rest = pluck(await db.all(query(notes).where(not(where))), "id");
      const others = [...Array(18).keys()].filter((id) => !expected.includes(id));
      assertSame(rest, others, `not ${JSON.stringify(operand)}`);
    }
  });

  test("ne() and noneOf() at a JSON path are the rest of eq() and oneOf()", async () => {
    await using db = await open({ tables: [notes] });
    await fill(db);
    const count = (operand: unknown) => db.count(query(notes).where(bad({ "meta.v": operand })));
    assertSame(await count(ne(null)), 15);
    assertSame(await count(ne(1)), 17);
    assertSame(await count(ne("x")), 18);
    assertSame(await count(noneOf([1, null])), 14);
    assertSame(await count(noneOf([])), 18);
  });

  test("orderBy() a JSON path puts null first, then booleans, numbers, text and the rest", async () => {
    await using db = await open({ tables: [notes] });
    await fill(db);
    const ids = [...Array(18).keys()].toReversed();
    await db.deleteAll(notes, {});
    await db.insert(
      notes,
      ids.map((at, id) => ({ id, meta: at === 17 ? null : { v: VALUES[at] } })),
    );
    const rank = (id: number) => {
      const at = 17 - id;
      return at <= 1 || at === 17 ? 0 : at >= 13 ? 13 : at;
    };
    const expected = ids.map((_, id) => id).sort((a, b) => rank(a) - rank(b) || a - b);
    const asc = query(notes).orderBy("meta.v");
    assertSame(pluck(await db.all(asc), "id"), expected);
    const desc = query(notes).orderBy("meta.v", "desc");
    assertSame(pluck(await db.all(desc), "id"), expected.toReversed());
    assertSame(pluck(await db.all(asc.limit(5).offset(2)), "id"), expected.slice(2, 7));
  });

  test("where() reaches deep paths, and through what is not there", async () => {
    await using db = await open({ tables: [notes] });
    await db.insert(notes, [
      { id: 1, meta: { place: { city: "Bern", zip: 3000 } } },
      { id: 2, meta: { place: { city: "Basel" } } },
      { id: 3, meta: {} },
      { id: 4, meta: bad({ place: "Bern" }) },
      { id: 5, meta: bad({ place: [{ city: "Bern" }] }) },
      { id: 6 },
    ]);
    const ids = async (where: unknown) => pluck(await db.all(query(notes).where(bad(where))), "id");
    assertSame(await ids({ "meta.place.city": "Bern" }), [1]);
    assertSame(await ids({ "meta.place.city": startsWith("B") }), [1, 2]);
    assertSame(await ids({ "meta.place.zip": null }), [2, 3, 4, 5, 6]);
    assertSame(await ids({ "meta.place.city": null }), [3, 4, 5, 6]);
    assertSame(await ids({ "meta.place.zip": gt(2999) }), [1]);
    assertSame(await ids({ "meta.place.length": null, "meta.place": "Bern" }), [4]);
    assertSame(await ids({ "meta.constructor": null, "meta.__proto__": null }), [1, 2, 3, 4, 5, 6]);
  });

  test("contains() finds a scalar in a JSON array by its JSON type", async () => {
    await using db = await open({ tables: [notes] });
    const lists: readonly unknown[] = [["a", 1], ["1", true], [], [["a"]], "a", { a: "a" }, null];
    await db.insert(notes, lists.map((tags, id) => ({ id, meta: { tags } })));
    const ids = async (part: unknown) =>
      pluck(await db.all(query(notes).where(bad({ "meta.tags": contains(part) }))), "id");
    assertSame((await ids("a")).includes(0), true);
    assertSame((await ids("a")).filter((id) => [1, 2, 3, 5, 6].includes(id)), []);
    assertSame(await ids(1), [0]);
    assertSame(await ids("1"), [1]);
    assertSame(await ids(true), [1]);
    assertSame(await ids("A"), []);
    const rest = query(notes).where(not(bad({ "meta.tags": contains(1) })));
    assertSame(pluck(await db.all(rest), "id"), [1, 2, 3, 4, 5, 6]);
    for (const part of [["a"], { a: 1 }, new Date(0), 1n, new Uint8Array(1)]) {
      await assertFails(() => ids(part), TypeError, "meta.tags");
    }
  });

  test("contains() finds text in JSON text", async () => {
    await using db = await open({ tables: [notes] });
    await db.insert(notes, [{ id: 1, meta: { v: "abc" } }, { id: 2, meta: { v: ["abc"] } }]);
    const where = bad({ "meta.v": contains("b") });
    assertSame(pluck(await db.all(query(notes).where(where)), "id"), [1]);
  });

  test("where() compares a whole JSON column that holds a scalar", async () => {
    await using db = await open(schema);
    const values = [1, "1", true, null, { a: 1 }, [1], 2.5, "\u{1F600}"];
    await db.insert(kinds, values.map((value, id) => ({ id, json: value })));
    const ids = async (operand: unknown) =>
      pluck(await db.all(query(kinds).where(bad({ json: operand }))), "id");
    assertSame(await ids(1), [0]);
    assertSame(await ids("1"), [1]);
    assertSame(await ids(true), [2]);
    assertSame(await ids(null), [3]);
    assertSame(await ids(gt(1)), [6]);
    assertSame(await ids(ne(null)), [0, 1, 2, 4, 5, 6, 7]);
    assertSame(await ids(contains(1)), [5]);
  });

  test("where() refuses objects, dates, bigints and bytes as operands on JSON", async () => {
    await using db = await open({ tables: [notes, ...schema.tables] });
    await db.insert(notes, { id: 1, meta: { v: 1 } });
    for (const operand of [{ a: 1 }, [1], new Date(0), 1n, new Uint8Array(1)]) {
      for (const part of [eq(operand), gt(operand), oneOf([operand]), ne(operand)]) {
        const at = bad({ "meta.v": part });
        await assertFails(() => db.all(query(notes).where(at)), TypeError, "meta.v");
        await assertFails(() => db.all(query(kinds).where(bad({ json: part }))), TypeError, "json");
      }
    }
  });

  test("what the codec tags is no scalar: not null, equal to nothing, in no range", async () => {
    await using db = await open({ tables: [notes] });
    const tagged = [new Date(0), 1n, NaN, Infinity, new Map(), new Uint8Array(1), new Set()];
    await db.insert(notes, tagged.map((v, id) => ({ id, meta: { v } })));
    const count = (operand: unknown) => db.count(query(notes).where(bad({ "meta.v": operand })));
    assertSame([await count(null), await count(ne(null))], [0, 7]);
    assertSame([await count(0), await count(1), await count(ne(1))], [0, 0, 7]);
    assertSame(await count(startsWith("")), 0);
    assertSame((await db.all(query(notes))).map((row) => row.meta!.v), tagged);
  });

  test("updateAll() and deleteAll() match by JSON path", async () => {
    await using db = await open({ tables: [notes] });
    await fill(db);
    assertSame(await db.updateAll(notes, bad({ "meta.v": oneOf([1, "1"]) }), { meta: null }), 2);
    assertSame(await db.count(query(notes).where(bad({ "meta.v": null }))), 5);
    assertSame(await db.deleteAll(notes, bad({ "meta.v": null })), 5);
    assertSame(await db.count(query(notes)), 13);
  });

  test("groupBy(), distinct() and max() work on scalars of JSON, and refuse the rest", async () => {
    await using db = await open({ tables: [notes] });
    const values = ["b", "a", null, "a", true, 2];
    await db.insert(notes, values.map((v, id) => ({ id, meta: { v } })));
    const groups = query(notes).groupBy(["meta.v"], { n: count() });
    const got = (await db.all(groups)).map((row) => [row.meta.v, row.n]);
    assertSame(got, [[null, 1], [true, 1], [2, 1], ["a", 2], ["b", 1]]);
    const top = query(notes).groupBy([], { top: max("meta.v") });
    assertSame((await db.first(top))!.top, "b");
    const distinct = query(notes).select({ v: "meta.v" }).distinct();
    assertSame(pluck(await db.all(distinct), "v"), [null, true, 2, "a", "b"]);
    await db.insert(notes, { id: 9, meta: { v: [1] } });
    await assertFails(() => db.all(groups), TypeError);
    await assertFails(() => db.all(top), TypeError);
    await assertFails(() => db.all(distinct), TypeError);
  });
}
