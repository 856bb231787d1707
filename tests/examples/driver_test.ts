import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  bigint,
  boolean,
  bytes,
  type Database,
  DataError,
  date,
  integer,
  json,
  openDatabase,
  query,
  real,
  type Schema,
  table,
  text,
} from "@strata/data";
import { jsonFileDriver } from "../../examples/driver/json_file_driver.ts";
import { testSource } from "../conformance/mod.ts";
import { testMigrations } from "../db/migrations.ts";
import { testTransactions } from "../db/transactions.ts";
import { testModel } from "../model/model.ts";

async function openTemporary(schema: Schema, options?: object): Promise<Database> {
  const folder = await Deno.makeTempDir();
  const db = await openDatabase(schema, jsonFileDriver(`${folder}/data.json`), options);
  void db.closed.then(() => Deno.removeSync(folder, { recursive: true }));
  return db;
}

testSource("json file", openTemporary);
testMigrations("json file", () => {
  const folder = Deno.makeTempDirSync();
  return {
    driver: () => jsonFileDriver(`${folder}/data.json`),
    [Symbol.dispose]: () => Deno.removeSync(folder, { recursive: true }),
  };
});
// It waits for the disk at each commit, so these take long.
if (Deno.env.has("STRATA_LONG")) {
  testModel("json file", openTemporary);
  testTransactions("json file", openTemporary, (title, fn) => {
    // For this one it is too slow: nobody may wait for 2 seconds behind 200 commits.
    if (!title.includes("a slow transaction among")) Deno.test(title, fn);
  });
}

const things = table("things", {
  id: text().primaryKey(),
  count: bigint(),
  size: real(),
  good: boolean(),
  at: date().optional(),
  raw: bytes(),
  more: json<unknown>(),
});
const notes = table("notes", { id: text().primaryKey(), text: text() });
const ROW = {
  id: "a",
  count: 2n ** 60n,
  size: -0.5,
  good: true,
  at: new Date(1),
  raw: new Uint8Array([1, 2, 255]),
  more: { $: ["x"], list: [null, 1.5, "\u{1F600}"] },
};

function testFile(title: string, run: (path: string) => Promise<void>): void {
  Deno.test(`json file: ${title}`, async () => {
    const folder = await Deno.makeTempDir();
    try {
      await run(`${folder}/data.json`);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}

testFile("rows, values, seq and known commits are there again", async (path) => {
  const schema: Schema = { tables: [things], values: { theme: text().default("light") } };
  {
    await using db = await openDatabase(schema, jsonFileDriver(path));
    await db.insert(things, ROW);
    await db.setValue("theme", "dark");
    assertEquals(db.seq, 2);
  }
  await using db = await openDatabase(schema, jsonFileDriver(path));
  assertEquals(await db.get(things, "a"), ROW);
  assertEquals(await db.getValue("theme"), "dark");
  assertEquals(db.seq, 2);
  await db.delete(things, "a");
  assertEquals(db.seq, 3);
});

testFile("a new table and a new column are added on open", async (path) => {
  {
    await using db = await openDatabase({ tables: [notes] }, jsonFileDriver(path));
    await db.insert(notes, { id: "a", text: "Buy milk" });
  }
  const more = table("notes", {
    id: text().primaryKey(),
    text: text(),
    stars: integer().default(0),
  });
  await using db = await openDatabase({ tables: [more, things] }, jsonFileDriver(path));
  assertEquals(await db.all(query(more)), [{ id: "a", text: "Buy milk", stars: 0 }]);
  assertEquals(await db.count(query(things)), 0);
});

testFile("a commit that can not be saved is not there", async (path) => {
  await using db = await openDatabase({ tables: [notes] }, jsonFileDriver(path));
  await db.insert(notes, { id: "a", text: "first" });
  await Deno.mkdir(`${path}.new`); // in the way
  const failed = await assertRejects(() => db.insert(notes, { id: "b", text: "" }), DataError);
  assertEquals([failed.code, failed.committed], ["unavailable", "no"]);
  const lost = db.transaction(async (tx) => {
    await tx.update(notes, "a", { text: "second" });
    await tx.insert(notes, { id: "c", text: "" });
  });
  await assertRejects(() => lost, DataError);
  assertEquals(await db.all(query(notes)), [{ id: "a", text: "first" }]);
  assertEquals(db.seq, 1);
  await Deno.remove(`${path}.new`);
  await db.insert(notes, { id: "b", text: "now" });
  assertEquals(db.seq, 2);
});

testFile("what writes nothing makes no commit", async (path) => {
  await using db = await openDatabase({ tables: [notes] }, jsonFileDriver(path));
  const before = await Deno.readTextFile(path);
  assertEquals(await db.update(notes, "nobody", { text: "" }), undefined);
  await db.transaction(async (tx) => void await tx.all(query(notes)));
  assertEquals(await Deno.readTextFile(path), before);
});

testFile("one opens it at a time, and what is damaged is told", async (path) => {
  const open = () => openDatabase({ tables: [notes] }, jsonFileDriver(path));
  {
    await using db = await open();
    assertEquals((await assertRejects(open, DataError)).code, "unavailable");
    await db.insert(notes, { id: "a", text: "kept" });
  }
  const rows = await Array.fromAsync(jsonFileDriver(path).recover());
  assertEquals(rows, [{ table: "notes", row: { id: "a", text: "kept" } }]);
  const whole = await Deno.readTextFile(path);
  await Deno.writeTextFile(path, whole.slice(0, -9));
  assertEquals((await assertRejects(open, DataError)).code, "corrupt");
  await Deno.writeTextFile(path, whole);
  await using db = await open();
  assert(await db.has(query(notes)));
});
