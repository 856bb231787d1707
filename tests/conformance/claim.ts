import { count, query, table, text } from "../../mod.ts";
import { schema, todos } from "./samples.ts";
import { assertSame } from "./same.ts";
import { assertFails, pluck, record, type Suite, until } from "./suite.ts";

const open5 = [5, 4, 3, 2, 1].map((priority) => ({ id: `t${priority}`, title: "x", priority }));
const waiting = query(todos).where({ done: false }).orderBy("priority");

export function claimTests({ test, open }: Suite): void {
  test("claim() changes the first rows of the query and gives them changed", async () => {
    await using db = await open(schema);
    await db.insert(todos, open5);
    const got = await db.claim(waiting.limit(2), { done: true });
    assertSame(got.map((row) => [row.id, row.done]), [["t1", true], ["t2", true]]);
    assertSame(pluck(await db.all(waiting), "id"), ["t3", "t4", "t5"]);
    assertSame(await db.get(todos, "t1"), got[0]);
  });

  test("claim() gives no row twice, and nothing when none is left", async () => {
    await using db = await open(schema);
    await db.insert(todos, open5);
    const got: string[] = [];
    for (let i = 0; i < 4; i++) {
      got.push(...pluck(await db.claim(waiting.limit(2), { done: true }), "id"));
    }
    assertSame(got, ["t1", "t2", "t3", "t4", "t5"]);
    assertSame(await db.claim(waiting.limit(2), { done: true }), []);
  });

  test("claim() gives no row twice when ten workers claim at once", async () => {
    await using db = await open(schema);
    const rows = Array.from({ length: 40 }, (_, i) => ({ id: `${i}`, title: "x" }));
    await db.insert(todos, rows);
    const got: string[] = [];
    const work = async (): Promise<void> => {
      for (;;) {
        const batch = await db.claim(waiting.limit(3), { done: true });
        if (batch.length === 0) return;
        got.push(...pluck(batch, "id"));
      }
    };
    await Promise.all(Array.from({ length: 10 }, work));
    assertSame([got.length, new Set(got).size], [40, 40]);
  });

  test("claim() is one commit, with the rows it hit", async () => {
    await using db = await open(schema);
    await db.insert(todos, open5);
    const commits = record(db);
    await db.claim(waiting.limit(2), { done: true }, { origin: "worker" });
    await until(() => commits.length === 1);
    const changes = commits[0]!.tables.get(todos);
    if (changes === undefined || changes === "unknown") throw new Error("No changes");
    assertSame(commits[0]!.origin, "worker");
    assertSame(changes.map((change) => change.key).sort(), ["t1", "t2"]);
    assertSame(changes.map((change) => change.kind), ["update", "update"]);
  });

  test("claim() may claim the same rows again when they still match", async () => {
    await using db = await open(schema);
    await db.insert(todos, open5);
    const top = query(todos).orderBy("priority", "desc").limit(1);
    const first = await db.claim(top, { title: "y" });
    const second = await db.claim(top, { title: "z" });
    assertSame([first[0]!.id, second[0]!.id, second[0]!.title], ["t5", "t5", "z"]);
  });

  test("claim() sets what onUpdate() sets", async () => {
    const jobs = table("jobs", {
      id: text().primaryKey(),
      state: text().default("open"),
      by: text().default("nobody").onUpdate(() => "someone"),
    });
    await using db = await open({ tables: [jobs] });
    await db.insert(jobs, [{ id: "a" }, { id: "b" }]);
    const got = await db.claim(query(jobs).where({ state: "open" }).limit(1), { state: "taken" });
    assertSame(got, [{ id: "a", state: "taken", by: "someone" }]);
  });

  test("claim() refuses a wrong patch and changes nothing", async () => {
    await using db = await open(schema);
    await db.insert(todos, open5);
    const next = waiting.limit(1);
    await assertFails(() => db.claim(next, { nope: 1 }), TypeError, "nope");
    await assertFails(() => db.claim(next, { done: 1 }), TypeError, "done");
    await assertFails(() => db.claim(next, { id: "z" }), TypeError, "id");
    await assertFails(() => db.claim(next, { priority: 0.5 }), RangeError, "priority");
    assertSame(await db.count(waiting), 5);
  });

  test("claim() refuses a query whose rows are not rows of a table", async () => {
    await using db = await open(schema);
    await db.insert(todos, open5);
    const groups = query(todos).groupBy(["done"], { n: count() }).limit(1);
    await assertFails(() => db.claim(groups, { done: true }), TypeError);
    await assertFails(
      () => db.claim(query(todos).select("id").limit(1), { done: true }),
      TypeError,
    );
    assertSame(await db.count(waiting), 5);
  });
}
