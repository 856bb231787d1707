import { assertEquals } from "@std/assert";
import { engineOf } from "../../engine/mod.ts";
import { guardOf } from "../../engine/live/guard.ts";
import { Topics } from "../../engine/live/topics.ts";
import { queryValue } from "../../query/query.ts";
import { tableDef } from "../../schema/table.ts";
import {
  boolean,
  createStore,
  exists,
  gte,
  integer,
  oneOf,
  or,
  query,
  table,
  text,
} from "../../mod.ts";

const todos = table("todos", {
  id: integer().primaryKey(),
  owner: text(),
  n: integer(),
  done: boolean().default(false),
});

Deno.test("a commit asks only the views whose equal values its rows have", () => {
  const store = createStore({ tables: [todos] });
  const engine = engineOf(store);
  const asked = {
    ada: query(todos).where({ owner: "ada" }),
    open: query(todos).where({ owner: "ada", done: false }).orderBy("n").limit(3),
    few: query(todos).where({ n: gte(2), owner: oneOf(["bob", "eve"]) }),
    groups: query(todos).where({ n: 5 }).groupBy(["owner"], {}),
    all: query(todos).where({ n: gte(2) }),
    either: query(todos).where(or({ owner: "ada" }, { n: 5 })),
    twice: query(todos).where({ owner: "ada" }).where(exists(todos, { n: "n" })),
  };
  const topics = new Topics<
    { name: string; round: number; topics: { on: unknown; guard: never }[] }
  >();
  const views = Object.entries(asked).map(([name, value]) => ({
    name,
    round: -1,
    topics: [{ on: tableDef(todos), guard: guardOf(queryValue(value).bound) as never }],
  }));
  for (const view of views) topics.add(view);
  const always = ["all", "either", "twice"];
  let touched: string[] = [];
  engine.watch = (entries) => {
    const found: string[] = [];
    for (const entry of entries) topics.touched(entry);
    topics.take(({ name }) => found.push(name));
    touched = found.filter((name) => !always.includes(name)).sort();
    assertEquals(found.length - touched.length, always.length); // each once
  };
  store.insert(todos, { id: 1, owner: "ada", n: 1 });
  assertEquals(touched, ["ada", "open"]);
  store.update(todos, 1, { done: true });
  assertEquals(touched, ["ada", "open"]); // before
  store.update(todos, 1, { n: 5 });
  assertEquals(touched, ["ada", "groups"]);
  store.update(todos, 1, { owner: "eve" });
  assertEquals(touched, ["ada", "few", "groups"]);
  store.insert(todos, { id: 2, owner: "zoe", n: 1 });
  assertEquals(touched, []);
  for (const view of views) topics.remove(view);
  always.length = 0;
  store.update(todos, 1, { n: 6 });
  assertEquals(touched, []);
});
