import { count, exists, gt, integer, not, or, query, sum, table, text } from "../../mod.ts";
import { lines, schema, todos, users } from "./samples.ts";
import { assertSame } from "./same.ts";
import { assertFails, bad, type Suite } from "./suite.ts";
import type { Subject } from "./subject.ts";

const ann = { id: "a", email: "ann@example.org", name: "Ann", role: "admin" } as const;
const bob = { id: "b", email: "bob@example.org", name: null, role: "member" } as const;
const cid = { id: "c", email: "cid@example.org", name: "Cid", role: "member" } as const;
const todo = (id: string, ownerId: string | null, priority: number) => ({
  id,
  title: `t${id}`,
  done: false,
  priority,
  due: null,
  ownerId,
});
const tasks = [todo("1", "a", 3), todo("2", null, 2), todo("3", "b", 1), todo("4", "a", 0)];

/** Pairs of users by e-mail address, that columns of another name and table refer to. */
const follows = table("follows", { from: text(), to: text() }, { primaryKey: ["from", "to"] });
const all = { tables: [...schema.tables, follows] };

async function fill(db: Subject): Promise<void> {
  await db.insert(users, [ann, bob, cid]);
  await db.insert(todos, tasks);
  await db.insert(follows, [{ from: "a", to: "b" }, { from: "a", to: "c" }, {
    from: "b",
    to: "a",
  }]);
}

