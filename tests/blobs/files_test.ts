import fs from "node:fs";
import { assert, assertEquals } from "@std/assert";
import { type Database, openDatabase } from "../../mod.ts";
import { blobs } from "../../db/blobs/mod.ts";
import { fileDriver } from "../../drivers/file.ts";
import { memoryDriver } from "../../drivers/memory.ts";
import { webStorageDriver } from "../../drivers/web_storage.ts";
import { memoryStorage } from "../../webstorage/mod.ts";
import { assertDataError, assertFails, bad } from "../conformance/suite.ts";
import { openOnFile } from "../drivers/sqlite/open.ts";
import { assertNoLitter } from "./inspect.ts";
import { bytesOf, cut, streamOf } from "./subject.ts";

async function withFolder(fn: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "strata_" });
  try {
    await fn(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Files in a folder, with their paths below it. */
async function filesIn(folder: string, below = ""): Promise<string[]> {
  const names: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(`${folder}/${below}`)) {
    const path = below ? `${below}/${name}` : name;
    names.push(...isDirectory ? await filesIn(folder, path) : [path]);
  }
  return names.sort();
}

Deno.test("bodies beside a file database have names of hashes alone", () =>
  withFolder(async (folder) => {
    await using db = await openDatabase({ tables: [] }, fileDriver(`${folder}/data`));
    const files = blobs(db, "../../../files");
    const { etag } = await files.put("../../etc/passwd", bytesOf(100_000));
    await files.put("small", "small");
    const [path, ...more] = await filesIn(`${folder}/data.blobs`);
    assert(/^[0-9a-f]{32}\/[0-9a-f]{64}$/.test(path!), path);
    assertEquals([path!.split("/")[1], more], [etag, []]);
    assertEquals(await Deno.readFile(`${folder}/data.blobs/${path}`), bytesOf(100_000));
    const { size } = await Deno.stat(`${folder}/data`);
    assert(size < 20_000, `${size} bytes in the log`);
  }));

Deno.test("a flipped byte, a short file and a missing one are found", () =>
  withFolder(async (folder) => {
    await using db = await openDatabase({ tables: [] }, memoryDriver());
    const files = blobs(db, "files", { bodies: new URL(`file://${folder}/`) });
    const keys = ["flipped", "missing", "short", "whole"];
    for (const [i, key] of keys.entries()) await files.put(key, bytesOf(30_000, i + 1));
    const paths = new Map<string, string>();
    for (const path of await filesIn(folder)) paths.set(path.split("/")[1]!, `${folder}/${path}`);
    const pathOf = async (key: string) => paths.get((await files.head(key))!.etag)!;
    const bytes = bytesOf(30_000, 1);
    bytes[12_345]! ^= 0x10;
    await Deno.writeFile(await pathOf("flipped"), bytes);
    await Deno.remove(await pathOf("missing"));
    await Deno.truncate(await pathOf("short"), 29_999);
    const problems = await files.verify();
    assertEquals(problems.map(({ key }) => key), ["flipped", "missing", "short"]);
    for (const key of ["missing", "short"]) {
      await assertDataError(async () => await (await files.get(key))!.bytes(), { code: "corrupt" });
    }
    // The same content mends it.
    await files.put("again", bytesOf(30_000, 2));
    assertEquals((await files.verify()).map(({ key }) => key), ["flipped", "short"]);
  }));

Deno.test("gc() removes files that no content has, and no other", () =>
  withFolder(async (folder) => {
    await using db = await openDatabase({ tables: [] }, memoryDriver());
    const files = blobs(db, "files", { bodies: folder });
    const { etag } = await files.put("a", bytesOf(30_000));
    const [path] = await filesIn(folder);
    const space = `${folder}/${path!.split("/")[0]}`;
    await Deno.writeFile(`${space}/${"0".repeat(64)}`, bytesOf(10));
    await Deno.writeFile(`${space}/0192f3a4.new`, bytesOf(20));
    await Deno.writeFile(`${folder}/other`, bytesOf(5));
    assertEquals(await files.gc(), { bytes: 30 });
    assertEquals(await filesIn(space), [etag]);
    await files.delete("a");
    assertEquals(await files.gc(), { bytes: 30_000 });
    assertEquals(await filesIn(folder), ["other"]);
  }));

Deno.test("gc() leaves the file of an upload that is about to be committed", () =>
  withFolder(async (folder) => {
    await using db = await openDatabase({ tables: [] }, memoryDriver());
    const files = blobs(db, "files", { bodies: folder });
    const { rename } = fs.promises;
    fs.promises.rename = async (from, to) => {
      await rename(from, to);
      await files.gc();
    };
    try {
      await files.put("a", bytesOf(30_000));
      await files.delete("a");
      await files.put("b", bytesOf(30_000)); // what is to be collected comes again
    } finally {
      fs.promises.rename = rename;
    }
    assertEquals(await (await files.get("b"))?.bytes(), bytesOf(30_000));
    assertEquals(await files.verify(), []);
    assertEquals(await files.gc(), { bytes: 0 });
    await assertNoLitter(db);
  }));

Deno.test("a folder that can't be used is told, and the old content stays", () =>
  withFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/file`, "");
    await using db = await openDatabase({ tables: [] }, memoryDriver());
    const files = blobs(db, "files", { bodies: `${folder}/file` });
    await files.put("a", "small");
    await assertDataError(() => files.put("a", bytesOf(30_000)), { code: "unavailable" });
    assertEquals(await (await files.get("a"))?.text(), "small");
    await assertFails(() => blobs(db, "files", { bodies: bad(1) }), TypeError, "bodies");
  }));

Deno.test("web storage takes small blobs, and says so of larger ones", async () => {
  const driver = webStorageDriver(memoryStorage(), { name: "a" });
  await using db = await openDatabase({ tables: [] }, driver);
  const files = blobs(db, "files");
  await files.put("a", bytesOf(256 << 10));
  assertEquals(await (await files.get("a"))?.bytes(), bytesOf(256 << 10));
  for (const body of [bytesOf((256 << 10) + 1), streamOf(cut(bytesOf(300_000), 1_000))]) {
    await assertFails(() => files.put("b", body), Error, "webStorage keeps at most 262144 bytes");
  }
  await files.gc();
  assertEquals((await assertNoLitter(db)).keys, 1);
});

Deno.test("the same file twice costs under 4 KiB on disk", async () => {
  await using db: Database = await openOnFile({ tables: [] });
  const files = blobs(db, "files");
  const { path } = await pathsOf(db);
  const bytes = bytesOf(32 << 20);
  await files.put("a", bytes);
  const before = await sizes(path, db);
  await files.put("b", streamOf(cut(bytes, 1 << 20)));
  await files.copy("a", "c");
  const more = await sizes(path, db) - before;
  assert(more < 4_096, `${more} bytes more`);
});

/** Where the file of a database on SQLite is. */
async function pathsOf(db: Database): Promise<{ readonly path: string }> {
  const { sql } = await import("../../drivers/sql.ts");
  const [row] = await sql(db, "SELECT file FROM pragma_database_list WHERE name = 'main'");
  return { path: String(row?.["file"]) };
}

/** Bytes of the file when all of it is in it. */
async function sizes(path: string, db: Database): Promise<number> {
  const { sql } = await import("../../drivers/sql.ts");
  await sql(db, "PRAGMA wal_checkpoint(TRUNCATE)");
  return (await Deno.stat(path)).size;
}
