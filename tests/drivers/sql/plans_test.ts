import { assert, assertEquals, assertNotStrictEquals, assertStrictEquals } from "@std/assert";
import { runInNewContext } from "node:vm";
import { setFlagsFromString } from "node:v8";
import {
  and,
  avg,
  between,
  bigint,
  boolean,
  bytes,
  column,
  contains,
  count,
  cursorOf,
  date,
  endsWith,
  exists,
  gt,
  gte,
  ilike,
  integer,
  json,
  like,
  lt,
  max,
  min,
  ne,
  noneOf,
  not,
  oneOf,
  or,
  param,
  query,
  real,
  startsWith,
  sum,
  table,
  text,
} from "../../../mod.ts";
import { queryValue } from "../../../query/query.ts";
import { compile, type Plan } from "../../../drivers/sql/compile.ts";
import { Plans } from "../../../drivers/sql/plans.ts";
import { sqlite } from "../../../drivers/sql/sqlite.ts";
import { openSource } from "./source.ts";

const things = table("things", {
  id: text().primaryKey(),
  n: integer().optional(),
  r: real(),
  g: bigint(),
  on: boolean(),
  at: date().optional(),
  raw: bytes(),
  word: text().optional(),
  data: json<{ s?: string; n?: number; b?: boolean; list?: unknown[] }>(),
}, { indexes: ["n"] });
const others = table("others", { id: text().primaryKey(), n: integer(), m: integer() });
const all = query(things);

const astOf = (item: unknown) => queryValue(item).bound;
const planIn = (plans: Plans, item: unknown): Plan => plans.rows(astOf(item)).plan;

/** One of each construct, with values made of a number from 1. */
function built(i: number) {
  const [word, when, big] = [`w${i}`, new Date(i), BigInt(i)];
  const row = {
    ...{ id: word, n: i, r: i / 2, g: big, on: i % 2 === 0, at: when, raw: Uint8Array.of(i) },
    ...{ word, data: { s: word } },
  };
  const list = (size: number) => Array.from({ length: size }, (_, j) => i * 1000 + j);
  return [
    all.where({ id: word }),
    all.where({ id: word, n: i, r: i / 2, g: big, on: i % 2 === 0, at: when, raw: row.raw }),
    all.where({ id: ne(word), n: ne(i), at: ne(when) }),
    all.where({ n: gt(i), r: lt(i), at: between(when, new Date(i + 5)), id: gte(word) }),
    all.where(not(or({ n: gt(i) }, { r: lt(i) }, not({ id: gte(word) })))),
    all.where(not({ n: between(i, i + 1) })),
    all.where({ id: like(`${word}%x_`) }).where({ word: like(`%${word}`) }),
    all.where({ id: startsWith(word), word: endsWith(word) }),
    all.where(not({ id: contains(word) })),
    all.where({ id: ilike(`${word}%`), n: i }).limit(i).offset(i),
    all.where({ n: oneOf(list(3)), id: noneOf([word, `${word}a`]), on: oneOf([i % 2 === 0]) }),
    all.where({ n: oneOf([null, ...list(300 + i)]), r: noneOf(list(600 + i)) }),
    all.where({ g: oneOf([big, big + 9n]), at: oneOf([when]), raw: oneOf([row.raw]) }),
    all.where({ n: column("r"), word: startsWith(column("id") as never), r: gt(column("n")) }),
    all.where({ "data.s": word, "data.n": gt(i), "data.b": i % 2 === 0 }),
    all.where({ "data.n": oneOf([i, i + 5, null as never]), "data.list": contains(word) }),
    all.where({ "data.s": startsWith(word) }).where({ "data.list": contains(i) }),
    all.where(exists(others, { id: "id" }, and({ n: i }, { m: gt(i) }))).where({ n: i }),
    all.where({ word: null, n: ne(null) }),
    all.join("other", others, { n: "n" }).where({ "other.m": gt(i), "n": column("other.n") }),
    all.leftJoin("other", others, { n: "n" }).where({ other: null, id: word }),
    all.where({ n: gt(i) }).groupBy(["on"], { c: count(), s: sum("n"), a: avg("r"), m: max("id") })
      .where({ c: gt(i) }).orderBy("s").limit(i),
    all.select("id", "data.s").distinct().orderBy("data.s").limit(i),
    all.orderBy("n", "desc").limit(i).offset(i + 1),
    all.orderBy("n").orderBy("data.s").limit(i).after(row),
    all.where({ n: gt(i) }).orderBy("n", "desc").limit(i).after(row),
    all.where({ n: gt(i) }).orderBy("n").limit(i).after({ ...row, n: null }),
    all.orderBy("n").limit(i).after(cursorOf(all.orderBy("n"), row)),
    all.include("others", query(others).where({ m: i }).limit(i), { n: "n" }).where({ n: i }),
    all.where({ n: param("a"), id: oneOf(param("b")) }).limit(param("c"))
      .with({ a: i, b: [word], c: i }),
  ];
}

