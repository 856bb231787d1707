import { assert, assertEquals } from "@std/assert";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { count, createStore, integer, max, query, table, text } from "../../mod.ts";

setFlagsFromString("--expose-gc");
// A context made after the flag has it.
const gc = runInNewContext("gc") as () => void;

const visits = table("visits", { id: integer().primaryKey(), page: text(), n: integer() });
const groups = query(visits).groupBy(["page"], { c: count(), m: max("n") });

Deno.test("a live query forgets the groups that became empty", () => {
  using store = createStore({ tables: [visits] });
  store.insert(visits, { id: 0, page: "a page that stays", n: 1 });
  const live = store.live(groups);
  const stop = live.deltas(() => {});
  const rounds = (from: number) => {
    for (let i = from; i < from + 10_000; i++) {
      store.upsert(visits, { id: 1, page: `page ${i} of many that come and go`, n: i });
    }
    store.delete(visits, 1);
    gc();
    return Deno.memoryUsage().heapUsed;
  };
  const before = rounds(0);
  const after = rounds(10_000);
  assertEquals(live.value, [{ page: "a page that stays", c: 1, m: 1 }]);
  // A group takes some hundred bytes.
  assert((after - before) / 10_000 < 100, `${(after - before) / 10_000} bytes a group are left`);
  stop();
});