export function joinsTests({ test, open }: Suite): void {
  test("join() gives each pair of rows, and none where null would join", async () => {
    await using db = await open(all);
    await fill(db);
    const owned = query(todos).join("owner", users, { id: "ownerId" });
    assertSame(await db.all(owned), [
      { ...tasks[0], owner: ann },
      { ...tasks[2], owner: bob },
      { ...tasks[3], owner: ann },
    ]);
    assertSame(await db.count(owned), 3);
  });

  test("join() multiplies rows and orders by the root's key, then the joined one's", async () => {
    await using db = await open(all);
    await fill(db);
    const pairs = query(users).join("todo", todos, { ownerId: "id" });
    const ids = async (q: typeof pairs) => (await db.all(q)).map((row) => row.id + row.todo.id);
    assertSame(await ids(pairs), ["a1", "a4", "b3"]);
    assertSame(await ids(pairs.orderBy("role", "desc")), ["b3", "a4", "a1"]);
    assertSame(await ids(pairs.orderBy("todo.priority")), ["a4", "b3", "a1"]);
    assertSame(await ids(pairs.orderBy("role").limit(1).offset(1)), ["a4"]);
  });

  test("join() takes conditions on both sides, before and after", async () => {
    await using db = await open(all);
    await fill(db);
    const admins = query(todos).where({ priority: gt(0) })
      .join("owner", users, { id: "ownerId" }).where({ "owner.role": "admin" });
    assertSame(await db.all(admins), [{ ...tasks[0], owner: ann }]);
    const either = query(todos).join("owner", users, { id: "ownerId" })
      .where(or({ priority: 1 }, { "owner.name": "Ann" }));
    assertSame((await db.all(either)).map((row) => row.id), ["1", "3", "4"]);
    assertSame((await db.all(either.where(not({ "owner.name": "Ann" })))).length, 1);
  });

  test("join() matches all columns of `on`", async () => {
    await using db = await open(all);
    await fill(db);
    const back = query(follows).join("back", follows, { from: "to", to: "from" });
    assertSame((await db.all(back)).map((row) => row.from), ["a", "b"]);
  });

  test("join() goes on from what was joined before", async () => {
    await using db = await open(all);
    await fill(db);
    const chain = query(todos)
      .join("owner", users, { id: "ownerId" })
      .join("follow", follows, { from: "owner.id" })
      .join("friend", users, { id: "follow.to" });
    const ids = async (q: typeof chain) => (await db.all(q)).map((row) => row.id + row.friend.id);
    assertSame(await ids(chain), ["1b", "1c", "3a", "4b", "4c"]);
    assertSame(await ids(chain.orderBy("friend.id", "desc")), ["4c", "1c", "4b", "1b", "3a"]);
    assertSame(await ids(chain.where({ "friend.role": "admin" })), ["3a"]);
  });

  test("leftJoin() gives null where there is no row to join", async () => {
    await using db = await open(all);
    await fill(db);
    const owned = query(todos).leftJoin("owner", users, { id: "ownerId" });
    assertSame((await db.all(owned)).map((row) => row.owner), [ann, null, bob, ann]);
    const without = owned.where({ owner: null });
    assertSame(await db.all(without), [{ ...tasks[1], owner: null }]);
    assertSame((await db.all(owned.where(not({ owner: null })))).length, 3);
  });

  test("leftJoin() reads the columns of a missing row as null", async () => {
    await using db = await open(all);
    await fill(db);
    const owned = query(todos).leftJoin("owner", users, { id: "ownerId" });
    const ids = async (q: typeof owned) => (await db.all(q)).map((row) => row.id);
    assertSame(await ids(owned.where(bad({ "owner.name": null }))), ["2", "3"]);
    assertSame(await ids(owned.where(bad({ "owner.role": "admin" }))), ["1", "4"]);
    assertSame(await ids(owned.where(not(bad({ "owner.role": "admin" })))), ["2", "3"]);
    assertSame(await ids(owned.orderBy(bad("owner.email"))), ["2", "1", "4", "3"]);
    assertSame(await ids(owned.orderBy(bad("owner.email"), "desc")), ["3", "4", "1", "2"]);
  });

  test("leftJoin() and join() mix, and a missing row joins nothing further", async () => {
    await using db = await open(all);
    await fill(db);
    const left = query(todos).leftJoin("owner", users, { id: "ownerId" });
    const further = left.leftJoin("follow", follows, bad({ from: "owner.id" }));
    const got = (await db.all(further)).map((row) => [row.id, row.follow?.to ?? null]);
    assertSame(got, [["1", "b"], ["1", "c"], ["2", null], ["3", "a"], ["4", "b"], ["4", "c"]]);
    const inner = left.join("follow", follows, bad({ from: "owner.id" }));
    assertSame((await db.all(inner)).map((row) => row.id), ["1", "1", "3", "4", "4"]);
  });

  test("include() gives the rows that match as an array, empty when there are none", async () => {
    await using db = await open(all);
    await fill(db);
    const tree = query(users).include("todos", todos, { ownerId: "id" });
    assertSame(await db.all(tree), [
      { ...ann, todos: [tasks[0], tasks[3]] },
      { ...bob, todos: [tasks[2]] },
      { ...cid, todos: [] },
    ]);
    assertSame(await db.count(tree), 3);
    const first = await db.first(tree.where({ id: "b" }));
    assertSame(first, { ...bob, todos: [tasks[2]] });
  });

  test("include() takes a query with conditions, order, joins and includes of its own", async () => {
    await using db = await open(all);
    await fill(db);
    const some = query(todos).where({ priority: gt(0) }).orderBy("priority");
    const tree = query(users).include("todos", some, { ownerId: "id" });
    assertSame((await db.all(tree)).map((row) => row.todos.length), [1, 1, 0]);
    const friends = query(follows).join("friend", users, { id: "to" });
    const deep = query(users).include("follows", friends, { from: "id" });
    const got = (await db.all(deep)).map((row) => row.follows.map((follow) => follow.friend.name));
    assertSame(got, [[null, "Cid"], ["Ann"], []]);
    const nested = query(users).include("todos", todos, { ownerId: "id" });
    const outer = query(follows).include("friends", nested, { id: "to" });
    const inner = (await db.all(outer)).map((row) => row.friends.map((f) => f.todos.length));
    assertSame(inner, [[1], [0], [2]]);
  });

  test("include() takes part in windows, but not in conditions or order", async () => {
    await using db = await open(all);
    await fill(db);
    const tree = query(users).include("todos", todos, { ownerId: "id" });
    const page = tree.orderBy("email", "desc").limit(2);
    assertSame((await db.all(page)).map((row) => row.todos.length), [0, 1]);
    await assertFails(() => db.all(tree.where(bad({ "todos.title": "t1" }))), TypeError);
    await assertFails(() => db.all(tree.where(bad({ todos: null }))), TypeError);
    await assertFails(() => db.all(tree.orderBy(bad("todos"))), TypeError);
  });

  test("include() throws for children that come out alone, not where select leaves them out", async () => {
    await using db = await open(all);
    await fill(db);
    await db.insert(todos, todo("5", "a", Number.MAX_SAFE_INTEGER));
    const totals = query(todos).groupBy(["ownerId"], { total: sum("priority") });
    const tree = query(users).include("totals", totals, { ownerId: "id" });
    await assertFails(() => db.all(tree), RangeError);
    await assertFails(() => db.iterated(tree), RangeError);
    const ids = tree.select("id");
    assertSame(await db.all(ids), [{ id: "a" }, { id: "b" }, { id: "c" }]);
    assertSame(await db.iterated(ids), await db.all(ids));
    assertSame(await db.first(ids), { id: "a" });
    assertSame([await db.count(tree), await db.has(ids)], [3, true]);
  });

  test("exists() keeps rows for which there is another, not() those for which there is none", async () => {
    await using db = await open(all);
    await fill(db);
    const people = query(users);
    const ids = async (q: typeof people) => (await db.all(q)).map((row) => row.id);
    const busy = exists(todos, { ownerId: "id" });
    assertSame(await ids(people.where(busy)), ["a", "b"]);
    assertSame(await ids(people.where(not(busy))), ["c"]);
    const urgent = exists(todos, { ownerId: "id" }, { priority: gt(2) });
    assertSame(await ids(people.where(urgent)), ["a"]);
    assertSame(await ids(people.where(or(urgent, { id: "c" }))), ["a", "c"]);
    assertSame(await ids(people.where(or(not(urgent), { id: "a" }))), ["a", "b", "c"]);
    const twice = exists(follows, { from: "id" });
    assertSame(await ids(people.where(busy).where(twice)), ["a", "b"]);
    assertSame((await db.all(query(todos).where(exists(users, { id: "ownerId" })))).length, 3);
  });

  test("exists() under an offset alone, of a table in itself too", async () => {
    // SQLite 3.51 made such a condition a join and forgot the offset, where no index served it.
    const pairs = table("pairs", { a: integer().primaryKey(), b: integer() });
    await using db = await open({ tables: [pairs] });
    await db.insert(pairs, [{ a: 0, b: 3 }, { a: 1, b: 3 }]);
    const alike = query(pairs).where(exists(pairs, { b: "b" })).offset(1);
    assertSame(await db.all(alike), [{ a: 1, b: 3 }]);
    assertSame(await db.count(alike), 1);
  });

  test("exists() works on a path of what was joined, and in updateAll() and deleteAll()", async () => {
    await using db = await open(all);
    await fill(db);
    const owned = query(todos).join("owner", users, { id: "ownerId" });
    const followed = owned.where(exists(follows, { from: "owner.id" }, { to: "c" }));
    assertSame((await db.all(followed)).map((row) => row.id), ["1", "4"]);
    const admin = exists(users, { id: "ownerId" }, { role: "admin" });
    assertSame(await db.updateAll(todos, admin, { done: true }), 2);
    assertSame(await db.deleteAll(todos, not(exists(users, { id: "ownerId" }))), 1);
    assertSame((await db.all(query(todos))).map((row) => row.done), [true, false, true]);
  });

  test("join() refuses aliases, columns and paths that do not fit", async () => {
    await using db = await open(all);
    const runs = [
      () => db.all(query(todos).join(bad("title"), users, { id: "ownerId" })),
      () => db.all(query(todos).join("owner", users, bad({ nope: "ownerId" }))),
      () => db.all(query(todos).join("owner", users, bad({ id: "nope" }))),
      () => db.all(query(todos).join("owner", users, bad({ id: "priority" }))),
      () => db.all(query(todos).join("owner", users, {})),
      () => db.all(query(todos).join("owner", bad("users"), { id: "ownerId" })),
      () => {
        const owned = query(todos).join("owner", users, { id: "ownerId" });
        return db.all(owned.join(bad("owner"), users, { id: "ownerId" }));
      },
      () => db.all(query(todos).where(exists(users, bad({ nope: "ownerId" })))),
      () => db.all(query(todos).where(exists(users, { id: "nope" }))),
    ];
    for (const run of runs) await assertFails(run, TypeError);
  });

  test("groupBy() works on what was joined", async () => {
    await using db = await open(all);
    await fill(db);
    await db.insert(lines, { orderId: "1", line: 1, sku: "s", quantity: 1, price: 1 });
    const perOwner = query(todos).join("owner", users, { id: "ownerId" })
      .groupBy(["owner.role"], { n: count() });
    assertSame(await db.all(perOwner), [
      { owner: { role: "admin" }, n: 2 },
      { owner: { role: "member" }, n: 1 },
    ]);
  });
}
