import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  and,
  avg,
  between,
  column,
  contains,
  count,
  createStore,
  cursorOf,
  date,
  exists,
  gt,
  ilike,
  integer,
  json,
  lt,
  noneOf,
  not,
  oneOf,
  or,
  param,
  parseQuery,
  product,
  query,
  startsWith,
  sum,
  table,
  text,
} from "../../mod.ts";

const users = table("users", { id: text().primaryKey(), email: text().unique() });
const todos = table("todos", {
  id: text().primaryKey(),
  title: text(),
  due: date().optional(),
  priority: integer().default(0),
  ownerId: text().optional().references("users"),
  meta: json<{ tags: string[]; n: number }>().optional(),
});
const schema = { tables: [users, todos] };

const QUERIES = [
  query(todos),
  query(todos).where({ due: lt(new Date(0)), priority: between(1, 3) }).orderBy("due", "desc"),
  query(todos).where(or({ title: ilike("a%") }, and({ due: null }, not({ "meta.n": gt(1) })))),
  query(todos).where({ "meta.tags": contains("x"), title: noneOf(["a", "b"]) }).limit(3).offset(1),
  query(todos).join("owner", users, { id: "ownerId" }).where({ "owner.email": startsWith("a") })
    .select("title", "owner.email").distinct().orderBy("title"),
  query(users).include("todos", query(todos).limit(2), { ownerId: "id" }).select({ t: "todos" }),
  query(todos).groupBy(["ownerId"], {
    n: count(),
    p: avg("priority"),
    s: sum(product("priority", "priority")),
  })
    .where({ n: gt(1) }).orderBy("n", "desc"),
  query(users).where(exists(todos, { ownerId: "id" }, { title: "x" })),
  query(todos).where({ title: column("id"), priority: oneOf(param("p")) }).with({ p: [1, 2] }),
  query(todos).orderBy("title").after(cursorOf(query(todos).orderBy("title"), {
    ...{ id: "1", title: "a", due: null, priority: 0, ownerId: null, meta: null },
  })),
];

Deno.test("parseQuery() reads what toJSON() wrote, through text", () => {
  for (const built of QUERIES) {
    const sent = JSON.stringify(built);
    for (const read of [parseQuery(schema, JSON.parse(sent)), parseQuery(schema, sent)]) {
      assertEquals(JSON.stringify(read), sent);
      assertEquals(read.hash, built.hash);
    }
  }
});

/** Values that do not belong where they are put. */
const STRAY: readonly unknown[] = [
  ...[null, undefined, true, -1, 1.5, 1e999, "", "id", "__proto__", "constructor", "a.b.c"],
  ...[[], {}, [[]], { $: ["date", "x"] }, { $: ["Function", "return 1"] }, { $: ["param", "q"] }],
  ...[{ and: [] }, { not: {} }, ["eq", "id"], ["like", "title", "%"], "\u{D800}", "x".repeat(5000)],
  JSON.parse('{"__proto__":{"polluted":true}}'),
];

type Tree = Record<string, unknown> | unknown[];

/** Puts a stray value, another key or another part of the query at a random place. */
function mutate(tree: unknown, pick: (n: number) => number): unknown {
  const nodes: Tree[] = [];
  const walk = (node: unknown) => {
    if (typeof node !== "object" || node === null) return;
    nodes.push(node as Tree);
    Object.values(node).forEach(walk);
  };
  walk(tree);
  const node = nodes[pick(nodes.length)]!;
  const keys = Object.keys(node);
  const key = keys[pick(keys.length)] ?? "strata";
  const value: unknown = structuredClone(
    pick(3) === 0 ? nodes[pick(nodes.length)] : STRAY[pick(STRAY.length)],
  );
  const how = pick(4);
  if (how === 0 && !Array.isArray(node)) delete node[key];
  else if (how === 1 && !Array.isArray(node)) {
    Object.defineProperty(node, pick(2) ? "__proto__" : "constructor", {
      value,
      writable: true,
      enumerable: true,
      configurable: true,
    });
  } else if (how === 2 && Array.isArray(node)) node.splice(pick(node.length + 1), pick(2), value);
  else (node as Record<string, unknown>)[key] = value;
  return tree;
}

