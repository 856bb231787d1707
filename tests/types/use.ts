// What must compile and, under @ts-expect-error, what must not. Only checked, never run: the
// gate's types step reads it.
import * as s from "../../mod.ts";
const {
  table,
  text,
  integer,
  real,
  boolean,
  date,
  json,
  query,
  gte,
  gt,
  lt,
  or,
  not,
  and,
  count,
  sum,
  avg,
  param,
  column,
  exists,
  increment,
  contains,
  startsWith,
  oneOf,
  product,
} = s;
type Eq<A, B> = (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2) ? true
  : false;
const ok = <T extends true>(_?: T): void => {};

const users = table("users", {
  id: text().primaryKey(),
  email: text().unique(),
  name: text().optional(),
  role: text(["admin", "member"]).default("member"),
  managerId: text().optional().references("users"),
});
const todos = table("todos", {
  id: text().primaryKey(),
  title: text(),
  done: boolean().default(false),
  priority: integer().default(0),
  due: date().optional(),
  ownerId: text().references("users"),
  meta: json<{ tags: string[]; place: { city: string } }>().optional(),
}, { indexes: [["done", "priority"], "due"] });
const lines = table("lines", {
  orderId: text(),
  line: integer(),
  sku: text(),
  quantity: integer(),
  price: real(),
}, { primaryKey: ["orderId", "line"] });
type Todo = s.Row<typeof todos>;
ok<Eq<Todo["due"], Date | null>>();
ok<Eq<s.Key<typeof lines>, readonly [string, number]>>();
ok<Eq<s.Row<typeof users>["role"], "admin" | "member">>();
const ins: s.Insert<typeof todos> = { title: "x", ownerId: "u" };
declare const db: s.Database;
declare const store: s.Store;

const urgent = query(todos).where({ done: false, priority: gte(2) }).where(
  or({ due: lt(new Date()) }, { due: null }),
).orderBy("due").orderBy("priority", "desc").limit(20);
const rows = store.all(urgent);
ok<Eq<typeof rows, Todo[]>>();
const j = query(todos).join("owner", users, { id: "ownerId" }).where({
  "owner.role": "admin",
  "meta.place.city": startsWith("B"),
  "meta.tags": contains("x"),
});
const jr = store.all(j)[0]!;
ok<Eq<typeof jr.owner.role, "admin" | "member">>();
const lj = query(todos).leftJoin("owner", users, { id: "ownerId" }).where({ owner: null });
const ljr = store.first(lj)!;
ok<Eq<typeof ljr.owner, s.Row<typeof users> | null>>();
const tree = query(users).include("todos", query(todos).where({ done: false }).limit(3), {
  ownerId: "id",
});
const tr = store.all(tree)[0]!;
ok<Eq<typeof tr.todos, readonly Todo[]>>();
const g = query(todos).join("owner", users, { id: "ownerId" }).groupBy(["owner.role", "done"], {
  n: count(),
  p: avg("priority"),
}).where({ n: gt(3) }).orderBy("n", "desc");
const gr = store.all(g)[0]!;
ok<
  Eq<
    typeof gr,
    {
      readonly owner: { readonly role: "admin" | "member" };
      readonly done: boolean;
      readonly n: number;
      readonly p: number | null;
    }
  >
>();
const all = query(lines).groupBy([], { total: sum(product("quantity", "price")) });
const ar = store.first(all)!;
ok<Eq<typeof ar.total, number | null>>();
const sel = store.all(
  query(todos).join("owner", users, { id: "ownerId" }).select("title", "owner.email"),
)[0]!;
ok<Eq<typeof sel, { readonly title: string; readonly owner: { readonly email: string } }>>();
const named = store.all(query(todos).select({ t: "title", d: "due" }))[0]!;
ok<Eq<typeof named, { readonly t: string; readonly d: Date | null }>>();
query(users).where({ role: startsWith("a") });
store.explain(urgent);
store.explain(g);
query(todos).where({ priority: gt(column("priority")), ownerId: param("o") }).with({ o: "u" });
query(todos).where(
  and(
    { done: true },
    not({ priority: oneOf([1, 2]) }),
    exists(users, { id: "ownerId" }, { role: "admin" }),
  ),
);
const one = store.insert(todos, ins);
ok<Eq<typeof one, Todo>>();
const many = store.insert(todos, [ins]);
ok<Eq<typeof many, Todo[]>>();
store.update(todos, "k", { priority: increment(1), due: null }, { if: { done: false } });
store.update(lines, ["o", 1], { quantity: 3 });
store.updateAll(todos, { done: true }, { title: "x" });
store.transaction((tx) => {
  const x = tx.get(todos, "k");
  if (!x) tx.rollback();
  return x;
});
store.transaction((tx) => tx.insert(todos, ins).id);
for (const r of store.iterate(urgent)) r.title;