Deno.test("Plans gives queries of one shape one plan, each with its own parameters", () => {
  const plans = new Plans(sqlite);
  const first = built(1);
  const found = first.map((item) => planIn(plans, item));
  first.forEach((item) => plans.count(astOf(item)));
  const { weight } = plans;
  for (const i of [2, 3, 40]) {
    for (const [at, item] of built(i).entries()) {
      const given = plans.rows(astOf(item));
      assertStrictEquals(given.plan, found[at], given.text);
      const fresh = compile(astOf(item), sqlite);
      assertEquals([given.text, given.params], [fresh.text, fresh.params]);
      plans.count(astOf(item));
    }
  }
  assertEquals(plans.weight, weight);
});

Deno.test("Plans gives windows of any size one plan, and a row and its cursor", () => {
  const plans = new Plans(sqlite);
  const same = (...items: unknown[]) => {
    const [first, ...rest] = items.map((item) => planIn(plans, item));
    for (const plan of rest) assertStrictEquals(plan, first);
  };
  const row = { id: "a", n: 4 };
  const ordered = all.orderBy("n");
  same(all.limit(1), all.limit(50), all.limit(0), all.limit(3).offset(0));
  same(all, all.offset(0));
  same(
    ordered.limit(2).after(row as never),
    ordered.limit(7).after(cursorOf(ordered, row as never)),
  );
});

