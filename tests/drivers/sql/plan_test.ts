import { assert, assertEquals } from "@std/assert";
import {
  between,
  boolean,
  count,
  date,
  eq,
  gt,
  integer,
  like,
  lt,
  not,
  oneOf,
  or,
  query,
  startsWith,
  table,
  text,
} from "../../../mod.ts";
import { queryValue } from "../../../query/query.ts";
import { compile, compileCount } from "../../../drivers/sql/compile.ts";
import { sqlite } from "../../../drivers/sql/sqlite.ts";
import { openSource } from "./source.ts";

const todos = table("todos", {
  id: text().primaryKey(),
  title: text(),
  done: boolean(),
  priority: integer(),
  due: date().optional(),
  owner: text().optional(),
}, { indexes: [["done", "priority"], "due", "owner", { columns: ["title"], unique: true }] });
const users = table("users", { id: text().primaryKey(), name: text() });

const all = query(todos);
const row = { id: "a", title: "t", done: true, priority: 3, due: new Date(5), owner: null };

/** Queries with what SQLite's plan must and must not say. */
const PLANS: Readonly<Record<string, readonly [unknown, uses: string, never?: string]>> = {
  key: [all.where({ id: "a" }), "sqlite_autoindex_todos_1 (id=?)"],
  keys: [all.where({ id: oneOf(["a", "b", "c"]) }), "sqlite_autoindex_todos_1 (id=?)"],
  "many keys": [
    all.where({ id: oneOf(Array.from({ length: 600 }, (_, i) => `${i}`)) }),
    "sqlite_autoindex_todos_1 (id=?)",
  ],
  unique: [all.where({ title: "t" }), "strata_unique.todos.title (title=?)"],
  equality: [all.where({ owner: "a" }), "strata_index.todos.owner (owner=?)", "TEMP B-TREE"],
  null: [all.where({ owner: null }), "strata_index.todos.owner (owner=?)", "TEMP B-TREE"],
  "two columns": [
    all.where({ done: false, priority: gt(3) }).orderBy("priority"),
    "strata_index.todos.done.priority (done=? AND priority>?)",
    "TEMP B-TREE",
  ],
  range: [
    all.where({ due: between(new Date(0), new Date(9)) }).orderBy("due"),
    "strata_index.todos.due (due>? AND due<?)",
    "TEMP B-TREE",
  ],
  complement: [
    all.where(not({ due: gt(new Date(0)) })).orderBy("priority"),
    "MULTI-INDEX OR",
  ],
  either: [
    all.where(or({ due: lt(new Date(0)) }, { owner: "a" })).orderBy("priority"),
    "MULTI-INDEX OR",
  ],
  startsWith: [all.where({ owner: startsWith("a") }), "owner (owner>? AND owner<?)"],
  like: [all.where({ owner: like("a%b") }), "owner (owner>? AND owner<?)"],
  order: [all.orderBy("due").limit(5), "strata_index.todos.due", "TEMP B-TREE"],
  "order, descending": [
    all.orderBy("done", "desc").orderBy("priority", "desc").limit(5),
    "strata_index.todos.done.priority",
    "TEMP B-TREE",
  ],
  page: [
    all.orderBy("due").limit(5).after(row),
    "strata_index.todos.due (due>?)",
    "TEMP B-TREE",
  ],
  "page, descending, nulls ahead": [
    all.orderBy("due", "desc").limit(5).after(row),
    "strata_index.todos.due (due<?)",
    "TEMP B-TREE",
  ],
  "page among nulls": [
    all.orderBy("owner").limit(5).after(row),
    "strata_index.todos.owner (owner=? AND id>?)",
    "TEMP B-TREE",
  ],
  "page by key": [all.limit(5).after(row), "sqlite_autoindex_todos_1 (id>?)", "TEMP B-TREE"],
  join: [
    all.where({ owner: eq("a") }).join("by", users, { id: "owner" }),
    "sqlite_autoindex_users_1 (id=?)",
  ],
  group: [all.groupBy(["done"], { n: count() }), "strata_index.todos.done.priority"],
};

for (const [name, [item, uses, never]] of Object.entries(PLANS)) {
  Deno.test(`compile() gives what SQLite has an index for: ${name}`, () => {
    using source = openSource({ tables: [todos, users] });
    const { text, params, plan: { pushable, left } } = compile(queryValue(item).bound, sqlite);
    assert(pushable && left.length === 0);
    const plan = source.shadow.rows(`EXPLAIN QUERY PLAN ${text}`, params)
      .map((cells) => String(cells[3])).join("\n");
    assert(plan.includes(uses), `${text}\n${plan}`);
    assert(never === undefined || !plan.includes(never), `${text}\n${plan}`);
    assert(!/^SCAN s0$/m.test(plan) || plan.startsWith("CO-ROUTINE"), `${text}\n${plan}`);
  });
}

Deno.test("compileCount() counts without reading rows", () => {
  using source = openSource({ tables: [todos, users] });
  const counted = compileCount(queryValue(all.where({ owner: "a" })).bound, sqlite);
  assert(counted);
  const [plan] = source.shadow.rows(`EXPLAIN QUERY PLAN ${counted.text}`, counted.params);
  assertEquals(plan?.[3], "SEARCH s0 USING COVERING INDEX strata_index.todos.owner (owner=?)");
});
