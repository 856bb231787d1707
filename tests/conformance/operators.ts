import {
  and,
  between,
  column,
  eq,
  gt,
  gte,
  lt,
  lte,
  ne,
  noneOf,
  not,
  oneOf,
  or,
  query,
} from "../../mod.ts";
import { ASCENDING, COMPARABLE, indexed, kinds, schema } from "./samples.ts";
import { assertSame } from "./same.ts";
import { assertFails, bad, pluck, type Suite } from "./suite.ts";
import type { Subject } from "./subject.ts";

/** A condition on one column, and whether it holds at rank `at` (-1: null). */
type Case = readonly [name: string, operand: unknown, holds: (at: number) => boolean];

/** Every operator with every pair of neighbouring ranks as operands, and with null. */
function casesOf(values: readonly unknown[]): Case[] {
  const cases: Case[] = [
    ["null", null, (at) => at === -1],
    ["eq(null)", eq(null), (at) => at === -1],
    ["ne(null)", ne(null), (at) => at !== -1],
    ["gt(null)", gt(null), () => false],
    ["gte(null)", gte(null), () => false],
    ["lt(null)", lt(null), () => false],
    ["lte(null)", lte(null), () => false],
    ["between(null, last)", between(null, values.at(-1)), () => false],
    ["between(first, null)", between(values[0], null), () => false],
    ["oneOf()", oneOf([]), () => false],
    ["noneOf()", noneOf([]), () => true],
    ["oneOf(null)", oneOf([null]), (at) => at === -1],
    ["noneOf(null)", noneOf([null]), (at) => at !== -1],
    ["oneOf(all)", oneOf(values), (at) => at !== -1],
    ["noneOf(all, null)", noneOf([...values, null]), () => false],
  ];
  for (const [i, value] of values.entries()) {
    const j = Math.min(i + 1, values.length - 1);
    const next = values[j];
    cases.push(
      [`literal ${i}`, value, (at) => at === i],
      [`eq(${i})`, eq(value), (at) => at === i],
      [`ne(${i})`, ne(value), (at) => at !== i],
      [`gt(${i})`, gt(value), (at) => at > i],
      [`gte(${i})`, gte(value), (at) => at >= i],
      [`lt(${i})`, lt(value), (at) => at !== -1 && at < i],
      [`lte(${i})`, lte(value), (at) => at !== -1 && at <= i],
      [`between(${i}, ${j})`, between(value, next), (at) => at === i || at === j],
      [`between(${j}, ${i})`, between(next, value), (at) => i === j && at === i],
      [`oneOf(${i}, ${j})`, oneOf([value, next]), (at) => at === i || at === j],
      [`oneOf(${i}, ${i}, null)`, oneOf([value, value, null]), (at) => at === i || at === -1],
      [`noneOf(${i}, ${j})`, noneOf([value, next]), (at) => at !== i && at !== j],
      [`noneOf(${i}, null)`, noneOf([value, null]), (at) => at !== i && at !== -1],
    );
  }
  return cases;
}

async function fill(db: Subject, type: (typeof COMPARABLE)[number]): Promise<number[]> {
  const values = ASCENDING[type];
  // Each value twice, nulls between them.
  const ranks = [...values.keys(), -1, ...[...values.keys()].reverse(), -1];
  for (const target of [kinds, indexed]) {
    await db.insert(target, ranks.map((at, id) => ({ id, [type]: at < 0 ? null : values[at] })));
  }
  return ranks;
}

