import { DatabaseSync } from "node:sqlite";
import { assertEquals } from "@std/assert";
import { integer, openDatabase, table, text } from "../../../mod.ts";
import { sqliteDriver } from "../../../drivers/sqlite.ts";

Deno.test("sqlite: processes that open a file at once migrate it once", async () => {
  const directory = await Deno.makeTempDir();
  const path = `${directory}/data.db`;
  const client = new DatabaseSync(path);
  try {
    const notes = table("notes", { id: integer().primaryKey(), title: text() });
    {
      await using db = await openDatabase({ tables: [notes] }, sqliteDriver(client));
      await db.insert(notes, Array.from({ length: 1001 }, (_, id) => ({ id, title: "t" })));
    }
    const script = new URL("./migrating_process.ts", import.meta.url).href;
    const outputs = await Promise.all(
      Array.from(
        { length: 4 },
        () =>
          new Deno.Command(Deno.execPath(), { args: ["run", "-A", "--no-check", script, path] })
            .output(),
      ),
    );
    const decoder = new TextDecoder();
    const found = outputs.map(({ code, stdout, stderr }): { ran: number; right: number } => {
      assertEquals(code, 0, decoder.decode(stderr));
      return JSON.parse(decoder.decode(stdout));
    });
    assertEquals(found.map(({ right }) => right), [1001, 1001, 1001, 1001]);
    assertEquals(found.reduce((sum, { ran }) => sum + ran, 0), 1);
  } finally {
    client.close();
    await Deno.remove(directory, { recursive: true });
  }
});
