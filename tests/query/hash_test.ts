import { assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { gt, integer, lt, or, param, query, table, text } from "../../mod.ts";

const todos = table("todos", { id: text().primaryKey(), title: text(), n: integer() });

Deno.test("query.hash is equal for equal queries however they are written", () => {
  const hash = query(todos).where({ title: "a", n: gt(1) }).limit(2).offset(1).hash;
  assertMatch(hash, /^[0-9a-f]{32}$/);
  assertEquals(query(todos).where({ n: gt(1), title: "a" }).offset(1).limit(2).hash, hash);
  assertEquals(
    query(todos).where({ n: gt(1) }).where({ title: "a" }).limit(9).offset(1).limit(2).hash,
    hash,
  );
  assertEquals(
    query(todos).where(or({ n: gt(1) }, { n: lt(0) })).hash,
    query(todos).where(or({ n: lt(0) }, { n: gt(1) })).hash,
  );
});

Deno.test("query.hash differs where the rows may", () => {
  const all = [
    query(todos),
    query(todos).where({ n: 1 }),
    query(todos).where({ n: 2 }),
    query(todos).where({ title: "1" }),
    query(todos).orderBy("n"),
    query(todos).orderBy("n", "desc"),
    query(todos).limit(1),
    query(todos).offset(1),
    query(todos).select("n"),
    query(todos).select({ m: "n" }),
    query(todos).where({ n: param("n") }),
    query(todos).where({ n: param("n") }).with({ n: 1 }),
    query(todos).where({ n: param("n") }).with({ n: 2 }),
  ].map(({ hash }) => hash);
  assertEquals(new Set(all).size, all.length);
});

Deno.test("query.hash is what it was in the first version", () => {
  assertEquals(query(todos).hash, "9c56af3c1480c3ff2aec39a15dc470d9");
  assertEquals(
    query(todos).where({ n: gt(1) }).orderBy("title").limit(5).hash,
    "0add649a49b1645e0efa8e6eab4ef941",
  );
  assertNotEquals(query(todos).hash, query(todos).limit(5).hash);
});