export function operatorsTests({ test, open }: Suite): void {
  for (const type of COMPARABLE) {
    test(`where() matches by every operator on ${type}, nulls included`, async () => {
      await using db = await open(schema);
      const ranks = await fill(db, type);
      for (const [name, operand, holds] of casesOf(ASCENDING[type])) {
        const expected = [...ranks.keys()].filter((id) => holds(ranks[id]!));
        const rest = [...ranks.keys()].filter((id) => !holds(ranks[id]!));
        const where = bad({ [type]: operand });
        for (const target of [kinds, indexed]) {
          const about = `${type} ${name} on ${target.name}`;
          assertSame(pluck(await db.all(query(target).where(where)), "id"), expected, about);
          const others = query(target).where(not(where));
          assertSame(pluck(await db.all(others), "id"), rest, `not ${about}`);
          const count = await db.count(query(target).where(where));
          assertSame(count + await db.count(others), ranks.length, `count of ${about}`);
          assertSame(await db.count(query(target).where(not(not(where)))), count, about);
        }
      }
    });
  }

  test("and(), or() and not() combine conditions, nested too", async () => {
    await using db = await open(schema);
    const rows = [1, 2, 3, 4, 5, 6].map((id) => ({
      id,
      integer: id % 3,
      text: id < 4 ? "a" : null,
    }));
    await db.insert(kinds, rows);
    const ids = async (where: never) => pluck(await db.all(query(kinds).where(where)), "id");
    assertSame(await ids(bad(and({ integer: 1 }, { text: "a" }))), [1]);
    assertSame(await ids(bad(or({ integer: 1 }, { text: "a" }))), [1, 2, 3, 4]);
    assertSame(await ids(bad(not(or({ integer: 1 }, { text: "a" })))), [5, 6]);
    assertSame(await ids(bad(not(and({ integer: 1 }, { text: "a" })))), [2, 3, 4, 5, 6]);
    const deep = or(
      and({ integer: 1 }, not({ text: "a" })),
      and({ text: "a" }, not({ integer: 1 })),
    );
    assertSame(await ids(bad(deep)), [2, 3, 4]);
    assertSame(await ids(bad(not(deep))), [1, 5, 6]);
    assertSame(await ids(bad(and(or({ id: 1 }, { id: 2 }), or({ id: 2 }, { id: 3 })))), [2]);
    assertSame(await ids(bad(not({ integer: 1, text: "a" }))), [2, 3, 4, 5, 6]);
  });

  test("column() compares with another column of the row, null equal to null alone", async () => {
    await using db = await open(schema);
    const pairs = [[1, 1], [1, 2], [2, 1], [null, 1], [1, null], [null, null]] as const;
    await db.insert(kinds, pairs.map(([integer, real], id) => ({ id, integer, real })));
    const ids = async (operand: unknown) =>
      pluck(await db.all(query(kinds).where(bad({ integer: operand }))), "id");
    const other = column("real");
    assertSame(await ids(other), [0, 5]);
    assertSame(await ids(eq(other)), [0, 5]);
    assertSame(await ids(ne(other)), [1, 2, 3, 4]);
    assertSame(await ids(gt(other)), [2]);
    assertSame(await ids(gte(other)), [0, 2]);
    assertSame(await ids(lt(other)), [1]);
    assertSame(await ids(lte(other)), [0, 1]);
    const same = query(kinds).where(not({ integer: gt(column("real")) }));
    assertSame(pluck(await db.all(same), "id"), [0, 1, 3, 4, 5]);
  });

  test("where() refuses an operand of another type than the column's", async () => {
    await using db = await open(schema);
    await db.insert(kinds, { id: 1 });
    const wrong: Record<string, readonly unknown[]> = {
      text: [1, true, new Date(0), 1n, {}, []],
      integer: ["1", true, new Date(0), {}],
      bigint: ["1", true, {}],
      real: ["1", true, {}],
      boolean: [0, 1, "true"],
      date: [0, "1970-01-01", true],
      bytes: ["a", 1, [1]],
    };
    for (const [type, operands] of Object.entries(wrong)) {
      for (const operand of operands) {
        for (const part of [operand, eq(operand), gt(operand), oneOf([operand])]) {
          const run = () => db.all(query(kinds).where(bad({ [type]: part })));
          await assertFails(run, TypeError, type);
        }
      }
    }
  });

  test("where() refuses paths that are not there, and what is no condition", async () => {
    await using db = await open(schema);
    for (const path of ["nope", "text.length", "id.x", "", "constructor", "__proto__"]) {
      const run = () => db.all(query(kinds).where(bad(Object.fromEntries([[path, 1]]))));
      await assertFails(run, TypeError);
    }
    for (const condition of [null, undefined, "x", 1, () => true]) {
      await assertFails(() => db.all(query(kinds).where(bad(condition))), TypeError);
    }
    await assertFails(() => db.all(query(kinds).where({ text: bad(() => "x") })), TypeError);
  });

  test("between() and ranges find nothing between neighbours out of order", async () => {
    await using db = await open(schema);
    await db.insert(indexed, [1, 2, 3].map((id) => ({ id, integer: id })));
    const ids = async (where: never) => pluck(await db.all(query(indexed).where(where)), "id");
    assertSame(await ids(bad({ integer: between(3, 1) })), []);
    assertSame(await ids(bad(and({ integer: gt(1) }, { integer: lt(2) }))), []);
    assertSame(await ids(bad(and({ integer: gte(1) }, { integer: lte(2) }))), [1, 2]);
    assertSame(await ids(bad(and({ integer: gt(1) }, { integer: gt(2) }))), [3]);
  });
}
