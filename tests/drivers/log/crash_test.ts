import { assert, assertEquals } from "@std/assert";
import { type Database, DataError, openDatabase, query } from "../../../mod.ts";
import { assertDataError } from "../../conformance/suite.ts";
import { Crash, FakeDisk, fakeDriver } from "./fake_file.ts";
import { contents, open, pair, pairs, people, schema } from "./subject.ts";

/** Writes pairs, some of them at once, and folds now and then; tells of each that was acknowledged. */
async function work(disk: FakeDisk, acknowledge: (batch: number) => void): Promise<void> {
  const driver = fakeDriver(disk);
  const db = await openDatabase(schema, driver, { durability: "strict" });
  const write = async (batch: number) => {
    await db.insert(pairs, pair(batch));
    acknowledge(batch);
  };
  for (let batch = 0; batch < 12; batch += 3) {
    await write(batch);
    const writes = [write(batch + 1), write(batch + 2)];
    const folding = batch === 6 ? driver.sessions[0]!.compact() : undefined;
    const ends = await Promise.allSettled([...writes, folding]);
    for (const end of ends) if (end.status === "rejected") throw end.reason;
    if (batch === 3) await driver.sessions[0]!.compact();
  }
  await db.close();
}

/** The batches that are there, each with both of its rows. */
async function whole(db: Database): Promise<Set<number>> {
  const rows = await db.all(query(pairs));
  const batches = new Set(rows.map(({ batch }) => batch));
  assertEquals(rows.length, 2 * batches.size, "half a commit");
  return batches;
}

function isCrash(error: unknown): boolean {
  return error instanceof Crash || error instanceof DataError && isCrash(error.cause);
}

Deno.test("a process that ends at any operation leaves all that was acknowledged, and no half", async () => {
  let crashes = 0;
  for (let stopAfter = 0;; stopAfter++) {
    const disk = new FakeDisk();
    disk.stopAfter = stopAfter;
    const acknowledged: number[] = [];
    let ended = false;
    try {
      await work(disk, (batch) => acknowledged.push(batch));
      ended = true;
    } catch (error) {
      if (!isCrash(error)) throw error;
      crashes++;
    }
    disk.stopAfter = Infinity;
    if (disk.file === undefined) assertEquals(acknowledged, []);
    await using db = await open(disk);
    const there = await whole(db);
    assertEquals(acknowledged.filter((batch) => !there.has(batch)), [], `after ${stopAfter}`);
    assert(there.size <= acknowledged.length + 2, `after ${stopAfter}`); // what was under way
    await db.insert(pairs, pair(100));
    assertEquals(await contents(db), await reread(disk), `after ${stopAfter}`);
    if (ended) break;
  }
  assert(crashes > 60, `There were ${crashes} operations`);
});

/** What another process finds. */
async function reread(disk: FakeDisk): Promise<string> {
  await using db = await open(disk);
  return await contents(db);
}

Deno.test("a full disk refuses a commit, and leaves what was there", async () => {
  const disk = new FakeDisk();
  const driver = fakeDriver(disk);
  await using db = await openDatabase(schema, driver);
  await db.insert(people, { id: "ada" });
  const before = await contents(db);
  const size = disk.bytes.length;
  disk.roomBytes = size + 200;
  const writes = await Promise.allSettled([
    db.insert(pairs, pair(1)),
    db.insert(people, { id: "long", name: "x".repeat(300) }),
  ]);
  for (const write of writes) {
    assert(write.status === "rejected" && write.reason instanceof DataError);
    assertEquals([write.reason.code, write.reason.committed], ["full", "no"]);
  }
  assertEquals([await contents(db), disk.bytes.length], [before, size]);
  await assertDataError(() => driver.sessions[0]!.compact(), { code: "full" });
  assertEquals(await reread(disk), before);
  disk.roomBytes = Infinity;
  await db.insert(pairs, pair(1));
  assertEquals(await reread(disk), await contents(db));
});

Deno.test("a log that grows is folded by itself, and gives back the space of what was deleted", async () => {
  const disk = new FakeDisk();
  await using db = await open(disk);
  for (let i = 0; i < 12; i++) await db.insert(people, { id: `${i}`, more: "x".repeat(200_000) });
  await db.deleteAll(people, {});
  for (let i = 0; i < 3; i++) await new Promise((done) => setTimeout(done, 10));
  assert(disk.bytes.length < 5_000, `${disk.bytes.length} bytes`);
  for (let i = 0; i < 1_200; i++) await db.setValue("motto", `${i}`);
  for (let i = 0; i < 3; i++) await new Promise((done) => setTimeout(done, 10));
  assert(disk.bytes.length < 200_000, `${disk.bytes.length} bytes`);
  assertEquals(await reread(disk), await contents(db));
});
