import { assert, assertEquals } from "@std/assert";
import { type Commit, createStore, type Store } from "../../mod.ts";
import { schema, todos } from "./schema.ts";

/** A small generator of numbers in [0, 1), the same for the same seed. */
function seeded(seed: number): () => number {
  return () => (seed = (seed * 16_807) % 2_147_483_647) / 2_147_483_647;
}

function ids(store: Store): string[] {
  const commits: Commit[] = [];
  store.changes((commit) => commits.push(commit));
  const rows = store.insert(todos, [{ title: "x" }, { title: "y" }]);
  rows.push(store.insert(todos, { title: "z" }));
  return [...rows.map((row) => row.id), ...commits.map((commit) => commit.id)];
}

Deno.test("createStore() makes the same ids when now and random are the same", () => {
  const now = () => 1_700_000_000_000;
  using first = createStore(schema, { now, random: seeded(7) });
  using second = createStore(schema, { now, random: seeded(7) });
  using third = createStore(schema, { now, random: seeded(8) });
  const made = ids(first);
  assertEquals(ids(second), made);
  assertEquals(new Set(made).size, 5);
  assert(ids(third).every((id) => !made.includes(id)));
});

Deno.test("createStore() puts the time given into the ids", () => {
  const time = 1_700_000_000_000;
  using store = createStore(schema, { now: () => time });
  for (const id of ids(store)) {
    assertEquals(Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16), time);
  }
});
