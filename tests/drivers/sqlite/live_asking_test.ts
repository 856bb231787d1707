/**
 * Which live queries a commit asks SQLite again for, and what comes past this connection.
 *
 * @module
 */
import { DatabaseSync } from "node:sqlite";
import { assert, assertEquals } from "@std/assert";
import { effect } from "@preact/signals-core";
import {
  count,
  type Database,
  DataError,
  gte,
  integer,
  lt,
  oneOf,
  openDatabase,
  query,
  table,
  text,
} from "../../../mod.ts";
import type { Request } from "../../../db/driver.ts";
import { sql } from "../../../drivers/sql.ts";
import { sqliteDriver } from "../../../drivers/sqlite.ts";
import { until } from "../../conformance/suite.ts";
import { apply } from "../../live/apply.ts";
import { turn } from "../../live/database.ts";
import { testFailingLive } from "../../live/database_failures.ts";
import { openOn } from "./open.ts";

const lists = table("lists", { id: integer().primaryKey(), name: text() });
const todos = table("todos", {
  id: integer().primaryKey(),
  list: integer(),
  n: integer().default(0),
  title: text().default(""),
}, { indexes: ["list", "n"] });
const schema = { tables: [lists, todos], values: { theme: text().optional() } };

testFailingLive("sqlite", () => {
  const client = new DatabaseSync(":memory:");
  return { driver: sqliteDriver(client), end: () => client.close() };
});

/** A database, and what its driver was asked, by kind. */
async function counting(
  run: (db: Database, asked: string[]) => Promise<void>,
  hear: (request: Request) => void = () => {},
): Promise<void> {
  const client = new DatabaseSync(":memory:");
  const asked: string[] = [];
  const driver = sqliteDriver(client);
  const db = await openDatabase(schema, {
    ...driver,
    async open(options) {
      const session = await driver.open(options);
      const { ask, hold } = session;
      // The answer to what was asked.
      session.ask = (
        request,
      ) => (hear(request), asked.push(request.ask), ask.call(session, request) as never);
      session.hold = () => {
        const made = hold.call(session);
        const { look } = made;
        made.look = (make, writes) => {
          const before = asked.length;
          return look.call(made, function* (kept) {
            asked.length = before; // it is made again when one statement is not all
            const work = make(kept);
            let step = work.next();
            while (!step.done) {
              asked.push(step.value.ask);
              step = work.next(yield step.value);
            }
            return step.value;
          }, writes) as never;
        };
        return made;
      };
      return session;
    },
  });
  try {
    await run(db, asked);
  } finally {
    await db.close();
    client.close();
  }
}

Deno.test("sqlite: of 1,000 live queries a commit asks those that it can concern", () =>
  counting(async (db, asked) => {
    await db.insert(todos, Array.from({ length: 2_000 }, (_, id) => ({ id, list: id % 400 })));
    const lives = Array.from(
      { length: 400 },
      (_, list) => db.live(query(todos).where({ list }).limit(9)),
    );
    const rows = Array.from({ length: 400 }, (_, id) => db.liveRow(todos, id));
    const counts = Array.from(
      { length: 200 },
      (_, list) => db.liveCount(query(lists).where({ id: list })),
    );
    let runs = 0;
    const stops = [...lives, ...rows, ...counts].map((live) =>
      effect(() => (void live.value, void runs++))
    );
    assertEquals([asked.length, runs], [1_000, 1_000]);
    const asking = async (write: () => Promise<unknown>) => {
      asked.length = runs = 0;
      await write();
      await turn();
      return [asked.filter((ask) => ask !== "known").sort().join(), runs];
    };
    assertEquals(await asking(() => db.update(todos, 7, { n: 1 })), ["keys", 2]);
    assertEquals(await asking(() => db.update(todos, 1_500, { n: 1 })), ["", 1]);
    assertEquals(await asking(() => db.update(todos, 1_500, { list: 3 })), ["", 2]);
    assertEquals(await asking(() => db.insert(lists, { id: 5, name: "" })), ["count", 1]);
    assertEquals(await asking(() => db.insert(lists, { id: 900, name: "" })), ["", 0]);
    assertEquals(await asking(() => db.setValue("theme", "dark")), ["", 0]);
    for (const stop of stops) stop();
    assertEquals(await asking(() => db.update(todos, 7, { n: 2 })), ["", 0]);
  }));

