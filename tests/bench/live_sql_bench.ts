/**
 * Live queries over SQLite: what a write costs where the rows are patched, and where an indexed query is asked
 * again; and for how long a large first answer keeps others waiting.
 *
 * `deno task bench:live-sql`
 *
 * @module
 */
import { DatabaseSync } from "node:sqlite";
import { sqliteDriver } from "../../drivers/sqlite.ts";
import { boolean, count, eq, integer, openDatabase, query, real, table, text } from "../../mod.ts";
import { compare, type Task } from "./harness.ts";
import { randomFrom } from "./random.ts";
import { asText, time } from "./report.ts";
import { makeRows, ROWS } from "./rows.ts";

const users = table("users", { id: text().primaryKey(), name: text() });
const todos = table("todos", {
  id: text().primaryKey(),
  title: text(),
  status: text(),
  owner: text(),
  priority: integer(),
  amount: real(),
  done: boolean(),
}, { indexes: [["status", "done", "amount"], "amount"] });

const open = query(todos).where({ status: "open", done: false }).orderBy("amount", "desc");
const QUERIES = {
  "20 whole rows, patched": open.limit(20),
  "20 after an offset of 20, asked": open.offset(20).limit(20),
  "20 with select, asked": open.select("id", "title", "amount").limit(20),
  "20 with a join, asked": open.join("user", users, { id: "owner" }).limit(20),
  "8,000 whole rows, patched": open,
  "8,000 with select, patched": open.select("id", "title", "amount"),
  "a count of 8,000, asked": query(todos).where({ status: eq("open"), done: false })
    .groupBy([], { n: count() }),
};

/** Opens a database with all rows in it. */
async function opened() {
  const db = await openDatabase(
    { tables: [users, todos] },
    sqliteDriver(new DatabaseSync(":memory:")),
  );
  const ids = Array.from({ length: 1_000 }, (_, i) => ({ id: `user-${i}`, name: `${i}` }));
  await db.insert(users, ids);
  await db.insert(todos, makeRows(ROWS));
  return db;
}

async function writing(): Promise<void> {
  const matching = makeRows(ROWS).filter(({ status, done }) => status === "open" && !done);
  const tasks: Task[] = [];
  const closing: (() => Promise<void>)[] = [];
  for (
    const [name, asked] of [["nobody listens", undefined], ...Object.entries(QUERIES)] as const
  ) {
    const db = await opened();
    // The rows are of no matter here.
    const live = asked && db.live(asked as typeof QUERIES["20 whole rows, patched"]);
    const stop = live?.subscribe(() => {});
    await live?.ready;
    const ops = name.startsWith("8,000") ? 5 : 40;
    tasks.push({
      ...{ name, ops },
      async run(round) {
        const random = randomFrom(round);
        for (let i = 0; i < ops; i++) {
          // One of the rows that match, so that each write concerns the result.
          const id = matching[Math.floor(random() * matching.length)]?.id ?? "";
          await db.update(todos, id, { amount: random() * ROWS / 4 });
        }
      },
    });
    closing.push(async () => {
      stop?.();
      await db.close();
    });
  }
  const work = await compare("one write with a live query open", tasks, {
    ...{ warmUp: 5, rounds: 25, garbage: "minor" },
  });
  for (const close of closing) await close();
  console.log(asText({ works: [work], heap: [], verdicts: [], seconds: 0 }));
}

async function firstAnswer(): Promise<void> {
  await using db = await opened();
  for (const limit of [1_000, 10_000, 100_000]) {
    const samples: number[] = [];
    for (let round = 0; round < 7; round++) {
      const live = db.live(query(todos).orderBy("id").limit(limit - round));
      const start = performance.now();
      const stop = live.subscribe(() => {});
      samples.push((performance.now() - start) * 1_000);
      await live.ready;
      stop();
    }
    samples.sort((a, b) => a - b);
    const [least = NaN, , , median = NaN] = samples;
    console.log(
      `  first answer of ${limit.toLocaleString("en")} rows, in one piece`.padEnd(44) +
        `${time(least).padStart(12)}${time(median).padStart(12)}`,
    );
  }
}

if (import.meta.main) {
  await writing();
  await firstAnswer();
}
