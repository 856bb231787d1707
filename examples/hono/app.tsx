/** @jsxImportSource preact */
/**
 * @module
 */
import { Hono } from "hono";
import { streamSSE } from "hono/streaming";
import { render } from "preact-render-to-string";
import type { Database } from "@strata/data";
import { dehydrate, type Scope } from "@strata/data/ssr";
import { honoData } from "@strata/data/ssr/hono";
import { Provider } from "@strata/data/ui/preact";
import { List } from "./list.tsx";
import { notes, open, settings } from "./schema.ts";

type Env = { Variables: { data: Scope } };

/** A page of notes, a form for one more, and a stream that tells of changes. */
export function notesApp(db: Database): Hono<Env> {
  const app = new Hono<Env>();
  app.use(honoData());

  app.get("/", async (c) => {
    // Of this request, wherever it is read.
    settings.set("theme", c.req.query("theme") ?? "light");
    using live = db.live(open);
    await live.ready; // rendering is synchronous, so the rows are there before
    const nonce = crypto.randomUUID();
    c.header("content-security-policy", `script-src 'self' 'nonce-${nonce}'`);
    const list = render(
      <Provider source={db}>
        <List />
      </Provider>,
    );
    return c.html(
      `<!doctype html><title>Notes</title><body class="${theme()}">` +
        `<main>${list}</main>${dehydrate({ notes: live }, { nonce })}` +
        `<script type="module" src="/client.js"></script>`,
    );
  });

  app.post("/notes", async (c) => {
    const { title } = await c.req.parseBody();
    if (typeof title !== "string" || title === "") return c.text("A note has a title", 400);
    await db.insert(notes, { title });
    return c.redirect("/", 303);
  });

  // The scope is there for as long as the stream is.
  app.get("/count", (c) =>
    streamSSE(c, async (stream) => {
      settings.set("asked", 0);
      const count = db.live(open);
      stream.onAbort(() => count[Symbol.dispose]());
      for await (const rows of count) {
        settings.update<number>("asked", (n = 0) => n + 1);
        await stream.writeSSE({ id: `${settings.get("asked")}`, data: `${rows.length}` });
      }
    }));
  return app;
}

function theme(): string {
  return settings.get("theme") === "dark" ? "dark" : "light";
}
