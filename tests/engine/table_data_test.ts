import { assertEquals } from "@std/assert";
import { TableData } from "../../engine/table_data.ts";
import { tableDef } from "../../schema/table.ts";
import { integer, table, text } from "../../mod.ts";

const def = tableDef(
  table("rows", { id: integer().primaryKey(), n: integer(), t: text().optional() }, {
    indexes: ["n", ["t", "n"]],
  }),
);

/** A small generator of its own, so that a failure comes again. */
function numbers(seed: number): (below: number) => number {
  return (below) => (seed = (seed * 48271) % 2147483647) % below;
}

Deno.test("TableData keeps its orders over blocks that split, empty and fill again", () => {
  for (let seed = 1; seed <= 4; seed++) {
    const next = numbers(seed * 7919);
    const data = new TableData(def);
    const model = new Map<number, Record<string, unknown>>();
    const row = (id: number) => ({ id, n: next(50), t: [null, "a", "b"][next(3)] });
    const check = () => {
      const by = (...names: string[]) =>
        [...model.values()].sort((a, b) => {
          for (const name of names) {
            const [x, y] = [a[name], b[name]] as [never, never];
            if (x !== y) return x === null ? -1 : y === null ? 1 : x < y ? -1 : 1;
          }
          return 0;
        });
      const orders = [[undefined, by("id")], [def.indexes[0], by("n", "id")], [
        def.indexes[1],
        by("t", "n", "id"),
      ]] as const;
      for (const [index, expected] of orders) {
        const order = data.order(index);
        for (const desc of [false, true]) {
          const got: unknown[] = [];
          order.each(0, order.end, desc, (found) => got.push(found) > 0);
          assertEquals(got, desc ? expected.toReversed() : expected);
        }
        const middle = expected[Math.floor(expected.length / 2)];
        if (!middle || index) continue;
        const bound = (other: Readonly<Record<string, unknown>>) =>
          Number(other.id) - Number(middle.id);
        const rest: unknown[] = [];
        order.each(order.seek(bound, true), order.end, false, (found) => rest.push(found) > 0);
        assertEquals(rest, expected.slice(expected.indexOf(middle) + 1));
      }
      assertEquals(data.size, model.size);
    };
    // Up past several blocks, down to nothing, and up again; keys come in any order.
    for (const [steps, odds] of [[3000, 8], [6000, 2], [1500, 7]] as const) {
      for (let i = 0; i < steps; i++) {
        const id = next(5000);
        const known = model.get(id);
        if (!known) {
          if (odds < 5 && next(3) > 0) continue;
          const added = row(id);
          data.add(id, added);
          model.set(id, added);
        } else if (next(10) < odds) {
          const changed = { ...known, ...(next(2) ? { n: next(50) } : { t: "b" }) };
          data.replace(id, known, changed);
          model.set(id, changed);
        } else {
          data.remove(id, known);
          model.delete(id);
        }
        if (i === 100) check(); // builds the indexes early, so that they are kept from then on
      }
      check();
    }
    for (const [id, known] of model) data.remove(id, known);
    model.clear();
    check();
    data.add(1, row(1));
    assertEquals(data.order().end > 0, true);
  }
});
