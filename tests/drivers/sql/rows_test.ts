import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  and,
  avg,
  bigint,
  boolean,
  bytes,
  date,
  exists,
  gt,
  ilike,
  integer,
  json,
  like,
  ne,
  not,
  or,
  query,
  real,
  sum,
  table,
  text,
} from "../../../mod.ts";
import { queryValue } from "../../../query/query.ts";
import { tableDef } from "../../../schema/table.ts";
import { allRows } from "../../../drivers/sql/rows.ts";
import { encodeRow } from "../../../drivers/sql/encode.ts";
import { sqlite } from "../../../drivers/sql/sqlite.ts";
import { openSource, Shadow } from "./source.ts";

const books = table("books", {
  id: integer().primaryKey(),
  title: text(),
  pages: integer().optional(),
  price: real(),
  sold: bigint(),
  author: integer().optional(),
  data: json<{ tag?: unknown }>().optional(),
}, { indexes: ["author"] });
const authors = table("authors", { id: integer().primaryKey(), name: text() });
const schema = { tables: [books, authors] };

function opened() {
  const source = openSource(schema);
  source.insert(authors, [1, 2, 3].map((id) => ({ id, name: `Name ${id}` })));
  source.insert(
    books,
    Array.from({ length: 30 }, (_, id) => ({
      ...{ id, title: id % 2 ? `Straße ${id}` : `İ ${id}`, pages: id, price: id / 4 },
      ...{ sold: BigInt(id), author: id % 3 + 1, data: { tag: id % 2 ? "x" : 5 } },
    })),
  );
  source.shadow.asked = [];
  return source;
}

Deno.test("allRows() asks one statement more for each include, however many parents there are", () => {
  using source = opened();
  const newest = query(books).orderBy("id", "desc").limit(2);
  const rows = source.all(query(authors).include("books", newest, { author: "id" }));
  assertEquals(rows.map((row) => row.books.map(({ id }) => id)), [[27, 24], [28, 25], [29, 26]]);
  assertEquals(source.shadow.asked.length, 2);
  // The window counts for each parent, in SQL and where a part is tested in memory.
  const [, children] = source.shadow.asked;
  assertEquals(source.shadow.rows(children?.text ?? "", children?.params ?? []).length, 6);
  const tested = query(books).where({ title: ilike("%") }).orderBy("id", "desc").limit(2).offset(1);
  const kept = source.all(query(authors).include("books", tested, { author: "id" }));
  assertEquals(kept.map((row) => row.books.map(({ id }) => id)), [[24, 21], [25, 22], [26, 23]]);
  assertEquals(source.shadow.asked.length, 4);
});

Deno.test("allRows() gives each parent its window of children, whatever type joins them", () => {
  const types = {
    ...{ text: text(), integer: integer(), real: real(), bigint: bigint() },
    ...{ boolean: boolean(), date: date(), bytes: bytes() },
  };
  const parents = table("parents", { id: integer().primaryKey(), ...types });
  const children = table("children", { id: integer().primaryKey(), ...types });
  using source = openSource({ tables: [parents, children] });
  const row = (id: number) => ({
    ...{ id, text: `${id % 2}`, integer: id % 2, real: id % 2 / 4, bigint: BigInt(id % 2) },
    ...{ boolean: id % 2 === 1, date: new Date(id % 2), bytes: Uint8Array.of(id % 2) },
  });
  source.insert(parents, [row(0), row(1)]);
  source.insert(children, Array.from({ length: 10 }, (_, id) => row(id)));
  const some = query(children).orderBy("id", "desc").limit(2).offset(1);
  for (const name of Object.keys(types) as (keyof typeof types)[]) {
    const rows = source.all(query(parents).include("kids", some, { [name]: name }));
    assertEquals(rows.map(({ kids }) => kids.map(({ id }) => id)), [[6, 4], [7, 5]], name);
  }
});

Deno.test("allRows() tests in memory what SQL can't, with the window after it", () => {
  using source = opened();
  const found = query(books).where({ title: ilike("STRASSE%") }).limit(2);
  assertEquals(source.all(found), []);
  const sharp = query(books).where({ title: ilike("STRAßE%"), pages: gt(10) }).limit(2).offset(1);
  assertEquals(source.all(sharp).map(({ id }) => id), [13, 15]);
  assertEquals(source.count(sharp), 2);
  const joined = query(books).join("by", authors, { id: "author" })
    .where({ "by.name": ilike("name 2") }).select("id", "by").limit(1);
  assertEquals(source.all(joined), [{ id: 1, by: { id: 2, name: "Name 2" } }]);
  assertEquals(source.shadow.asked.length, 4);
  assert(!source.shadow.asked[0]?.text.includes("LIMIT"));
  assert(source.shadow.asked[1]?.text.includes('"pages" > ?'));
});

