/**
 * What a user of the package writes on a server: files, SQLite where there is one, requests. Prints what it found
 * as JSON.
 *
 * @module
 */
import { openDatabase, query, table, text, webstorage } from "@strata/data";
import { autoDriver } from "@strata/data/drivers/auto";
import { fileDriver } from "@strata/data/drivers/file";
import { type Scope, withScope } from "@strata/data/ssr";
import { freshData } from "@strata/data/ssr/fresh";
import { honoData } from "@strata/data/ssr/hono";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { program } from "./program.ts";

const notes = table("notes", { id: text().primaryKey() });
const schema = { tables: [notes] };
const visitor = webstorage("session");
const folder = mkdtempSync(join(tmpdir(), "strata-"));
process.chdir(folder); // where autoDriver puts its file

async function kept(path: string): Promise<number> {
  for (const id of ["a", "b"]) {
    const db = await openDatabase(schema, fileDriver(path), { durability: "strict" });
    await db.insert(notes, { id });
    await db.close();
  }
  const db = await openDatabase(schema, fileDriver(path));
  const count = await db.count(query(notes));
  await db.close();
  return count;
}

async function chosen(): Promise<string> {
  const driver = await autoDriver("auto");
  const db = await openDatabase(schema, driver);
  await db.insert(notes, { id: "a" });
  await db.close();
  return driver.name;
}

async function answered(): Promise<string> {
  let kept: Scope | undefined;
  const answer = withScope((request, scope) => {
    kept = scope;
    visitor.set("name", new URL(request.url).pathname);
    return new Response(`${visitor.get("name")}`);
  });
  const texts = await Promise.all(
    ["/a", "/b"].map(async (path) =>
      await (await answer(new Request(`http://localhost${path}`))).text()
    ),
  );
  try {
    kept?.store(schema);
    texts.push("still there");
  } catch {
    texts.push("gone");
  }
  return texts.join();
}

try {
  const found = {
    program: await program(),
    file: await kept(join(folder, "notes.strata")),
    auto: await chosen(),
    answered: await answered(),
    middleware: [typeof freshData(), typeof honoData()],
  };
  console.log(JSON.stringify(found));
} finally {
  rmSync(folder, { recursive: true });
}
