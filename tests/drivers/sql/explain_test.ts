import { assert, assertEquals } from "@std/assert";
import {
  count,
  exists,
  gt,
  ilike,
  integer,
  json,
  not,
  oneOf,
  or,
  query,
  sum,
  table,
  text,
} from "../../../mod.ts";
import type { Plan } from "../../../engine/explain.ts";
import { queryValue } from "../../../query/query.ts";
import { explainSql } from "../../../drivers/sql/explain.ts";
import { sqlite } from "../../../drivers/sql/sqlite.ts";
import { Shadow } from "./source.ts";

const books = table("books", {
  id: text().primaryKey(),
  pages: integer(),
  "a (b=?) c": integer(),
  author: integer().optional(),
  isbn: text().optional().unique(),
  data: json<unknown>().optional(),
}, { indexes: ["author", ["pages", "a (b=?) c"]] });
const authors = table("authors", { id: integer().primaryKey(), name: text() });

function explained(item: unknown): Plan {
  const shadow = new Shadow({ tables: [books, authors] });
  try {
    return shadow.ask(explainSql(queryValue(item).bound, sqlite));
  } finally {
    shadow.db.close();
  }
}
const all = query(books);
const key = "sqlite_autoindex_books_1";

Deno.test("explainSql() says the statement and what SQLite says of it", () => {
  const plan = explained(all.where({ id: "a" }));
  assert(plan.sql?.startsWith("SELECT ") && plan.sql.includes('WHERE s0."id" = ?'));
  assertEquals(plan.detail, [`SEARCH s0 USING INDEX ${key} (id=?)`]);
  assertEquals([plan.source, plan.live], ["sqlite", "rerun"]);
});

/** Queries with their steps, and how they are ordered. */
const CASES: Readonly<Record<string, readonly [unknown, Plan["steps"], Plan["order"]]>> = {
  "a key": [
    all.where({ id: "a" }),
    [{ table: "books", access: "key", index: "id", range: "id=?" }],
    "none",
  ],
  "several keys": [
    all.where({ id: oneOf(["a", "b"]) }),
    [{ table: "books", access: "key", index: "id", range: "id=?" }],
    "index",
  ],
  "a key that is a rowid": [
    query(authors).where({ id: 4 }),
    [{ table: "authors", access: "key", index: "id", range: "id=?" }],
    "none",
  ],
  "a range of rowids": [
    query(authors).where({ id: gt(4) }),
    [{ table: "authors", access: "index", index: "id", range: "id>?" }],
    "index",
  ],
  "a unique value": [
    all.where({ isbn: "a" }),
    [{ table: "books", access: "key", index: "isbn", range: "isbn=?" }],
    "none",
  ],
  "an index with a range": [
    all.where({ pages: 5, "a (b=?) c": gt(4) }).orderBy("a (b=?) c"),
    [{
      ...{ table: "books", access: "index", index: "pages,a (b=?) c" },
      range: "pages=? AND a (b=?) c>?",
    }],
    "index",
  ],
  "an index for the order alone": [
    all.orderBy("author").limit(3),
    [{ table: "books", access: "index", index: "author" }],
    "index",
  ],
  "a scan": [
    query(authors).orderBy("name"),
    [{ table: "authors", access: "scan" }],
    "sort",
  ],
  "either of two": [
    all.where(or({ author: 1 }, { isbn: "a" })).orderBy("pages"),
    [
      { table: "books", access: "index", index: "author", range: "author=?" },
      { table: "books", access: "key", index: "isbn", range: "isbn=?" },
    ],
    "sort",
  ],
  "a page in two parts": [
    all.orderBy("author", "desc").limit(3).after({ id: "a", author: 4 } as never),
    [
      { table: "books", access: "index", index: "author", range: "author<?" },
      { table: "books", access: "index", index: "author", range: "author=?" },
    ],
    "index",
  ],
  "a join": [
    all.join("by", authors, { id: "author" }).orderBy("pages"),
    [
      { table: "books", access: "index", index: "pages,a (b=?) c" },
      { table: "authors", access: "key", index: "id", range: "id=?" },
    ],
    "sort",
  ],
  "another table that is looked into": [
    all.where(not(exists(authors, { id: "author" }))),
    [
      { table: "books", access: "index", index: "id" },
      { table: "authors", access: "key", index: "id", range: "id=?" },
    ],
    "index",
  ],
  "groups, and groups of them with a join": [
    all.groupBy(["author"], { n: count() }).groupBy(["n"], { m: sum("author") })
      .join("by", authors, { id: "n" }),
    [
      { table: "books", access: "index", index: "author" },
      { table: "authors", access: "key", index: "id", range: "id=?" },
    ],
    "sort",
  ],
  "one group": [
    all.groupBy([], { n: count() }),
    [{ table: "books", access: "index", index: "isbn" }],
    "none",
  ],
  "a condition that memory tests": [
    all.where({ isbn: ilike("a%"), author: 3 }),
    [{
      ...{ table: "books", access: "index", index: "author", range: "author=?" },
      residual: "isbn like",
    }],
    "index",
  ],
  "a condition on a joined row that memory tests": [
    all.leftJoin("by", authors, { id: "author" }).where(not({ "by.name": ilike("a%") })),
    [
      { table: "books", access: "index", index: "id" },
      {
        ...{ table: "authors", access: "key", index: "id", range: "id=?" },
        residual: "not by.name like",
      },
    ],
    "index",
  ],
  "children": [
    query(authors).include("books", all.orderBy("pages").limit(2), { author: "id" }),
    [
      { table: "authors", access: "scan" },
      { table: "books", access: "index", index: "author", range: "author=?" },
    ],
    "index",
  ],
};

for (const [name, [item, steps, order]] of Object.entries(CASES)) {
  Deno.test(`explainSql() says how SQLite reaches ${name}`, () => {
    const plan = explained(item);
    assertEquals(plan.steps, steps, JSON.stringify(plan, undefined, 1));
    assertEquals(plan.order, order, JSON.stringify(plan.detail));
  });
}

Deno.test("explainSql() says when a query runs in memory, its children's included", () => {
  const unlike = all.where({ isbn: ilike("a%") });
  const steps = [{ table: "books", access: "scan" }] as const;
  for (
    const [item, more] of [
      [unlike.groupBy(["author"], { n: count() }), []],
      [all.where(exists(authors, { id: "author" }, { name: ilike("x") })), ["authors"]],
      [
        all.include("kids", query(authors).where({ name: ilike("a%") }).select("name").distinct(), {
          name: "isbn",
        }),
        ["authors"],
      ],
    ] as const
  ) {
    const plan = explained(item);
    assertEquals(plan.steps, [
      ...steps,
      ...more.map((table) => ({ table, access: "scan" as const })),
    ]);
    assertEquals([plan.sql, plan.detail], [undefined, "runs in memory on all rows"]);
  }
});