Deno.test("parseQuery() gives a query or a SyntaxError for 10,000 mutated queries", () => {
  const store = createStore(schema);
  store.insert(users, { id: "u", email: "a@example.org" });
  store.insert(todos, [{ title: "a", ownerId: "u", meta: { tags: ["x"], n: 2 } }, { title: "b" }]);
  let queries = 0;
  let errors = 0;
  const arbitrary = fc.tuple(
    fc.nat(QUERIES.length - 1),
    fc.array(fc.nat(), { minLength: 30, maxLength: 30 }),
  );
  fc.assert(
    fc.property(arbitrary, ([which, numbers]) => {
      let next = 0;
      const pick = (n: number) => n === 0 ? 0 : (numbers[next++ % numbers.length] ?? 0) % n;
      let tree: unknown = JSON.parse(JSON.stringify(QUERIES[which]));
      for (let i = pick(3); i >= 0; i--) tree = mutate(tree, pick);
      let read;
      try {
        read = parseQuery(schema, tree);
        queries++;
      } catch (error) {
        assert(error instanceof SyntaxError, String(error));
        errors++;
        return;
      }
      // What was let through runs, or names what is wrong with its params and values.
      try {
        store.all(read);
      } catch (error) {
        assert(
          error instanceof TypeError || error instanceof RangeError || error instanceof SyntaxError,
          String(error),
        );
      }
      parseQuery(schema, JSON.parse(JSON.stringify(read)));
    }),
    { numRuns: 10_000 },
  );
  assert(queries > 100 && errors > 100, `${queries} queries, ${errors} errors`);
  assertEquals(({} as Record<string, unknown>).polluted, undefined);
});

Deno.test("parseQuery() gives a SyntaxError for text that is cut off anywhere", () => {
  for (const built of QUERIES) {
    const sent = JSON.stringify(built);
    for (let end = 0; end < sent.length; end++) {
      assertThrows(() => parseQuery(schema, sent.slice(0, end)), SyntaxError);
    }
  }
});

Deno.test("parseQuery() bounds depth and size", () => {
  const nested = (levels: number) => {
    let cond: unknown = ["eq", "id", "1"];
    for (let i = 0; i < levels; i++) cond = { not: cond };
    return { strata: 1, from: "todos", steps: [{ where: cond }] };
  };
  parseQuery(schema, nested(32));
  assertThrows(() => parseQuery(schema, nested(33)), SyntaxError, "deeper than 32");
  assertThrows(() => parseQuery(schema, nested(3000)), SyntaxError, "deeper than 32");
  const list = (n: number) => ({
    strata: 1,
    from: "todos",
    steps: [{ where: ["in", "id", Array(n).fill("x")] }],
  });
  parseQuery(schema, list(40_000));
  assertThrows(() => parseQuery(schema, list(50_001)), SyntaxError, "50000 parts");
});

Deno.test("parseQuery() names the place of what is wrong", () => {
  const bad = (json: unknown) => {
    try {
      parseQuery(schema, json);
    } catch (error) {
      assert(error instanceof SyntaxError);
      return error.message;
    }
    throw new Error("it was taken");
  };
  const from = { strata: 1, from: "todos" };
  assertStringIncludes(bad({ ...from, from: "nope", steps: [] }), "$.from");
  assertStringIncludes(bad({ ...from, steps: [{ where: ["eq", "nope", 1] }] }), "$.steps[0]");
  assertStringIncludes(
    bad({ ...from, steps: [{ where: ["equals", "id", 1] }] }),
    "$.steps[0].where",
  );
  assertStringIncludes(bad({ ...from, steps: [], limit: -1 }), "$.limit");
  assertStringIncludes(bad({ ...from, steps: [], extra: 1 }), "extra");
  assertStringIncludes(bad({ ...from, strata: 2, steps: [] }), "$.strata");
});
