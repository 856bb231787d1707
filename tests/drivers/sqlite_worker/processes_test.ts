import { DatabaseSync } from "node:sqlite";
import { assert, assertEquals } from "@std/assert";
import { openDatabase, query } from "../../../mod.ts";
import { sqliteDriver } from "../../../drivers/sqlite.ts";
import { runsOf } from "../../model/runs.ts";
import { counters, type Report, schema } from "../sqlite/children/increments.ts";
import { type Child, start } from "../sqlite/children/start.ts";
import { done, parts, schema as written } from "../sqlite/children/writes.ts";

const TIMES = runsOf(1) > 1 ? 1_000 : 200;
const KILLS = runsOf(1) > 1 ? 50 : 4;

async function withFile(fn: (path: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "strata_" });
  try {
    await fn(`${folder}/data.db`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function line(child: Child): Promise<string> {
  const { value, done } = await child.lines.next();
  if (!done) return value;
  await child.ended();
  throw new Error("It ended without a word");
}

Deno.test(`two processes with a worker each and ${TIMES} increments each lose none`, () =>
  withFile(async (path) => {
    const client = new DatabaseSync(path);
    const db = await openDatabase(schema, sqliteDriver(client));
    await db.insert(counters, { id: "c", n: 0 });
    const children = ["a", "b"].map((origin) =>
      start("./increments.ts", path, origin, `${TIMES}`, "worker")
    );
    for (const child of children) assertEquals(await line(child), "ready");
    for (const child of children) await child.send("go");
    const reports = await Promise.all(
      children.map(async (child): Promise<Report> => JSON.parse(await line(child))),
    );
    for (const child of children) await child.ended();
    assertEquals((await db.get(counters, "c"))?.n, 2 * TIMES);
    const seqs = reports.flatMap(({ own }) => own).sort((a, b) => a - b);
    assertEquals(seqs, Array.from({ length: 2 * TIMES }, (_, i) => i + 2));
    for (const { most, heard } of reports) {
      assert(most < 10, `One took ${most} runs`);
      assertEquals(heard, Array.from({ length: heard.length }, (_, i) => heard[0]! + i));
    }
    await db.close();
    client.close();
  }));

Deno.test(`a process with a worker that is killed ${KILLS} times loses nothing that was acknowledged`, () =>
  withFile(async (path) => {
    const acknowledged: number[] = [];
    let first = 1;
    for (let round = 0; round < KILLS; round++) {
      const child = start("./writes.ts", path, `${first}`, "worker");
      const until = acknowledged.length + 5;
      for (let told = await child.lines.next(); !told.done; told = await child.lines.next()) {
        acknowledged.push(Number(told.value));
        if (acknowledged.length === until) {
          setTimeout(() => child.kill(), Math.random() * 30);
        }
      }
      await child.ended();
      const client = new DatabaseSync(path);
      assertEquals(client.prepare("PRAGMA integrity_check").get()?.integrity_check, "ok");
      const db = await openDatabase(written, sqliteDriver(client));
      const batches = new Map<number, number>();
      for (const { batch } of await db.all(query(parts))) {
        batches.set(batch, (batches.get(batch) ?? 0) + 1);
      }
      assertEquals([...batches.values()].filter((count) => count !== 10), [], "half a commit");
      const there = new Set((await db.all(query(done))).map(({ n }) => n));
      for (const n of acknowledged) {
        assert(n % 3 === 0 ? batches.has(n) : there.has(n), `${n} is lost`);
      }
      first = Math.max(...batches.keys(), ...there) + 1;
      await db.close();
      client.close();
    }
    assert(acknowledged.length >= 5 * KILLS);
  }));
