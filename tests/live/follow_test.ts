import { assertEquals } from "@std/assert";
import { engineOf } from "../../engine/mod.ts";
import { Changes } from "../../engine/live/changes.ts";
import { Following, type Owner } from "../../engine/live/follow.ts";
import { createStore, integer, table, text } from "../../mod.ts";

const todos = table("todos", { id: integer().primaryKey(), owner: text() });

Deno.test("Following leads from a row to those who looked for its values last", () => {
  const store = createStore({ tables: [todos] });
  const engine = engineOf(store);
  const data = engine.data(todos);
  const columns = data.def.columns.filter(({ name }) => name === "owner");
  const following = new Following(engine);
  const asked = following.asked(data, columns);
  const rows = following.rows(data, columns);
  const owners = new Map([7, 8, 9].map((key): [number, Owner] => [key, { key, notes: undefined }]));
  const find = (owner: number, value: string) =>
    following.run(owners.get(owner)!, () => (asked(value), [...rows(value)].map(({ id }) => id)));
  store.insert(todos, { id: 1, owner: "ada" });
  assertEquals([find(7, "ada"), find(8, "bob"), find(9, "bob")], [[1], [], []]);

  let found: unknown[] = [];
  engine.watch = (entries) =>
    found = Array.from(following.affected(new Changes(entries, undefined)), ({ key }) => key)
      .sort();
  store.update(todos, 1, { owner: "bob" });
  assertEquals([found, find(8, "bob")], [[7, 8, 9], [1]]);
  // Who looks for something else, or is gone, hears of its own rows only.
  assertEquals([find(7, "eve"), find(9, "ada")], [[], []]);
  store.insert(todos, { id: 2, owner: "ada" });
  assertEquals(found, [9]);
  following.release(owners.get(8)!);
  store.delete(todos, 1);
  assertEquals([found, find(9, "bob")], [[], []]);
});