Deno.test("Plans tells queries of two shapes apart", () => {
  const list = (size: number) => Array.from({ length: size }, (_, i) => i);
  const grouped = all.groupBy(["n"], { a: sum("r") });
  const row = { id: "a", n: 4 };
  const pairs: readonly (readonly [unknown, unknown])[] = [
    [all, query(others)],
    [all.where({ n: 1 }), all.where({ n: null })],
    [all.where({ n: ne(1) }), all.where({ n: ne(null) })],
    [all.where({ at: new Date(1) }), all.where({ at: null })],
    [all.where({ word: "a" }), all.where({ word: null })],
    [all.where({ n: gt(1) }), all.where({ n: gte(1) })],
    [all.where({ n: gt(1) }), all.where(not({ n: gt(1) }))],
    [all.where({ n: 1 }), all.where({ r: 1 })],
    [all.where({ n: 1 }), all.where({ n: column("r") })],
    [all.where({ n: column("n") }), all.where({ n: column("r") })],
    [all.where({ n: oneOf(list(2)) }), all.where({ n: oneOf(list(3)) })],
    [all.where({ n: oneOf(list(2)) }), all.where({ n: noneOf(list(2)) })],
    [all.where({ n: oneOf(list(500)) }), all.where({ n: oneOf(list(501)) })],
    [all.where({ n: oneOf([1, 2]) }), all.where({ n: oneOf([1, 2, null]) })],
    [all.where({ n: oneOf([]) }), all.where({ n: oneOf([1]) })],
    [all.where({ n: oneOf([null]) }), all.where({ n: oneOf([1]) })],
    [all.where({ "data.n": oneOf([true as never, 1]) }), all.where({ "data.n": oneOf([1, 2]) })],
    [all.where({ "data.n": 1 }), all.where({ "data.n": "a" } as never)],
    [all.where({ "data.n": 1 }), all.where({ "data.n": true } as never)],
    [all.where({ "data.n": gt(1) }), all.where({ "data.n": gt("a") } as never)],
    [all.where({ "data.n": 1 }), all.where({ "data.m": 1 } as never)],
    [all.where({ "data.list": contains(1) }), all.where({ "data.list": contains("1") })],
    [all.where({ id: like("a%") }), all.where({ id: like("a_") })],
    [all.where({ id: like("a_") }), all.where({ id: like("_a") })],
    [all.where({ id: like("_a") }), all.where({ id: like("\u{10FFFF}_a") })],
    [all.where({ id: like("a") }), all.where({ id: ilike("a") })],
    [all.where({ id: like("%a") }), all.where({ id: like("%\uFFFE") })],
    [all.where({ id: startsWith("a") }), all.where({ id: startsWith("\u{10FFFF}") })],
    [all.where({ id: contains("a") }), all.where({ id: endsWith("a") })],
    [all.where({ id: endsWith("a") }), all.where({ id: endsWith("a".repeat(60_000)) })],
    [all.where(and({ n: 1 }, { r: 1 })), all.where(or({ n: 1 }, { r: 1 }))],
    [all.where(or(and({ n: 1 }), { r: 1 })), all.where(or(and({ n: 1 }, { r: 1 })))],
    [all.where(exists(others, { id: "id" })), all.where(exists(things, { id: "id" }))],
    [all.where(exists(others, { id: "id" })), all.where(exists(others, { n: "n" }))],
    [all.where(exists(others, { id: "id" })), all.where(exists(others, { id: "id" }, { n: 1 }))],
    [all.orderBy("n"), all.orderBy("n", "desc")],
    [all.orderBy("n"), all.orderBy("r")],
    [all.orderBy("n").orderBy("r"), all.orderBy("r").orderBy("n")],
    [all.limit(1), all],
    [all.limit(1), all.limit(1).offset(1)],
    [all.offset(1), all],
    [all.limit(1), all.limit(1).after(row as never)],
    [
      all.orderBy("n").limit(1).after(row as never),
      all.orderBy("n").limit(1).after({ ...row, n: null } as never),
    ],
    [
      all.orderBy("data.n").limit(1).after({ ...row, data: { n: 1 } } as never),
      all.orderBy("data.n").limit(1).after({ ...row, data: { n: true } } as never),
    ],
    [all.select("n"), all],
    [all.select("n"), all.select("r")],
    [all.select("n"), all.select("n", "r")],
    [all.select({ a: "n" }), all.select({ b: "n" })],
    [all.select({ a: "n" }), all.select("n")],
    [all.select({ a: "n", b: "r" }), all.select({ b: "n", a: "r" })],
    [all.select("n"), all.select("n").distinct()],
    [all.join("a", others, { n: "n" }), all.join("b", others, { n: "n" })],
    [all.join("a", others, { n: "n" }), all.leftJoin("a", others, { n: "n" })],
    [all.join("a", others, { n: "n" }), all.join("a", others, { m: "n" })],
    [all.join("a", others, { n: "n" }), all.join("a", things, { n: "n" })],
    [all.include("a", others, { n: "n" }), all.include("b", others, { n: "n" })],
    [all.include("a", others, { n: "n" }), all.include("a", others, { id: "id" })],
    [all.include("a", others, { n: "n" }), all],
    [grouped, all.groupBy(["r"], { a: sum("r") })],
    [grouped, all.groupBy(["n"], { b: sum("r") })],
    [grouped, all.groupBy(["n"], { a: avg("r") })],
    [grouped, all.groupBy(["n"], { a: sum("n") })],
    [all.groupBy(["n"], { a: min("r") }), all.groupBy(["n"], { a: max("r") })],
    [all.where({ n: 1 }).groupBy(["n"], {}), all.groupBy(["n"], {}).where({ n: 1 })],
  ];
  const plans = new Plans(sqlite);
  for (const [a, b] of pairs) {
    assertNotStrictEquals(planIn(plans, a), planIn(plans, b), planIn(plans, a).text);
  }
});

