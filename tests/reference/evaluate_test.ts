import { assertEquals, assertThrows } from "@std/assert";
import { evaluate } from "./evaluate.ts";
import type { QueryJson, Row, StepJson, TableModel } from "./model.ts";
import { from, plain } from "./support.ts";

const TABLES: TableModel[] = [
  {
    name: "t",
    columns: [["id", "text"], ["n", "integer"], ["r", "real"], ["b", "bigint"], ["owner", "text"]],
    primaryKey: ["id"],
  },
  {
    name: "u",
    columns: [["a", "text"], ["b", "integer"], ["role", "text"]],
    primaryKey: ["a", "b"],
  },
];
const DATA = new Map<string, Row[]>([
  ["t", [
    { id: "1", n: 2, r: 0.5, b: 1n, owner: "x" },
    { id: "2", n: null, r: 1.5, b: 2n, owner: "y" },
    { id: "3", n: 2, r: null, b: null, owner: null },
    { id: "4", n: 1, r: 2, b: 3n, owner: "x" },
  ]],
  ["u", [
    { a: "x", b: 2, role: "admin" },
    { a: "x", b: 1, role: null },
    { a: "z", b: 1, role: "admin" },
  ]],
]);

function rows(steps: readonly StepJson[], clauses: Partial<QueryJson> = {}): unknown[] {
  return evaluate(from(steps, clauses), TABLES, DATA).map(plain);
}

function ids(steps: readonly StepJson[], clauses: Partial<QueryJson> = {}): unknown[] {
  return evaluate(from(steps, clauses), TABLES, DATA).map((row) => row.id);
}

const JOIN = { as: "o", table: "u", on: [["a", "owner"]] } as const;

Deno.test("evaluate() orders by the key when nothing else is asked", () => {
  assertEquals(ids([]), ["1", "2", "3", "4"]);
});

Deno.test("evaluate() appends the key in the direction of the last order when rows tie", () => {
  assertEquals(ids([], { orderBy: [["n", "asc"]] }), ["2", "4", "1", "3"]);
  assertEquals(ids([], { orderBy: [["n", "desc"]] }), ["3", "1", "4", "2"]);
  assertEquals(ids([], { orderBy: [["owner", "asc"], ["n", "desc"]] }), ["3", "1", "4", "2"]);
});

Deno.test("evaluate() windows by after, offset, limit when all are given", () => {
  const orderBy = [["n", "desc"]] as const;
  assertEquals(ids([], { orderBy, after: { values: [2, "3"] } }), ["1", "4", "2"]);
  assertEquals(ids([], { orderBy, after: { values: [2, "3"] }, offset: 1, limit: 1 }), ["4"]);
  assertEquals(ids([], { orderBy, after: { values: [1, "0"] } }), ["2"]);
  assertEquals(ids([], { orderBy, after: null, limit: 0 }), []);
});

Deno.test("evaluate() fills params when with names them", () => {
  const where = ["eq", "n", { $: ["param", "p"] }] as const;
  assertEquals(ids([{ where }], { with: [["p", 1]] }), ["4"]);
  const list = ["in", "n", { $: ["param", "p"] }] as const;
  assertEquals(ids([{ where: list }], { with: [["p", [1, null]]] }), ["2", "4"]);
  assertEquals(ids([], { limit: { $: ["param", "l"] }, with: [["l", 2]] }), ["1", "2"]);
  assertThrows(() => ids([{ where }]), TypeError);
});

Deno.test("evaluate() orders joined rows by every key when the root repeats", () => {
  const joined = rows([{ join: JOIN }], { select: ["id", "o.b"] });
  assertEquals(joined, [
    { id: "1", o: { b: 1 } },
    { id: "1", o: { b: 2 } },
    { id: "4", o: { b: 1 } },
    { id: "4", o: { b: 2 } },
  ]);
});

Deno.test("evaluate() joins nothing to null and keeps the row when the join is left", () => {
  assertEquals(ids([{ join: JOIN }]), ["1", "1", "4", "4"]);
  assertEquals(ids([{ leftJoin: JOIN }]), ["1", "1", "2", "3", "4", "4"]);
  assertEquals(ids([{ leftJoin: JOIN }, { where: ["eq", "o", null] }]), ["2", "3"]);
  assertEquals(ids([{ leftJoin: JOIN }, { where: ["ne", "o", null] }]), ["1", "1", "4", "4"]);
  const role = ["eq", "o.role", null] as const;
  assertEquals(ids([{ leftJoin: JOIN }, { where: role }]), ["1", "2", "3", "4"]);
  assertEquals(rows([{ leftJoin: JOIN }], { select: ["o.role"], limit: 1, offset: 2 }), [
    { o: { role: null } },
  ]);
});

Deno.test("evaluate() joins on several columns when on has them", () => {
  const on = [["a", "owner"], ["b", "n"]] as const;
  assertEquals(rows([{ join: { ...JOIN, on } }], { select: ["id", "o.b"] }), [
    { id: "1", o: { b: 2 } },
    { id: "4", o: { b: 1 } },
  ]);
});

