import { DatabaseSync } from "node:sqlite";
import { assertEquals, assertRejects } from "@std/assert";
import { changeStatements } from "../../../drivers/sql/change.ts";
import { rawOf } from "../../../drivers/sql/raw.ts";
import { sqlite } from "../../../drivers/sql/sqlite.ts";
import { sqliteDriver } from "../../../drivers/sqlite.ts";
import { sql } from "../../../drivers/sql.ts";
import { memoryDriver } from "../../../drivers/memory.ts";
import {
  bigint,
  bytes,
  DataError,
  integer,
  json,
  openDatabase,
  table,
  text,
} from "../../../mod.ts";
import { tableDef } from "../../../schema/table.ts";
import { commit, info, insert, item, openSession, seen, turn, withFile } from "./fake_core.ts";

const notes = table("notes", {
  id: text().primaryKey(),
  n: integer().default(0),
  big: bigint().optional(),
  data: bytes().optional(),
  doc: json<unknown>().optional(),
}, { indexes: ["n"] });

Deno.test("sql() gives rows, takes values, and its writes are told", async () => {
  const client = new DatabaseSync(":memory:");
  const db = await openDatabase({ tables: [notes] }, sqliteDriver(client));
  await db.insert(notes, [{ id: "a", n: 1 }, { id: "b", n: 2 }]);
  const rows = await sql(db, "SELECT id, n FROM notes WHERE n > ? ORDER BY id", [1]);
  assertEquals(rows.map((row) => ({ ...row })), [{ id: "b", n: 2 }]);
  let told = 0;
  db.changes((commit) => told += commit.tables.get(notes) === "unknown" ? 1 : 0);
  assertEquals((await sql(db, "UPDATE notes SET n = ? WHERE id = ?", [true, "b"])).length, 0);
  assertEquals([told, (await db.get(notes, "b"))?.n], [1, 1]);
  await sql(db, "INSERT INTO notes (id, n, data) VALUES (?, ?, ?)", [
    "c",
    new Date(5),
    new Uint8Array([1]),
  ]);
  assertEquals((await db.get(notes, "c"))?.data, new Uint8Array([1]));
  for (const wrong of [undefined, {}, [], Symbol()]) {
    await assertRejects(() => sql(db, "SELECT ?", [wrong]), TypeError, "Cannot bind");
  }
  await assertRejects(() => sql(db, "SELECT nonsense"), Error, "the engine refused");
  await db.close();
  await assertRejects(() => sql(db, "SELECT 1"), Error, "closed");
  client.close();
  const other = await openDatabase({ tables: [notes] }, memoryDriver());
  await assertRejects(() => sql(other, "SELECT 1"), TypeError, "Cannot run SQL");
  await other.close();
});

Deno.test("sql() waits while a transaction has reserved the next commit", async () => {
  await using opened = await openSession(":memory:");
  const { session } = opened;
  const hold = session.hold();
  await hold.reserve(1000);
  const written = rawOf(session)?.("INSERT INTO items VALUES ('raw', 0, NULL)", []);
  await hold.look(() => insert(item("a")), true);
  await turn(30);
  hold.end();
  await written;
  assertEquals(await seen(session, "a"), undefined);
  assertEquals(await seen(session, "raw"), item("raw"));
  assertEquals(opened.told, [{ seq: 0, tables: undefined }]);
});

Deno.test("compact() gives back space and changes nothing else", () =>
  withFile(async (path) => {
    await using opened = await openSession(path);
    const { session, told } = opened;
    const rows = Array.from({ length: 5000 }, (_, i) => item(`row ${i} ${"x".repeat(200)}`));
    await commit(session, () => insert(...rows));
    opened.client.exec("DELETE FROM items");
    await session.poll();
    await session.compact();
    assertEquals(Deno.statSync(path).size < 500_000, true);
    assertEquals(told.length, 1); // of the DELETE
    assertEquals((await commit(session, () => insert(item("a")))).seq, 2);
    assertEquals(told.length, 1);
  }));

