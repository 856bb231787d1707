/**
 * What a user of the package writes for workerd: a Worker that answers in a scope, with what each part gave.
 *
 * @module
 */
import { openDatabase, table, text, webstorage } from "@strata/data";
import { autoDriver } from "@strata/data/drivers/auto";
import { fileDriver } from "@strata/data/drivers/file";
import { withScope } from "@strata/data/ssr";
import { program } from "./program.ts";

const visitor = webstorage("session");
const notes = table("notes", { id: text().primaryKey() });

async function refused(): Promise<string> {
  try {
    await openDatabase({ tables: [notes] }, fileDriver("notes.strata"));
    return "opened";
  } catch (error) {
    return error instanceof Error && "code" in error ? String(error.code) : "another error";
  }
}

/** The Worker. */
const worker: { fetch(request: Request): Promise<Response> } = {
  fetch: withScope(async (request) => {
    visitor.set("path", new URL(request.url).pathname);
    const auto = await autoDriver("notes");
    const results = await program();
    // In a stream, which is asked for outside of the handler.
    const parts = [JSON.stringify({ results, auto: auto.name, file: await refused() }), "\n"];
    return new Response(
      new ReadableStream({
        pull(controller) {
          const part = parts.shift() ?? `${visitor.get("path")}`;
          controller.enqueue(new TextEncoder().encode(part));
          if (part.startsWith("/")) controller.close();
        },
      }),
    );
  }),
};
export default worker;