Deno.test("sqlite: writes that can't change a result are no question", () =>
  counting(async (db, asked) => {
    const rows = Array.from({ length: 50 }, (_, id) => ({ id, list: id % 2, n: id }));
    await db.insert(todos, rows);
    const top = db.live(query(todos).orderBy("n").limit(5));
    const groups = db.live(
      query(todos).where({ title: "seen" }).groupBy(["list"], { c: count() }),
    );
    const number = db.liveCount(query(todos).where({ title: "seen" }));
    const stop = effect(() => void [top.value, groups.value, number.value]);
    const asking = async (write: () => Promise<unknown>) => {
      asked.length = 0;
      await write();
      await turn();
      assertEquals(top.value, await db.all(query(todos).orderBy("n").limit(5)));
      asked.pop(); // that one
      return asked.join();
    };
    assertEquals(await asking(() => db.update(todos, 30, { n: 31 })), "");
    assertEquals(await asking(() => db.insert(todos, { id: 100, list: 1, n: 99 })), "");
    assertEquals(await asking(() => db.update(todos, 30, { n: -1 })), "");
    assertEquals(await asking(() => db.update(todos, 30, { n: 50 })), "rows");
    assertEquals(await asking(() => db.update(todos, 3, { title: "x" })), "");
    assertEquals(await asking(() => db.update(todos, 40, { title: "seen" })), "rows,count");
    assertEquals([groups.value, number.value], [[{ list: 0, c: 1 }], 1]);
    assertEquals(await asking(() => db.update(todos, 40, { title: "x" })), "rows,count");
    assertEquals([groups.value, number.value], [[], 0]);
    assertEquals(await asking(() => db.deleteAll(todos, { list: 0 })), "rows");
    stop();
  }));

Deno.test("sqlite: of a window only the rows that are missing are asked for", () => {
  const questions: string[] = [];
  return counting(async (db) => {
    const rows = Array.from({ length: 50 }, (_, id) => ({ id, list: id % 2, n: id }));
    await db.insert(todos, rows);
    const q = query(todos).orderBy("n").after({ id: 1, list: 1, n: 1, title: "" }).limit(5);
    const live = db.live(q);
    let held: readonly unknown[] = [];
    const stop = live.deltas((ops) => held = apply(held, ops));
    held = live.value;
    const step = async (write: () => Promise<unknown>, expected: string) => {
      questions.length = 0;
      await write();
      await turn();
      assertEquals(questions.join(), expected);
      assertEquals([live.value, held], [await db.all(q), live.value]);
    };
    await step(() => db.delete(todos, 3), "1 after 6");
    await step(() => db.deleteAll(todos, { id: oneOf([4, 7]) }), "2 after 7");
    await step(() => db.update(todos, 5, { n: 60 }), "1 after 9");
    await step(() => db.insert(todos, { id: 100, list: 0, n: 6 }), "");
    // The last one moves, and may still be the last.
    await step(() => db.update(todos, 9, { n: 11 }), "1 after 9");
    await step(() => db.update(todos, 2, { n: 7 }), "");
    await step(() => db.update(todos, 40, { n: 0 }), "");
    await step(() => db.deleteAll(todos, { n: lt(30) }), "5 after 10");
    await step(() => db.deleteAll(todos, { n: gte(0) }), "5 after 34");
    await step(() => db.insert(todos, { id: 7, list: 0, n: 6 }), "");
    stop();
  }, (request) => {
    if (request.ask !== "rows") return;
    const { limit, after } = request.query;
    questions.push(`${limit} after ${after && "values" in after ? after.values[0] : undefined}`);
  });
});