Deno.test("Plans tells a query apart by what is asked for beside it", () => {
  const plans = new Plans(sqlite);
  const ast = astOf(all.limit(5));
  const [n, r] = ["n", "r"].map((path) => ast.shape.resolve(path));
  const made = [{}, { extra: [n!] }, { extra: [r!] }, { extra: [n!, r!] }, {
    extra: [n!],
    share: [n!],
  }, { extra: [n!], share: [r!] }];
  const found = made.map((options) => plans.rows(ast, options).plan);
  assertEquals(new Set(found).size, made.length);
  made.forEach((options, i) => assertStrictEquals(plans.rows(ast, options).plan, found[i]));
});

Deno.test("Plans drops what it has before it outgrows its bound", () => {
  const most = 2_000;
  const plans = new Plans(sqlite, { most });
  const shapes = Array.from({ length: 3_000 }, (_, i) => {
    const names = Array.from({ length: 12 }, (_, bit) => i >> bit & 1 ? { n: bit } : { r: bit });
    return astOf(all.where(and(...names)));
  });
  let heaviest = 0;
  for (const ast of shapes) {
    const given = plans.rows(ast);
    const fresh = compile(ast, sqlite);
    assertEquals([given.text, given.params], [fresh.text, fresh.params]);
    plans.count(ast);
    heaviest = Math.max(heaviest, plans.weight);
  }
  assert(heaviest < most * 1.2 && heaviest > most / 2, `${heaviest}`);
});

Deno.test("Plans keeps nothing of a shape that is too long, and gives its rows all the same", () => {
  const plans = new Plans(sqlite);
  const long = (i: number) =>
    astOf(all.where(or(...Array.from({ length: 1_000 }, (_, j) => ({ n: i + j })))));
  const [first, second] = [plans.rows(long(0)), plans.rows(long(5))];
  assertNotStrictEquals(first.plan, second.plan);
  assertEquals(second.params, Array.from({ length: 1_000 }, (_, j) => j + 5));
});

Deno.test("Plans keeps nothing of a query that has a part in two places", () => {
  const plans = new Plans(sqlite);
  const ast = astOf(all.where({ n: 1 }));
  const twice = { ...ast, steps: [...ast.steps, ...ast.steps] };
  const [first, second] = [plans.rows(twice), plans.rows(twice)];
  assertNotStrictEquals(first.plan, second.plan);
  const apart = plans.rows(astOf(all.where({ n: 2 }).where({ n: 3 })));
  assertEquals([second.params, apart.params, apart.text], [[1, 1], [2, 3], second.text]);
});

Deno.test("Plans tests in memory by the values of the query that is asked for", () => {
  using source = openSource({ tables: [things, others] });
  const row = { r: 0, g: 0n, on: true, raw: new Uint8Array(), data: {} };
  source.insert(things, ["apple", "Birne", "cherry"].map((id, n) => ({ ...row, id, n })));
  source.insert(others, [0, 0, 1, 1, 2].map((n, m) => ({ id: `${m}`, n, m })));
  const found = (pattern: string) =>
    source.all(all.where({ id: ilike(pattern) })).map(({ id }) => id);
  assertEquals([found("A%"), found("b%"), found("%R%")], [["apple"], ["Birne"], [
    "Birne",
    "cherry",
  ]]);
  const counted = (pattern: string) => source.count(all.where({ id: ilike(pattern) }));
  assertEquals([counted("A%"), counted("%R%"), counted("q")], [1, 2, 0]);
  const kids = (m: number) =>
    source.all(all.include("kids", query(others).where({ m: gt(m) }), { n: "n" }))
      .map(({ kids }) => kids.map(({ m }) => m));
  assertEquals([kids(0), kids(2)], [[[2, 3], [1], [4]], [[3], [], [4]]]);
});

Deno.test("Plans keeps no query alive", async () => {
  setFlagsFromString("--expose-gc");
  // Deno has no other way to the collector without a flag.
  const collect = runInNewContext("gc") as () => void;
  const plans = new Plans(sqlite);
  const asked = built(7).map((item) => {
    const ast = astOf(item);
    plans.rows(ast);
    plans.count(ast);
    return new WeakRef(ast);
  });
  // A WeakRef holds what it was made of until the job is over.
  await new Promise((done) => setTimeout(done));
  collect();
  assertEquals(asked.flatMap((ref, i) => ref.deref() ? [i] : []), []);
  assert(plans.weight > 0);
});
