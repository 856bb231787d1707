import { assertEquals, assertStrictEquals } from "@std/assert";
import { boolean, createStore, gte, integer, type Query, query, table, text } from "../../mod.ts";
import { randomFrom } from "../bench/random.ts";
import { apply } from "./apply.ts";

const columns = {
  id: integer().primaryKey(),
  n: integer(),
  done: boolean().default(false),
  name: text().default("x"),
};
const ROWS = 600;

for (const indexes of [[], ["n", ["done", "n"]]] as const) {
  const todos = table("todos", columns, { indexes: indexes as never });
  const open = query(todos).where({ done: false });
  const queries: readonly Query<object>[] = [
    query(todos).orderBy("n").limit(5),
    open.orderBy("n", "desc").limit(20),
    open.orderBy("n").offset(7).limit(3),
    open.limit(10),
    open.orderBy("name").orderBy("n").select("n").limit(40),
    query(todos).orderBy("n").after({ id: 3, n: 400, done: false, name: "x" }).limit(6),
    query(todos).where({ n: gte(500) }).offset(30),
    open.orderBy("n", "desc").limit(300),
    open.orderBy("n"),
    query(todos).select("n").distinct().limit(9),
  ] as never;

  Deno.test(`live windows over many rows, ${indexes.length} indexes, are what fresh runs give`, () => {
    const random = randomFrom(Number(Deno.env.get("STRATA_SEED") ?? Date.now()) + indexes.length);
    const below = (n: number) => Math.floor(random() * n);
    using store = createStore({ tables: [todos] });
    const row = (id: number) => ({ id, n: below(1_000), done: below(4) === 0 });
    store.insert(todos, Array.from({ length: ROWS }, (_, id) => row(id)));
    const views = queries.map((q) => {
      const live = store.live(q);
      const view = { q, live, rows: [] as readonly unknown[] };
      live.deltas((ops) => view.rows = apply(view.rows, ops));
      view.rows = live.value;
      return view;
    });
    for (let i = 0; i < (Deno.env.get("STRATA_LONG") ? 3_000 : 400); i++) {
      const top = store.all(open.orderBy("n").limit(3)).at(below(3));
      const id = below(ROWS);
      // Rows leave at the front, so that windows run out of spare rows; some come back.
      if (i % 8 < 5 && top) store.delete(todos, top.id);
      else if (i % 8 === 5) store.update(todos, id, { n: below(1_000) });
      else if (i % 8 === 6) store.upsert(todos, row(id));
      else store.updateAll(todos, { done: i % 3 === 0 }, { n: below(1_000) });
      for (const { q, live, rows } of views) {
        const expected = store.all(q);
        assertEquals(rows, expected);
        if (i % 5 > 0) continue;
        assertEquals(live.value, expected);
        live.value.forEach((item, j) => assertStrictEquals(item, rows[j]));
      }
    }
  });
}
