import { assert, assertEquals } from "@std/assert";
import { createStore, query, type SourceOptions } from "../../mod.ts";
import { schema, task, todos } from "./schema.ts";

type Event = Parameters<NonNullable<SourceOptions["onQuery"]>>[0];

Deno.test("onQuery() is called after each query and write, with verb, rows and source", () => {
  const events: Event[] = [];
  using store = createStore(schema, { onQuery: (event) => events.push(event) });
  const all = query(todos).where({ done: false });
  store.insert(todos, [task("1"), task("2")]);
  store.get(todos, "1");
  store.all(all);
  store.update(todos, "1", { done: true });
  store.updateAll(todos, {}, { priority: 1 });
  store.first(all);
  store.delete(todos, "1");
  store.deleteAll(todos, {});
  assertEquals(events.map((event) => [event.verb, event.rows]), [
    ["insert", 2],
    ["get", 1],
    ["all", 2],
    ["update", 1],
    ["updateAll", 2],
    ["first", 1],
    ["delete", 1],
    ["deleteAll", 1],
  ]);
  for (const { ms, source } of events) {
    assert(Number.isFinite(ms) && ms >= 0);
    assertEquals(source, store.explain(all).source);
  }
});

Deno.test("onQuery() gives the query and its plan when it is asked for", async () => {
  const events: Event[] = [];
  using store = createStore(schema, { onQuery: (event) => events.push(event) });
  store.insert(todos, task("1"));
  const one = query(todos).where({ priority: 0 });
  store.all(one);
  const event = events.at(-1)!;
  assertEquals(event.query?.hash, one.hash);
  const plan = await event.plan();
  assertEquals(plan.steps.map((step) => [step.table, step.access]), [["todos", "index"]]);
});
