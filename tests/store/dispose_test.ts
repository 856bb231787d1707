import { assertEquals, assertThrows } from "@std/assert";
import { createStore, DataError, query } from "../../mod.ts";
import { schema, task, todos } from "./schema.ts";

Deno.test("store[Symbol.dispose]() closes the store: everything then fails", () => {
  const store = createStore(schema);
  store.insert(todos, task("1"));
  const data = store.toJSON();
  store[Symbol.dispose]();
  store[Symbol.dispose]();
  const runs = [
    () => store.get(todos, "1"),
    () => store.all(query(todos)),
    () => [...store.iterate(query(todos))],
    () => store.insert(todos, task("2")),
    () => store.getValue("theme"),
    () => store.setValue("theme", "dark"),
    () => store.transaction(() => {}),
    () => store.undo(),
    () => store.redo(),
    () => store.checkpoint(),
    () => store.toJSON(),
    () => store.fromJSON(data),
    () => store.changes(() => {}),
  ];
  for (const run of runs) assertEquals(assertThrows(run, DataError).code, "closed", String(run));
});

Deno.test("store[Symbol.dispose]() leaves other stores of the schema alone", () => {
  const first = createStore(schema);
  using second = createStore(schema);
  first.insert(todos, task("1"));
  second.insert(todos, task("2"));
  first[Symbol.dispose]();
  assertEquals(second.all(query(todos)), [task("2")]);
});
