import { assertEquals } from "@std/assert";
import { engineOf } from "../../engine/mod.ts";
import { concernOf } from "../../engine/live/concern.ts";
import { rerun } from "../../engine/live/result.ts";
import { queryValue } from "../../query/query.ts";
import { createStore, exists, gte, integer, type Query, query, table, text } from "../../mod.ts";

const todos = table("todos", { id: text().primaryKey(), n: integer() });
const others = table("others", { id: text().primaryKey() });

Deno.test("concernOf() rules out writes that can't change a result, and no others", () => {
  const store = createStore({ tables: [todos, others] });
  store.insert(todos, Array.from({ length: 9 }, (_, n) => ({ id: `${n}`, n })));
  const engine = engineOf(store);
  const data = engine.data(todos);
  const concerns = (of: Query<never>, before: number | undefined, after: number | undefined) => {
    const { bound } = queryValue(of);
    const row = (n: number | undefined) => n === undefined ? [] : [{ id: "x", n }];
    const entry = {
      data,
      kind: "update",
      columns: ["n"],
      before: row(before),
      after: row(after),
    } as const;
    return concernOf(bound)(entry, rerun(engine, bound, undefined));
  };
  const large = query(todos).where({ n: gte(5) }) as Query<never>;
  assertEquals([concerns(large, 1, 2), concerns(large, undefined, 4)], [false, false]);
  assertEquals([concerns(large, 1, 5), concerns(large, 5, 1), concerns(large, undefined, 9)], [
    true,
    true,
    true,
  ]);
  const top = query(todos).orderBy("n", "desc").limit(3) as Query<never>; // 8, 7, 6
  assertEquals([concerns(top, 1, 2), concerns(top, undefined, 5)], [false, false]);
  assertEquals([concerns(top, 1, 7), concerns(top, 7, 1), concerns(top, undefined, 6)], [
    true,
    true,
    true,
  ]);
  const open = query(todos).orderBy("n", "desc").limit(30) as Query<never>; // not full
  assertEquals(concerns(open, undefined, 0), true);
  const counted = query(todos).where({ n: gte(5) }).groupBy([], {}) as Query<never>;
  assertEquals([concerns(counted, 1, 2), concerns(counted, 1, 6)], [false, true]);
  // The table is read in two places, or through another one.
  const twice = query(todos).where({ n: gte(5) }).where(exists(todos, { n: "n" })) as Query<never>;
  assertEquals(concerns(twice, 1, 2), true);
  const joined = query(others).join("t", todos, { id: "id" }) as Query<never>;
  assertEquals(concerns(joined, 1, 2), true);
});
