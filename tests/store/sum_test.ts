import { assertEquals } from "@std/assert";
import { avg, createStore, integer, query, real, sum, table } from "../../mod.ts";

const samples = table("samples", { id: integer().primaryKey(), x: real().optional() });

Deno.test("store.all() gives the exact sum of reals, rounded once, whatever their order", () => {
  const cases: readonly (readonly [readonly number[], number])[] = [
    [[1e16, 1, -1e16], 1],
    [new Array(10).fill(0.1), 1],
    [[1e308, 1e308, -1e308, -1e308, 5e-324], 5e-324],
    [[2 ** 53, 1, 1], 2 ** 53 + 2],
    [[1e308, 1e308], Infinity],
    [[-0, -0], 0],
  ];
  for (const [values, expected] of cases) {
    for (const list of [values, values.toReversed(), values.toSorted((a, b) => a - b)]) {
      using store = createStore({ tables: [samples] });
      store.insert(samples, list.map((x, id) => ({ id, x })));
      const totals = store.first(query(samples).groupBy([], { s: sum("x"), a: avg("x") }));
      assertEquals(Object.is(totals?.s, expected), true, `${list}: ${totals?.s}`);
      if (Number.isFinite(expected)) assertEquals(totals?.a, expected / values.length);
    }
  }
});