Deno.test("allRows() loads tables for a test that needs another one, the root narrowed", () => {
  using source = opened();
  const some = query(books).where({ pages: gt(20) })
    .where(exists(authors, { id: "author" }, { name: ilike("NAME 3") }));
  assertEquals(source.all(some).map(({ id }) => id), [23, 26, 29]);
  assertEquals(
    source.all(
      query(books).where(not(exists(authors, { id: "author" }, {
        name: ilike("NAME%"),
      }))),
    ),
    [],
  );
  assertEquals(source.count(some), 3);
  assert(source.shadow.asked.some(({ text }) => text.includes('"pages" > ?')));
});

Deno.test("allRows() has sums that SQLite can't hold worked out again", () => {
  using source = opened();
  const total = (path: "pages" | "sold" | "price") =>
    query(books).groupBy([], { total: sum(path), mean: avg("price") });
  source.insert(
    books,
    [98, 99].map((id) => ({
      ...{ id, title: "", pages: 2 ** 53 - 1, price: 1.7e308, sold: 2n ** 63n - 1n },
    })),
  );
  assertThrows(() => source.all(total("pages")), RangeError);
  assertEquals(source.first(total("sold"))?.total, 2n ** 64n - 2n + 435n);
  assertEquals(source.first(total("price"))?.total, Infinity);
  // What fails is worked out also where nobody asks for it.
  const grouped = query(books).groupBy(["author"], { total: sum("pages") });
  assertThrows(() => source.all(grouped.where({ author: 1 })), RangeError);
  assertThrows(() => source.count(grouped.where({ author: 1 })), RangeError);
  assertThrows(() => source.all(grouped.where(or()).select("author")), RangeError);
});

Deno.test("allRows() refuses to group JSON that is no scalar, as the engine does", () => {
  using source = opened();
  const tags = query(books).groupBy(["data.tag"], { total: sum("pages") });
  assertEquals(source.all(tags), [
    { data: { tag: 5 }, total: 210 },
    { data: { tag: "x" }, total: 225 },
  ]);
  assertEquals(source.shadow.refused, []);
  source.insert(books, { id: 99, title: "", price: 0, sold: 0n, data: { tag: [1] } });
  assertThrows(() => source.all(tags), TypeError);
  assertThrows(() => source.all(query(books).select("data.tag").distinct()), TypeError);
  assertEquals(source.shadow.refused, ["malformed JSON", "malformed JSON"]);
});

Deno.test("allRows() selects objects that a group nests", () => {
  using source = opened();
  const nested = query(books).join("by", authors, { id: "author" })
    .groupBy(["by.id", "by.name"], { total: sum("pages") });
  // The types know that it is never null; JSON may ask all the same.
  const [present, absent] = [{ by: ne(null) } as never, { by: null } as never];
  const rows = source.all(nested.where(present).select({ who: "by", total: "total" }));
  assertEquals(rows[0], { who: { id: 1, name: "Name 1" }, total: 135 });
  assertEquals([rows.length, source.count(nested.where(absent))], [3, 0]);
});

Deno.test("allRows() takes patterns and conditions that are too large for SQLite", () => {
  using source = opened();
  source.insert(books, { id: 99, title: "y".repeat(60_000), price: 0, sold: 0n });
  assertEquals(source.count(query(books).where({ title: like(`%${"y".repeat(55_000)}%`) })), 1);
  let deep = and<{ id: number }>({ id: 99 });
  for (let i = 0; i < 300; i++) deep = i % 2 ? or(deep, { id: -i }) : and(deep, { id: 99 });
  assertEquals(source.count(query(books).where(deep)), 1);
  const wide = or<{ id: number }>(...Array.from({ length: 5000 }, (_, id) => ({ id })));
  assertEquals(source.count(query(books).where(wide)), 31);
  assertEquals(source.shadow.refused, []);
});

Deno.test("allRows() orders text by code point in memory too, whoever wrote it", () => {
  const notes = table("notes", { id: integer().primaryKey(), text: text() });
  // Rows that this process has not accepted, so the column has not noted what it holds.
  const shadow = new Shadow({ tables: [notes] });
  const def = tableDef(notes);
  for (const [id, word] of ["\uFF5E", "\u{1F600}", "a"].entries()) {
    shadow.rows("INSERT INTO notes VALUES (?, ?)", encodeRow(sqlite, def, { id, text: word }));
  }
  const all = query(notes).where(exists(notes, { id: "id" }, { text: ilike("%") })).orderBy("text");
  const rows = shadow.ask(allRows(queryValue(all).bound, sqlite));
  assertEquals(rows.map(({ id }) => id), [2, 0, 1]);
  assertEquals(shadow.refused, []);
  shadow.db.close();
});

Deno.test("allRows() fails as the engine does when a table is gone", () => {
  using source = opened();
  source.shadow.db.exec("DROP TABLE books");
  assertThrows(() => source.all(query(books)), Error, "no such table");
});
