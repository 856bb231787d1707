import {
  avg,
  bigint,
  count,
  countDistinct,
  gt,
  integer,
  max,
  min,
  ne,
  product,
  query,
  real,
  sum,
  table,
} from "../../mod.ts";
import { ASCENDING, COMPARABLE, kinds, schema, todos } from "./samples.ts";
import { assertSame, show } from "./same.ts";
import { assertFails, bad, pluck, type Suite } from "./suite.ts";

const MOST = Number.MAX_SAFE_INTEGER;
const factors = table("factors", {
  id: integer().primaryKey(),
  a: integer().optional(),
  b: integer().optional(),
  x: real().optional(),
  big: bigint().optional(),
});

/** Sums of reals may differ by this much of the sum of absolute values. */
function assertNear(actual: unknown, expected: number, magnitude: number): void {
  if (typeof actual === "number" && Math.abs(actual - expected) <= magnitude * 1e-9) return;
  throw new Error(`${show(actual)} is not near ${show(expected)}`);
}

export function groupsTests({ test, open }: Suite): void {
  test("groupBy() gives one row for each value, by that value, null first", async () => {
    await using db = await open(schema);
    const values = ["b", null, "a", "b", null, "A"];
    await db.insert(kinds, values.map((text, id) => ({ id, text, integer: id })));
    const groups = query(kinds).groupBy(["text"], { n: count(), sum: sum("integer") });
    assertSame(await db.all(groups), [
      { text: null, n: 2, sum: 5 },
      { text: "A", n: 1, sum: 5 },
      { text: "a", n: 1, sum: 2 },
      { text: "b", n: 2, sum: 3 },
    ]);
    assertSame(await db.count(groups), 4);
    assertSame(await db.all(query(todos).groupBy(["done"], { n: count() })), []);
  });

  for (const type of COMPARABLE) {
    test(`groupBy() groups, counts and finds the ends of ${type}`, async () => {
      await using db = await open(schema);
      const values = [...ASCENDING[type], null, ...ASCENDING[type]];
      await db.insert(kinds, values.map((value, id) => ({ id, [type]: value })));
      const expected = [
        { [type]: null, n: 1 },
        ...ASCENDING[type].map((value) => ({ [type]: value, n: 2 })),
      ];
      assertSame(await db.all(query(kinds).groupBy([type], { n: count() })), expected);
      const ends = { low: min(type), high: max(type), n: count(type), d: countDistinct(type) };
      assertSame(await db.all(query(kinds).groupBy([], ends)), [{
        low: ASCENDING[type][0],
        high: ASCENDING[type].at(-1),
        n: 2 * ASCENDING[type].length,
        d: ASCENDING[type].length,
      }]);
    });
  }

  test("groupBy() of several paths nests none and orders by them in turn", async () => {
    await using db = await open(schema);
    const cells = [[1, "b"], [1, "a"], [null, "a"], [1, "b"], [0, null]] as const;
    await db.insert(kinds, cells.map(([integer, text], id) => ({ id, integer, text })));
    const groups = query(kinds).groupBy(["integer", "text"], { n: count() });
    const got = (await db.all(groups)).map((row) => [row.integer, row.text, row.n]);
    assertSame(got, [[null, "a", 1], [0, null, 1], [1, "a", 1], [1, "b", 2]]);
    const turned = (await db.all(groups.orderBy("n", "desc"))).map((
      row,
    ) => [row.integer, row.text]);
    assertSame(turned, [[1, "b"], [1, "a"], [0, null], [null, "a"]]);
  });

  test("groupBy([]) gives exactly one row, of no rows too", async () => {
    await using db = await open(schema);
    const whole = query(kinds).groupBy([], {
      n: count(),
      t: count("text"),
      d: countDistinct("text"),
      s: sum("integer"),
      a: avg("real"),
      l: min("text"),
      h: max("date"),
    });
    assertSame(await db.all(whole), [{ n: 0, t: 0, d: 0, s: null, a: null, l: null, h: null }]);
    assertSame([await db.count(whole), await db.has(whole)], [1, true]);
    await db.insert(kinds, [{ id: 1 }, { id: 2 }]);
    assertSame(await db.all(whole), [{ n: 2, t: 0, d: 0, s: null, a: null, l: null, h: null }]);
  });

  test("aggregates skip nulls, count() alone counts rows", async () => {
    await using db = await open(schema);
    await db.insert(kinds, [1, null, 2, 2].map((integer, id) => ({ id, integer })));
    const whole = query(kinds).groupBy([], {
      n: count(),
      i: count("integer"),
      d: countDistinct("integer"),
      s: sum("integer"),
      low: min("integer"),
    });
    assertSame(await db.all(whole), [{ n: 4, i: 3, d: 2, s: 5, low: 1 }]);
    const mean = (await db.first(query(kinds).groupBy([], { a: avg("integer") })))!.a;
    assertNear(mean, 5 / 3, 5 / 3);
  });

  test("sum() of integers is exact, or a RangeError", async () => {
    await using db = await open({ tables: [factors] });
    await db.insert(factors, [MOST, MOST, -MOST, -1, 1].map((a, id) => ({ id, a })));
    const total = query(factors).groupBy([], { s: sum("a") });
    assertSame((await db.first(total))!.s, MOST);
    const high = query(factors).where({ a: gt(0) }).groupBy([], { s: sum("a") });
    await assertFails(() => db.all(high), RangeError);
    const perKey = query(factors).groupBy(["id"], { s: sum("a") });
    assertSame((await db.all(perKey)).length, 5);
  });

  test("sum() of bigints is a bigint, exact or a RangeError", async () => {
    await using db = await open({ tables: [factors] });
    const top = 2n ** 63n - 1n;
    await db.insert(factors, [top, top, -top, -5n, null].map((big, id) => ({ id, big })));
    const total = query(factors).groupBy([], { s: sum("big") });
    assertSame((await db.first(total))!.s, top - 5n);
    await db.deleteAll(factors, { big: gt(0n) });
    let below: unknown;
    try {
      below = (await db.first(total))!.s;
    } catch (error) {
      below = error instanceof RangeError ? -top - 5n : error;
    }
    assertSame(below, -top - 5n);
  });

  test("sum() and avg() of reals are near the exact sum, whatever the order", async () => {
    await using db = await open({ tables: [factors] });
    const whole = query(factors).groupBy([], { s: sum("x"), a: avg("x") });
    const given = async (...values: number[]) => {
      await db.deleteAll(factors, {});
      await db.insert(factors, values.map((x, id) => ({ id, x })));
      return (await db.first(whole))!;
    };
    assertNear((await given(...new Array(10).fill(0.1))).s, 1, 1);
    assertNear((await given(1e16, 1, -1e16)).s, 1, 2e16);
    assertSame((await given(1e308, 1e308, -1e308)).s, 1e308);
    assertNear((await given(0.5, 0.25)).a, 0.375, 0.375);
    assertSame((await given(Infinity, 1)).s, Infinity);
    assertSame(await given(Infinity, -Infinity, 1), { s: null, a: null });
    assertSame((await given(5e-324)).s, 5e-324);
  });

  test("product() is null when a factor is, exact when all are whole", async () => {
    await using db = await open({ tables: [factors] });
    await db.insert(factors, [
      { id: 1, a: 3, b: 4, x: 0.5, big: 2n },
      { id: 2, a: 5, b: null, x: 0.25, big: null },
      { id: 3, a: 2 ** 26, b: 2 ** 26, x: null, big: 1n },
    ]);
    const of = async (...paths: ("a" | "b" | "x" | "big")[]) =>
      (await db.first(query(factors).groupBy([], { s: sum(product(...paths)) })))!.s;
    assertSame(await of("a", "b"), 12 + 2 ** 52);
    assertSame(await of("a", "big"), 6n + 2n ** 26n);
    assertNear(await of("a", "x"), 2.75, 2.75);
    assertSame(await of("a"), 8 + 2 ** 26);
    const mean = query(factors).groupBy([], { m: avg(product("a", "b")) });
    assertNear((await db.first(mean))!.m, (12 + 2 ** 52) / 2, 2 ** 51);
    await assertFails(() => of("x", "big"), TypeError);
    await db.update(factors, 3, { a: MOST, b: 3 });
    await assertFails(() => of("a", "b"), RangeError);
  });

  test("where() after groupBy() keeps groups, before it rows", async () => {
    await using db = await open(schema);
    const values = ["a", "a", "b", "b", "b", null];
    await db.insert(kinds, values.map((text, id) => ({ id, text, integer: id })));
    const groups = query(kinds).where({ integer: gt(0) })
      .groupBy(["text"], { n: count(), top: max("integer") });
    assertSame((await db.all(groups)).map((row) => row.n), [1, 1, 3]);
    assertSame(await db.all(groups.where({ n: gt(1) })), [{ text: "b", n: 3, top: 4 }]);
    assertSame(pluck(await db.all(groups.where({ text: ne("a") })), "text"), [null, "b"]);
    assertSame(await db.count(groups.where({ top: gt(9) })), 0);
  });

  test("orderBy(), limit() and after() work on groups", async () => {
    await using db = await open(schema);
    const values = ["a", "a", "b", "c", "c", "d"];
    await db.insert(kinds, values.map((text, id) => ({ id, text })));
    const groups = query(kinds).groupBy(["text"], { n: count() }).orderBy("n", "desc");
    assertSame(pluck(await db.all(groups), "text"), ["c", "a", "d", "b"]);
    const page = await db.all(groups.limit(2).offset(1));
    assertSame(pluck(page, "text"), ["a", "d"]);
    assertSame(pluck(await db.all(groups.after(page[0]!)), "text"), ["d", "b"]);
  });

  test("groupBy() refuses what it cannot do", async () => {
    await using db = await open(schema);
    await db.insert(kinds, [{ id: 1, json: { a: 1 } }]);
    const runs = [
      () => db.all(query(kinds).groupBy([bad("nope")], { n: count() })),
      () => db.all(query(kinds).groupBy([], { n: sum(bad("text")) })),
      () => db.all(query(kinds).groupBy([], { n: avg(bad("date")) })),
      () => db.all(query(kinds).groupBy([], { n: sum(bad("nope")) })),
      () => db.all(query(kinds).groupBy(["text"], { text: count() })),
      () => db.all(query(kinds).groupBy(["text"], { n: bad(1) })),
      () => db.all(query(kinds).groupBy(["text"], { n: count() }).where(bad({ id: 1 }))),
    ];
    for (const run of runs) await assertFails(run, TypeError);
  });
}
