/**
 * First results that begin in steps while others commit: each commit counts once, whenever it comes.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { count, integer, openDatabase, query, sum, table, text } from "../../mod.ts";
import { memoryDriver } from "../../drivers/memory.ts";
import { turn } from "./database.ts";
import { manualPace } from "./manual_pace.ts";

const users = table("users", { id: integer().primaryKey() });
const todos = table("todos", { id: integer().primaryKey(), owner: integer(), n: integer() }, {
  indexes: ["owner"],
});
const notes = table("notes", { id: text().primaryKey() });
const schema = { tables: [users, todos, notes] };
const opened = async () => {
  const db = await openDatabase(schema, memoryDriver());
  await db.insert(users, Array.from({ length: 8 }, (_, id) => ({ id })));
  await db.insert(todos, Array.from({ length: 24 }, (_, id) => ({ id, owner: id % 8, n: id })));
  return db;
};

Deno.test("children that change after any step of a first result are in it as they are then", async () => {
  // Each kind of lookup: by the index, and by a hash that is read in steps.
  for (const mostAtOnce of [0, 4_096]) {
    let late = 0;
    for (let steps = 1; steps < 80; steps++) {
      await using db = await opened();
      using slices = manualPace({ mostAtOnce });
      const asked = query(users).include("todos", query(todos).orderBy("n"), { owner: "id" });
      const live = db.live(asked);
      const stop = live.subscribe(() => {});
      for (let i = 0; i < steps; i++) slices.turn();
      if (live.status.value === "loading") late++;
      // Of the first and of the last parent, so that one was put out already and one was not.
      await db.update(todos, 0, { n: 100 });
      await db.delete(todos, 15);
      await db.insert(todos, { id: 99, owner: 3, n: 1 });
      while (slices.turn());
      assertEquals([live.status.value, live.value], ["ready", await db.all(asked)], `${steps}`);
      stop();
    }
    assertEquals(late > 4 && late < 79, true, `${late}`);
  }
});

Deno.test("a first result that begins between a commit and its step counts that commit once", async () => {
  // The clock stops it after any step.
  for (let sliceMs = 0; sliceMs < 400; sliceMs += 5) {
    await using db = await opened();
    using slices = manualPace({ sliceMs });
    // Somebody watches, so the commit is told with what it wrote.
    const other = db.live(query(todos).where({ n: 0 })).subscribe(() => {});
    while (slices.turn());
    const groups = query(todos).groupBy(["owner"], { c: count(), s: sum("n") });
    const joined = query(todos).join("user", users, { id: "owner" });
    const lives = [db.live(groups), db.live(joined)];
    const stops: (() => void)[] = [];
    const end = db.changes(() => {
      for (const live of lives) stops.push(live.subscribe(() => {}));
      end();
    });
    await db.transaction(async (tx) => {
      await tx.update(todos, 3, { n: 500 });
      await tx.insert(todos, { id: 70, owner: 1, n: 7 });
      await tx.delete(todos, 5);
    });
    await turn();
    while (slices.turn());
    assertEquals(lives[0]?.value, await db.all(groups), `${sliceMs}`);
    assertEquals(lives[1]?.value, await db.all(joined));
    await db.update(todos, 4, { n: 9 });
    assertEquals(lives[0]?.value, await db.all(groups));
    for (const stop of [other, ...stops]) stop();
  }
});