const rows2 = db.all(urgent);
ok<Eq<typeof rows2, Promise<Todo[]>>>();
const djr = (await db.all(j))[0]!;
ok<Eq<typeof djr.owner.role, "admin" | "member">>();
const dljr = (await db.first(lj))!;
ok<Eq<typeof dljr.owner, s.Row<typeof users> | null>>();
const dtr = (await db.all(tree))[0]!;
ok<Eq<typeof dtr.todos, readonly Todo[]>>();
db.explain(urgent);
const dOne = await db.insert(todos, ins);
ok<Eq<typeof dOne, Todo>>();
const dMany = await db.insert(todos, [ins]);
ok<Eq<typeof dMany, Todo[]>>();
await db.update(todos, "k", { priority: increment(1), due: null }, { if: { done: false } });
await db.update(lines, ["o", 1], { quantity: 3 });
await db.updateAll(todos, { done: true }, { title: "x" });
await db.transaction(async (tx) => {
  const x = await tx.get(todos, "k");
  if (!x) tx.rollback();
  return x;
});
for await (const r of db.iterate(urgent)) r.title;
const dlq = db.live(urgent);
dlq.value[0]?.title;

const lq = store.live(urgent);
lq.value[0]?.title;
lq.deltas((ops) => ops.length);

// @ts-expect-error unknown column
query(todos).where({ nope: 1 });
// @ts-expect-error wrong operand type
query(todos).where({ priority: "x" });
// @ts-expect-error wrong operator type
query(todos).where({ priority: gte("x") });
// @ts-expect-error path that no join gives
query(todos).orderBy("owner.email");
// @ts-expect-error alias equals a column
query(todos).join("title", users, { id: "ownerId" });
// @ts-expect-error types of on differ
query(todos).join("owner", users, { id: "priority" });
// @ts-expect-error missing column
store.insert(todos, { ownerId: "u" });
// @ts-expect-error key in a patch
store.update(todos, "k", { id: "z" });
// @ts-expect-error key part in a patch
store.update(lines, ["o", 1], { line: 3 });
// @ts-expect-error wrong key
store.get(lines, "o");
// @ts-expect-error enum
query(users).where({ role: "boss" });
// @ts-expect-error sum of text
query(todos).groupBy([], { n: sum("title") });
// @ts-expect-error async store transaction
store.transaction(async (tx) => {
  await Promise.resolve();
  tx.get(todos, "k");
});
// @ts-expect-error increment of text
store.update(todos, "k", { title: increment(1) });
// @ts-expect-error a param for what is no list of its type
query(todos).where({ priority: oneOf(["a"]) });
// @ts-expect-error text operator on a number
query(todos).where({ priority: startsWith("a") });
// @ts-expect-error a row of an include has no order
query(users).include("todos", todos, { ownerId: "id" }).orderBy("todos.title");
// @ts-expect-error a key that is no tuple
store.update(lines, "o", { quantity: 1 });
// @ts-expect-error an aggregate that the rows do not have
query(todos).groupBy(["done"], { n: avg("title") });
// @ts-expect-error a column that grouping took away
query(todos).groupBy(["done"], { n: count() }).where({ title: "x" });
// @ts-expect-error null in a required column
store.insert(todos, { title: null, ownerId: "u" });
// @ts-expect-error a value of another column's type as an operand
query(todos).where({ title: column("nope") });
// @ts-expect-error missing column
await db.insert(todos, { ownerId: "u" });
// @ts-expect-error key in a patch
await db.update(todos, "k", { id: "z" });
// @ts-expect-error key part in a patch
await db.update(lines, ["o", 1], { line: 3 });
// @ts-expect-error wrong key
await db.get(lines, "o");
// @ts-expect-error increment of text
await db.update(todos, "k", { title: increment(1) });
// @ts-expect-error selected away
store.all(query(todos).select("title"))[0]!.done;
