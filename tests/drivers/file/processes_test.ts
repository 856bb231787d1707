import { assert, assertEquals } from "@std/assert";
import { type Commit, openDatabase, query } from "../../../mod.ts";
import { fileDriver } from "../../../drivers/file.ts";
import { until } from "../../conformance/suite.ts";
import { runsOf } from "../../model/runs.ts";
import { type Child, start } from "../sqlite/children/start.ts";
import { counters, schema } from "./children/increments.ts";
import { pairs, schema as pairsSchema } from "./children/writes.ts";

const LONG = runsOf(1) > 1;
const TIMES = LONG ? 1_000 : 200;
const KILLS = LONG ? 50 : 5;

async function withFile(fn: (path: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "strata_" });
  try {
    await fn(`${folder}/data.strata`);
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

Deno.test(`two processes on one file with ${TIMES} increments each lose none`, () =>
  withFile(async (path) => {
    await using db = await openDatabase(schema, fileDriver(path));
    await db.insert(counters, { id: "c", n: 0 });
    const commits: Commit[] = [];
    db.changes((commit) => commits.push(commit));
    const children = [1, 2].map(() => start("../../file/children/increments.ts", path, `${TIMES}`));
    for (const child of children) assertEquals(await line(child), "ready");
    for (const child of children) await child.send("go");
    const most = await Promise.all(children.map(async (child) => Number(await line(child))));
    for (const child of children) await child.ended();
    assertEquals((await db.get(counters, "c"))?.n, 2 * TIMES);
    assertEquals(db.seq, 1 + 2 * TIMES);
    assert(Math.max(...most) < 10, `One took ${most} runs`);
    await until(() => commits.at(-1)?.seq === 1 + 2 * TIMES);
    const seqs = commits.map(({ seq }) => seq);
    assertEquals(seqs, [...new Set(seqs)].sort((a, b) => a - b));
  }));

Deno.test(`nothing acknowledged is lost by kill -9 while a file is written, ${KILLS} times`, () =>
  withFile(async (path) => {
    const acknowledged = new Set<number>();
    let next = 1;
    for (let i = 0; i < KILLS; i++) {
      const child = start("../../file/children/writes.ts", path, `${next}`);
      acknowledged.add(Number(await line(child)));
      const told = (async () => {
        for (let line = await child.lines.next(); !line.done; line = await child.lines.next()) {
          acknowledged.add(Number(line.value));
        }
      })();
      await new Promise((done) => setTimeout(done, Math.random() * 60));
      child.kill();
      await told;
      await child.ended();
      await using db = await openDatabase(pairsSchema, fileDriver(path));
      const rows = await db.all(query(pairs));
      const there = new Set(rows.map(({ batch }) => batch));
      assertEquals(rows.length, 2 * there.size, "half a commit");
      assertEquals([...acknowledged].filter((batch) => !there.has(batch)), [], "lost");
      next = Math.max(...there) + 1;
    }
  }));

Deno.test("a lock that a process has left when it ended is broken, and one that is held is not", () =>
  withFile(async (path) => {
    await using db = await openDatabase(schema, fileDriver(path));
    const gone = new Deno.Command(Deno.execPath(), { args: ["eval", "0"] }).spawn();
    await gone.status;
    await Deno.writeTextFile(`${path}.lock`, `${gone.pid}`);
    await db.insert(counters, { id: "a", n: 1 });
    assertEquals(await exists(`${path}.lock`), false);

    await Deno.writeTextFile(`${path}.lock`, `${Deno.pid}`);
    let written = false;
    const write = db.insert(counters, { id: "b", n: 1 }).then(() => written = true);
    await new Promise((done) => setTimeout(done, 100));
    assertEquals(written, false);
    await Deno.remove(`${path}.lock`);
    await write;
    await using again = await openDatabase(schema, fileDriver(path));
    assertEquals(await again.count(query(counters)), 2);
  }));

Deno.test("a file in a folder that is not there, and one that is none of ours, are told", () =>
  withFile(async (path) => {
    const code = (path: string) =>
      openDatabase(schema, fileDriver(path)).then((db) => db.close(), (error) => error.code);
    assertEquals(await code(`${path}/no/data.strata`), "unavailable");
    await Deno.writeTextFile(path, "id,name\n1,Ada\n");
    assertEquals(await code(path), "corrupt");
    assertEquals(await Deno.readTextFile(path), "id,name\n1,Ada\n");
    await Deno.writeTextFile(path, "");
    assertEquals(await code(path), "corrupt");
  }));

function exists(path: string): Promise<boolean> {
  return Deno.stat(path).then(() => true, () => false);
}