Deno.test("sqlite: whole rows of a table follow the commits of this connection unasked", () =>
  counting(async (db, asked) => {
    const rows = Array.from({ length: 50 }, (_, id) => ({ id, list: id % 2, n: id % 7 }));
    await db.insert(todos, rows);
    const sorted = query(todos).where({ list: 1 }).orderBy("n", "desc").orderBy("title");
    const live = db.live(sorted);
    let held: readonly unknown[] = [];
    const stop = live.deltas((ops) => held = apply(held, ops));
    held = live.value;
    const step = async (write: () => Promise<unknown>, expected = "") => {
      asked.length = 0;
      const [first] = live.value;
      await write();
      assertEquals(asked.filter((ask) => ask === "rows").join(), expected);
      assertEquals([live.value, held], [await db.all(sorted), live.value]);
      return live.value[0] === first;
    };
    assertEquals(await step(() => db.update(todos, 1, { title: "x" })), true);
    await step(() => db.update(todos, 1, { list: 0 }));
    await step(() => db.updateAll(todos, { list: 0 }, { list: 1 }));
    await step(() => db.deleteAll(todos, { n: 3 }));
    await step(() =>
      Promise.all([
        db.insert(todos, { id: 200, list: 1, n: 6, title: "y" }),
        db.insert(todos, { id: 201, list: 1, n: 6 }),
        db.update(todos, 200, { title: "z" }),
        db.delete(todos, 201),
      ])
    );
    await step(
      () => db.insert(todos, Array.from({ length: 600 }, (_, i) => ({ id: 300 + i, list: 1 }))),
      "rows",
    );
    await step(() => sql(db, "DELETE FROM todos WHERE id > 400"), "rows");
    stop();
  }));

Deno.test("sqlite: what sql() and strangers on the client write is seen", () =>
  counting(async (db) => {
    const [live, theme] = [db.live(query(todos)), db.liveValue("theme")];
    const stop = effect(() => void [live.value, theme.value]);
    await db.setValue("theme", "dark");
    await sql(db, "INSERT INTO todos (id, list, n, title) VALUES (?, 1, 1, '')", [1]);
    await until(() => live.value.length === 1);
    await sql(db, "DELETE FROM todos");
    await until(() => live.value.length === 0);
    stop();
  }));

Deno.test("sqlite: a live query over tables of others fails where they hold no value of its type", async () => {
  const client = new DatabaseSync(":memory:");
  client.exec("CREATE TABLE lists (id INTEGER PRIMARY KEY, name TEXT NOT NULL)");
  const db = await openDatabase({ tables: [lists] }, sqliteDriver(client), { adopt: true });
  const live = db.live(query(lists));
  const stop = live.subscribe(() => {});
  await db.insert(lists, { id: 1, name: "mine" });
  await sql(db, "INSERT INTO lists VALUES (2, X'00')");
  await until(() => live.status.value === "failed");
  assert(live.error instanceof DataError && live.error.code === "corrupt");
  assertEquals(live.value, [{ id: 1, name: "mine" }]);
  await sql(db, "UPDATE lists SET name = 'theirs' WHERE id = 2");
  await until(() => live.status.value === "ready");
  assertEquals(live.value.length, 2);
  stop();
  await db.close();
  client.close();
});

Deno.test("sqlite: what another program writes is seen within the time of a poll", async () => {
  const folder = await Deno.makeTempDir({ prefix: "strata_" });
  try {
    const path = `${folder}/data.db`;
    await using db = await openOn(path, schema);
    const [live, number] = [db.live(query(todos).orderBy("id")), db.liveCount(query(todos))];
    const stop = effect(() => void [live.value, number.value]);
    const program = `
      import { DatabaseSync } from "node:sqlite";
      const client = new DatabaseSync(${JSON.stringify(path)});
      client.exec("INSERT INTO todos (id, list, n, title) VALUES (1, 1, 1, 'theirs')");
      client.close();
    `;
    const { success } = await new Deno.Command(Deno.execPath(), {
      args: ["eval", program],
    }).output();
    assert(success);
    const begin = performance.now();
    await until(() => live.value[0]?.title === "theirs" && number.value === 1);
    assert(performance.now() - begin < 1_000);
    stop();
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
