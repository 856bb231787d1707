// What a user of another runtime writes; its last line says that all held.
import {
  createStore,
  date,
  gte,
  ilike,
  integer,
  json,
  openDatabase,
  parseQuery,
  query,
  sum,
  table,
  text,
} from "../../mod.ts";
import { memoryDriver } from "../../drivers/memory.ts";

const users = table("users", { id: text().primaryKey(), name: text() });
const todos = table("todos", {
  id: text().primaryKey(),
  title: text(),
  n: integer(),
  due: date().optional(),
  owner: text().references("users", { onDelete: "cascade" }),
  meta: json<{ tags: string[] }>().optional(),
}, { indexes: ["n"] });
const schema = { tables: [users, todos] };
const store = createStore(schema);
const live = store.live(query(todos).where({ title: ilike("W%") }).orderBy("n", "desc"));
const told: number[] = [];
live.subscribe((rows) => told.push(rows.length));
const { id } = store.insert(users, { name: "Ada" });
store.insert(todos, [
  { title: "write", n: 1, owner: id, meta: { tags: ["a"] } },
  { title: "Walk", n: 2, owner: id, due: new Date(0) },
  { title: "rest", n: 3, owner: id },
]);
const joined = query(users).include("todos", query(todos).where({ n: gte(2) }), { owner: "id" });
const total = store.first(query(todos).groupBy([], { s: sum("n") }))?.s;
const copy = createStore(schema);
copy.fromJSON(JSON.parse(JSON.stringify(store)));
const sent = parseQuery(schema, JSON.stringify(joined));
const results = [
  live.value.map((row) => row.title).join(),
  store.all(joined)[0]?.todos.length,
  total,
  JSON.stringify(copy) === JSON.stringify(store),
  JSON.stringify(copy.all(sent)) === JSON.stringify(store.all(joined)),
  store.delete(users, id),
  store.count(query(todos)),
  told.join(),
];
const db = await openDatabase(schema, memoryDriver());
await db.transaction(async (tx) => {
  await tx.insert(users, { id, name: "Ada" });
  await tx.insert(todos, { id: "a", title: "ship", n: 2, owner: id });
});
results.push((await db.all(joined))[0]?.todos[0]?.title ?? "");
await db.close();
console.log(JSON.stringify(results));