Deno.test("recover() reads what can be read of a damaged file", () =>
  withFile(async (path) => {
    const opened = await openSession(path);
    const rows = Array.from({ length: 20_000 }, (_, i) => item(`row ${i} ${"x".repeat(100)}`, i));
    await commit(opened.session, () => insert(...rows));
    await opened.session.compact();
    await opened[Symbol.asyncDispose]();
    const bytes = Deno.readFileSync(path);
    const middle = Math.floor(bytes.length / 16_384 / 4) * 16_384;
    bytes.fill(0xff, middle, middle + 16_384);
    Deno.writeFileSync(path, bytes);
    const client = new DatabaseSync(path);
    let count = 0;
    for await (const { table, row } of sqliteDriver(client).recover()) {
      if (table === "items" && String(row.id).startsWith(`row ${row.n} `)) count++;
    }
    client.close();
    assertEquals(count > 15_000 && count < 20_000, true, `${count} rows`);
  }));

Deno.test("names are changed in place, indexes with them", () => {
  const client = new DatabaseSync(":memory:");
  const def = tableDef(notes);
  const run = (change: Parameters<typeof changeStatements>[1]) => {
    for (const { text, params } of changeStatements(sqlite, change)) {
      client.prepare(text).run(...params as string[]);
    }
  };
  run({ change: "createTable", table: def });
  client.exec("INSERT INTO notes (id, n) VALUES ('a', 1)");
  const n = def.column("n");
  run({ change: "renameColumn", table: def, column: n, to: "N" });
  const upper = tableDef(
    table("Notes", { id: text().primaryKey(), N: integer() }, { indexes: ["N"] }),
  );
  const lower = tableDef(
    table("notes", { id: text().primaryKey(), N: integer() }, { indexes: ["N"] }),
  );
  run({ change: "renameTable", table: lower, to: upper });
  const more = tableDef(table("Notes", { id: text().primaryKey(), doc2: json<unknown>() }));
  run({ change: "addColumn", table: upper, column: more.column("doc2"), value: { a: "it's" } });
  assertEquals(
    client.prepare("SELECT name FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name").all()
      .map((row) => row.name),
    ["Notes", "strata_index.Notes.N"],
  );
  assertEquals({ ...client.prepare('SELECT id, "N", doc2 FROM "Notes"').get() }, {
    id: "a",
    N: 1,
    doc2: '{"a":"it\'s"}',
  });
  client.close();
});

Deno.test("two processes that count lose nothing", () =>
  withFile(async (path) => {
    await using opened = await openSession(path);
    await commit(opened.session, () => insert(item("a")), info());
    const each = 100;
    const run = () =>
      new Deno.Command(Deno.execPath(), {
        args: [
          "run",
          "-A",
          "--no-check",
          new URL("./counting.ts", import.meta.url).pathname,
          path,
          `${each}`,
        ],
        stdout: "piped",
        stderr: "piped",
      }).output();
    const outputs = await Promise.all([run(), run()]);
    for (const { success, stderr } of outputs) {
      assertEquals(success, true, new TextDecoder().decode(stderr));
    }
    assertEquals((await seen(opened.session, "a"))?.n, 2 * each);
    await opened.session.poll();
    assertEquals(
      opened.told.map(({ seq }) => seq),
      Array.from({ length: 2 * each }, (_, i) => i + 2),
    );
    assertEquals(opened.told.every(({ tables }) => tables?.join() === "items"), true);
  }));

Deno.test("openDatabase() tells of a file that is no database", async () => {
  const path = await Deno.makeTempFile();
  await Deno.writeTextFile(path, "this is no database. ".repeat(500));
  const client = new DatabaseSync(path);
  const driver = sqliteDriver(client);
  const error = await assertRejects(() => openDatabase({ tables: [] }, driver), DataError);
  assertEquals([error.code, error.committed], ["corrupt", "no"]);
  client.close();
  await Deno.remove(path);
});
