/** @jsxImportSource preact */
/**
 * Renders the app as a server does, writes, and renders it again: `deno run -A examples/todo_app/main.tsx`.
 *
 * In a browser it is `render(<TodoApp list={list} />, document.body)` from `preact`, on a database of the
 * browser's; then the components follow by themselves.
 *
 * @module
 */
import { render } from "preact-render-to-string";
import { openDatabase } from "@strata/data";
import { memoryDriver } from "@strata/data/drivers/memory";
import { schema } from "./schema.ts";
import { TodoApp } from "./todo_app.tsx";
import { todoList } from "./todo_list.ts";

await using db = await openDatabase(schema, memoryDriver());
const list = todoList(db);
const milk = await list.add("Buy milk");
await list.add("Call Ada");
await list.shown.ready;
console.log(render(<TodoApp list={list} />));

await list.toggle(milk);
console.log(render(<TodoApp list={list} />));

list.filter.value = "open";
console.log(render(<TodoApp list={list} />));
