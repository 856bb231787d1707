import { count, query } from "../../mod.ts";
import { ASCENDING, COMPARABLE, kinds, schema, todos, users } from "./samples.ts";
import { assertSame } from "./same.ts";
import { assertFails, bad, pluck, type Suite } from "./suite.ts";

const ann = { id: "a", email: "ann@example.org", name: "Ann", role: "admin" } as const;
const tasks = [["1", "x", "a"], ["2", "y", null], ["3", "x", "a"]] as const;

export function selectDistinctTests({ test, open }: Suite): void {
  const filled = async () => {
    const db = await open(schema);
    await db.insert(users, ann);
    await db.insert(todos, tasks.map(([id, title, ownerId]) => ({ id, title, ownerId })));
    return db;
  };

  test("select() gives only the columns named, in the order of rows", async () => {
    await using db = await filled();
    const some = query(todos).select("title", "done");
    const rows = await db.all(some);
    assertSame(rows, ["x", "y", "x"].map((title) => ({ title, done: false })));
    assertSame(await db.count(some), 3);
    assertSame(await db.first(query(users).select("email")), { email: ann.email });
  });

  test("select() nests dotted paths, and takes whole joined rows", async () => {
    await using db = await filled();
    const owned = query(todos).join("owner", users, { id: "ownerId" });
    assertSame(await db.first(owned.select("title", "owner.email", "owner.name")), {
      title: "x",
      owner: { email: ann.email, name: "Ann" },
    });
    assertSame(await db.first(owned.select("id", "owner")), { id: "1", owner: ann });
  });

  test("select() gives columns new names when it is given an object", async () => {
    await using db = await filled();
    const owned = query(todos).join("owner", users, { id: "ownerId" });
    assertSame(await db.all(owned.select({ t: "title", mail: "owner.email" })), [
      { t: "x", mail: ann.email },
      { t: "x", mail: ann.email },
    ]);
  });

  test("select() follows the order and window asked for before or after", async () => {
    await using db = await filled();
    const before = query(todos).orderBy("title", "desc").limit(2).select("title", "id");
    const after = query(todos).select("title", "id").orderBy("title", "desc").limit(2);
    const expected = [{ title: "y", id: "2" }, { title: "x", id: "3" }];
    assertSame(await db.all(before), expected);
    assertSame(await db.all(after), expected);
    assertSame(pluck(await db.all(query(todos).orderBy("id", "desc").select("title")), "title"), [
      "x",
      "y",
      "x",
    ]);
    assertSame((await db.all(after.offset(1))).map((row) => row.id), ["3", "1"]);
  });

  test("select() orders by a renamed column under its new name", async () => {
    await using db = await filled();
    const renamed = query(todos).select({ t: "title", i: "id" }).orderBy("t").orderBy("i", "desc");
    assertSame(pluck(await db.all(renamed), "i"), ["3", "1", "2"]);
  });

  test("select() is followed by distinct, order and window alone", async () => {
    await using db = await filled();
    const some = query(todos).select("title", "ownerId");
    const runs = [
      () => db.all(some.where({ title: "x" })),
      () => db.all(some.join("owner", users, { id: "ownerId" })),
      () => db.all(some.leftJoin("owner", users, { id: "ownerId" })),
      () => db.all(some.include("owners", users, { id: "ownerId" })),
      () => db.all(some.groupBy(["title"], { n: count() })),
      () => db.all(some.select("title")),
      () => db.all(some.orderBy(bad("done"))),
      () => db.all(query(todos).select(bad("nope"))),
    ];
    for (const run of runs) await assertFails(run, TypeError);
  });

  test("distinct() gives each row once, by its columns", async () => {
    await using db = await filled();
    const titles = query(todos).select("title").distinct();
    assertSame(await db.all(titles), [{ title: "x" }, { title: "y" }]);
    assertSame(await db.count(titles), 2);
    assertSame(await db.all(titles.orderBy("title", "desc")), [{ title: "y" }, { title: "x" }]);
    assertSame(await db.all(titles.limit(1).offset(1)), [{ title: "y" }]);
    const pairs = query(todos).select("ownerId", "title").distinct();
    assertSame((await db.all(pairs)).map((row) => [row.ownerId, row.title]), [[null, "y"], [
      "a",
      "x",
    ]]);
    assertSame((await db.all(query(todos).distinct())).length, 3);
  });

  test("distinct() pages by row", async () => {
    await using db = await filled();
    const titles = query(todos).select("title").distinct().orderBy("title");
    const [first] = await db.all(titles.limit(1));
    assertSame(await db.all(titles.limit(1).after(first)), [{ title: "y" }]);
  });

  for (const type of COMPARABLE) {
    test(`distinct() tells values of ${type} apart, and holds nulls equal`, async () => {
      await using db = await open(schema);
      const values = [null, ...ASCENDING[type]];
      const twice = [...values, ...values.toReversed()];
      await db.insert(kinds, twice.map((value, id) => ({ id, [type]: value })));
      const all = await db.all(query(kinds).select(type).distinct());
      assertSame(all.map((row) => (row as Record<string, unknown>)[type]), values);
    });
  }
}
