import fc from "fast-check";
import { assertEquals } from "@std/assert";
import { type Database, openDatabase, query } from "../../../mod.ts";
import { drive, subjectOf } from "../../conformance/subject.ts";
import { show } from "../../conformance/same.ts";
import { operations } from "../../model/operation.ts";
import { perform } from "../../model/perform.ts";
import { runsOf, seedOf } from "../../model/runs.ts";
import { schema, tables } from "../../model/schema.ts";
import { FakeDisk, fakeDriver } from "./fake_file.ts";

/** All rows and values, as text. */
async function contents(db: Database): Promise<string> {
  const all: unknown[] = [];
  for (const def of Object.values(tables)) all.push(await db.all(query(def as never)));
  for (const name of Object.keys(schema.values ?? {})) all.push(await db.getValue(name));
  return show(all);
}

/** What is done between two operations. */
const between = fc.constantFrom("nothing", "fold", "reopen", "fold at once", "look elsewhere");

Deno.test("random histories are there after folding and opening again at any point", async () => {
  const seed = seedOf("reopen of the log");
  const history = fc.array(fc.record({ operation: operations, between }), { maxLength: 15 });
  const check = fc.asyncProperty(history, async (steps) => {
    const disk = new FakeDisk();
    const driver = fakeDriver(disk);
    let db = await openDatabase(schema, driver);
    const other = await openDatabase(schema, driver); // another process
    let [own] = [driver.sessions[1]!];
    for (const { operation, between } of steps) {
      const subject = subjectOf(db);
      // What fails leaves no commit.
      const done = drive(perform(subject, (inner) => subject.transaction(inner), operation));
      if (between === "fold at once") await own.compact();
      await done;
      const now = await contents(db);
      if (between === "fold") await own.compact();
      if (between === "reopen") {
        await db.close();
        db = await openDatabase(schema, driver);
        own = driver.sessions[0]!;
      }
      assertEquals(await contents(db), now);
      if (between === "look elsewhere") assertEquals(await contents(other), now);
    }
    const [seq, last] = [db.seq, await contents(db)];
    assertEquals(await contents(other), last);
    await db.close();
    await other.close();
    await using again = await openDatabase(schema, driver);
    assertEquals([again.seq, await contents(again)], [seq, last]);
  });
  await fc.assert(check, { numRuns: runsOf(100), seed });
});