Deno.test("evaluate() asks for some row when exists has on and where", () => {
  const exists = { table: "u", on: [["a", "owner"]], where: ["eq", "role", "admin"] } as const;
  assertEquals(ids([{ where: { exists } }]), ["1", "4"]);
  assertEquals(ids([{ where: { not: { exists } } }]), ["2", "3"]);
});

Deno.test("evaluate() limits the children of each parent when an include has a limit", () => {
  const query: QueryJson = { strata: 1, from: "t", steps: [], orderBy: [["n", "desc"]], limit: 1 };
  const parents: QueryJson = {
    strata: 1,
    from: "u",
    steps: [{ include: { as: "ts", query, on: [["owner", "a"]] } }],
    select: ["a", "ts"],
  };
  const found = evaluate(parents, TABLES, DATA).map(plain);
  const first = { id: "1", n: 2, r: 0.5, b: 1n, owner: "x" };
  assertEquals(found, [{ a: "x", ts: [first] }, { a: "x", ts: [first] }, { a: "z", ts: [] }]);
});

Deno.test("evaluate() makes null a group and orders groups by their paths", () => {
  const groupBy = { paths: ["n"], aggregates: [["c", ["count"]], ["s", ["sum", "r"]]] } as const;
  assertEquals(rows([{ groupBy }]), [
    { n: null, c: 1, s: 1.5 },
    { n: 1, c: 1, s: 2 },
    { n: 2, c: 2, s: 0.5 },
  ]);
  assertEquals(rows([{ groupBy }, { where: ["gt", "c", 1] }]), [{ n: 2, c: 2, s: 0.5 }]);
  const least = rows([{ groupBy }], { orderBy: [["c", "desc"]], limit: 2, select: ["n"] });
  assertEquals(least, [{ n: 2 }, { n: 1 }]);
});

Deno.test("evaluate() gives exactly one row when it groups by nothing", () => {
  const groupBy = { paths: [], aggregates: [["c", ["count"]], ["s", ["sum", "n"]]] } as const;
  assertEquals(rows([{ where: ["eq", "id", "none"] }, { groupBy }]), [{ c: 0, s: null }]);
  assertEquals(
    rows([{ where: ["eq", "id", "none"] }, { groupBy: { ...groupBy, paths: ["n"] } }]),
    [],
  );
});

Deno.test("evaluate() nests group paths and joins on them when a join follows", () => {
  const groupBy = { paths: ["o.role", "owner"], aggregates: [["c", ["count"]]] } as const;
  const again = { as: "v", table: "u", on: [["role", "o.role"]] } as const;
  const found = rows([{ leftJoin: JOIN }, { groupBy }, { join: again }], {
    select: ["o.role", "c", "v.a"],
  });
  assertEquals(found, [
    { o: { role: "admin" }, c: 2, v: { a: "x" } },
    { o: { role: "admin" }, c: 2, v: { a: "z" } },
  ]);
});

Deno.test("evaluate() multiplies before it sums when an aggregate has a product", () => {
  const total = (...paths: string[]): unknown => {
    const groupBy = { paths: [], aggregates: [["x", ["sum", { product: paths }]]] } as const;
    return evaluate(from([{ groupBy }]), TABLES, DATA)[0]!.x;
  };
  assertEquals(total("n", "r"), 3);
  assertEquals(total("n", "n"), 9);
  assertEquals(total("n", "b"), 5n);
});

Deno.test("evaluate() keeps one of equal rows in the order of their columns when distinct", () => {
  const select = [["x", "n"], ["y", "owner"]] as const;
  assertEquals(rows([], { select, distinct: true }), [
    { x: null, y: "y" },
    { x: 1, y: "x" },
    { x: 2, y: null },
    { x: 2, y: "x" },
  ]);
  const last = rows([], { select: ["n"], distinct: true, orderBy: [["n", "desc"]], limit: 2 });
  assertEquals(last, [{ n: 2 }, { n: 1 }]);
});

Deno.test("evaluate() keeps hostile names apart when rows have them as columns", () => {
  const names = ["__proto__", "constructor", "toString", "order", "a b", 'a"b'];
  const table: TableModel = {
    name: "__proto__",
    columns: [["id", "integer"], ...names.map((name) => [name, "text"] as const)],
    primaryKey: ["id"],
  };
  const row = Object.fromEntries([["id", 1], ...names.map((name) => [name, `is ${name}`])]);
  for (const name of names) {
    const query: QueryJson = {
      strata: 1,
      from: "__proto__",
      steps: [{ where: ["eq", name, `is ${name}`] }],
      select: [[name, name]],
    };
    const found = evaluate(query, [table], new Map([["__proto__", [row]]]));
    assertEquals(Object.entries(found[0]!), [[name, `is ${name}`]]);
  }
});
