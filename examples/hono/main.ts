/**
 * Serves the notes on http://127.0.0.1:8000: `deno run -A examples/hono/main.ts`.
 *
 * @module
 */
import { openDatabase } from "@strata/data";
import { memoryDriver } from "@strata/data/drivers/memory";
import { notesApp } from "./app.tsx";
import { notes, schema } from "./schema.ts";

const db = await openDatabase(schema, memoryDriver());
await db.insert(notes, [{ title: "Buy milk" }, { title: "Call Ada" }]);
Deno.serve({ hostname: "127.0.0.1", port: 8000 }, notesApp(db).fetch);
