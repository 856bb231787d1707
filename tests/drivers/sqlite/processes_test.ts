import { DatabaseSync } from "node:sqlite";
import { type Commit, openDatabase, query } from "../../../mod.ts";
import { sqliteDriver } from "../../../drivers/sqlite.ts";
import { assertSame } from "../../conformance/same.ts";
import { until } from "../../conformance/suite.ts";
import { sleep } from "../../db/subject.ts";
import { faultyClient } from "../../support/client_faults.ts";
import { Faults } from "../../support/faults.ts";
import { counters, logs, type Report, schema } from "./children/increments.ts";
import { type Child, start } from "./children/start.ts";
import { openOn } from "./open.ts";

const TIMES = 1_000;

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

const numbers = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, i) => from + i);

Deno.test("two processes with 1,000 increments each make 2,000", () =>
  withFile(async (path) => {
    await using db = await openOn(path, schema);
    await db.insert(counters, { id: "c", n: 0 });
    const commits: Commit[] = [];
    db.changes((commit) => commits.push(commit));
    const children = (["a", "b"] as const).map((origin) =>
      start("./increments.ts", path, origin, `${TIMES}`)
    );
    for (const child of children) assertSame(await line(child), "ready");
    for (const child of children) await child.send("go");
    const [a, b] = await Promise.all(
      children.map(async (child): Promise<Report> => JSON.parse(await line(child))),
    );
    for (const child of children) await child.ended();

    assertSame((await db.get(counters, "c"))?.n, 2 * TIMES);
    const last = 1 + 2 * TIMES;
    assertSame([...a!.own, ...b!.own].sort((x, y) => x - y), numbers(2, last), "seq");
    for (const { most, own, heard } of [a!, b!]) {
      assertSame(own.length, TIMES);
      if (most >= 10) throw new Error(`One took ${most} runs`);
      assertSame(heard, numbers(heard[0]!, heard.at(-1)!), "seq as a process heard it");
    }
    // Both were at work at once, else nothing was tried.
    const turns = numbers(3, last).filter((seq) =>
      a!.own.includes(seq) !== a!.own.includes(seq - 1)
    );
    if (turns.length < 10) throw new Error(`They took turns ${turns.length} times only`);

    await until(() => commits.length >= 2 * TIMES);
    assertSame(commits.map(({ seq }) => seq), numbers(2, last), "seq as the third one heard it");
    assertSame(commits.every(({ source }) => source === "process"), true);
    assertSame(new Set(commits.map(({ id }) => id)).size, 2 * TIMES);
    const tables = new Map<string, number>();
    for (const { origin, tables: changed } of commits) {
      const names = [...changed].map(([table, what]) => `${table.name} ${what}`).sort();
      const about = `${origin}: ${names}`;
      tables.set(about, (tables.get(about) ?? 0) + 1);
    }
    assertSame([...tables].sort(), [
      ["a: a_log unknown,counters unknown", TIMES / 2],
      ["a: counters unknown", TIMES / 2],
      ["b: b_log unknown,counters unknown", TIMES / 2],
      ["b: counters unknown", TIMES / 2],
    ]);
  }));

Deno.test("what strangers write is told as every table, with the seq of the last commit", () =>
  withFile(async (path) => {
    await using db = await openOn(path, schema);
    await db.insert(counters, { id: "c", n: 0 });
    await using other = await openOn(path, schema);
    const told: [string, Commit][] = [];
    db.changes((commit) => told.push(["first", commit]));
    other.changes((commit) => told.push(["second", commit]));
    const stranger = new DatabaseSync(path);
    stranger.exec("UPDATE counters SET n = 41");
    await until(() => told.length === 2);
    for (const [, { seq, source, origin, tables }] of told) {
      assertSame([seq, source, origin], [1, "process", undefined]);
      assertSame([...tables].map(([table, what]) => [table, what]), [
        [counters, "unknown"],
        [logs.a, "unknown"],
        [logs.b, "unknown"],
      ]);
    }
    assertSame((await db.get(counters, "c"))?.n, 41);
    // Also a transaction that has read is lost by it.
    let runs = 0;
    await db.transaction(async (tx) => {
      runs++;
      const row = await tx.get(counters, "c");
      if (runs === 1) stranger.exec("UPDATE counters SET n = 99");
      await tx.update(counters, "c", { n: row!.n + 1 });
    });
    assertSame([runs, db.seq, (await other.get(counters, "c"))?.n], [2, 2, 100]);
    await until(() => told.some(([who, { seq }]) => who === "second" && seq === 2));
    stranger.close();
  }));

Deno.test("a database that is idle asks two counters while one listens, and nothing else", () =>
  withFile(async (path) => {
    const client = new DatabaseSync(path);
    const faults = new Faults();
    const db = await openDatabase(schema, sqliteDriver(faultyClient(client, faults)));
    await db.insert(counters, { id: "c", n: 0 });
    await db.count(query(counters));
    await sleep(20);
    const callsIn = async (ms: number) => {
      faults.begin({ at: Infinity, when: "before", lasting: false, error: Error });
      await sleep(ms);
      faults.end();
      return faults.calls;
    };
    assertSame(await callsIn(250), 0);
    const stop = db.changes(() => {});
    await callsIn(150); // statements are prepared once
    const calls = await callsIn(500);
    if (calls < 2 || calls > 2 * 6) throw new Error(`There were ${calls} calls in 500 ms`);
    stop();
    assertSame(await callsIn(250), 0);
    await db.close();
    client.close();
  }));
