/** @jsxImportSource preact */
import { effect, untracked } from "@preact/signals";
import { assert, assertEquals } from "@std/assert";
import { render } from "preact-render-to-string";
import { schema } from "../../examples/todo_app/schema.ts";
import { TodoApp } from "../../examples/todo_app/todo_app.tsx";
import { todoList } from "../../examples/todo_app/todo_list.ts";
import { until } from "../conformance/suite.ts";
import { testEach } from "./places.ts";

/** What a page shows: its items, and how many are left. */
function shownOn(html: string): string {
  const items = html.matchAll(
    /<li class="(\w+)"><input type="checkbox"( checked)?\/>([^<]*)<\/li>/g,
  );
  const left = /<b>([^<]*)<\/b>/.exec(html)?.[1];
  return [...Array.from(items, ([, state, , title]) => `${title} ${state}`), left].join(", ");
}

testEach("todo app: is rendered on a server, and again after a write", async (open) => {
  const list = todoList(await open(schema));
  const page = () => shownOn(render(<TodoApp list={list} />));
  await list.shown.ready;
  assertEquals(page(), "0 todos left");
  const milk = await list.add("Buy milk");
  await list.add("Call <Ada>");
  assertEquals(page(), "Buy milk open, Call &lt;Ada> open, 2 todos left");
  await list.toggle(milk);
  assertEquals(page(), "Buy milk done, Call &lt;Ada> open, 1 todo left");
  list.filter.value = "open";
  assertEquals(page(), "Call &lt;Ada> open, 1 todo left");
  assertEquals(await list.clear(), 1);
  list.filter.value = "all";
  assertEquals(page(), "Call &lt;Ada> open, 1 todo left");
});

testEach("todo app: follows each commit and each filter, once", async (open) => {
  const db = await open(schema);
  const [list, elsewhere] = [todoList(db), todoList(await open(schema))];
  const pages: string[] = [];
  const stop = effect(() => {
    void [list.shown.value, list.left.value]; // what components read is theirs
    untracked(() => pages.push(shownOn(render(<TodoApp list={list} />))));
  });
  await list.shown.ready;
  assertEquals(pages.at(-1), "0 todos left");
  pages.length = 0;
  const milk = await list.add("Buy milk");
  await list.toggle(milk);
  list.filter.value = "open";
  assertEquals(pages, [
    "Buy milk open, 1 todo left",
    "Buy milk done, 0 todos left",
    "0 todos left",
  ]);
  await elsewhere.add("Call Ada");
  await until(() => pages.at(-1) === "Call Ada open, 1 todo left");
  assertEquals(pages.length, 4);
  stop();
});

testEach("todo app: rows that stay the same are the same objects", async (open) => {
  const list = todoList(await open(schema));
  const stop = effect(() => void list.shown.value);
  const milk = await list.add("Buy milk");
  await list.add("Call Ada");
  const [, ada] = list.shown.value;
  await list.toggle(milk);
  assert(ada && list.shown.value[1] === ada);
  assertEquals(list.shown.value[0]?.done, true);
  stop();
});
