import { assert, assertEquals } from "@std/assert";
import { createStore, openDatabase } from "@strata/data";
import { memoryDriver } from "@strata/data/drivers/memory";
import { hydrate } from "@strata/data/ssr/hydrate";
import { notesApp } from "../../examples/hono/app.tsx";
import { notes, open, schema } from "../../examples/hono/schema.ts";
import { inPage } from "../ssr/page.ts";
import { testEach } from "./places.ts";

/** The tag of dehydrated data in a page, without its nonce. */
function tagOf(html: string): string {
  const [tag] = /<script type="application\/json" data-strata[^>]*>[^<]*<\/script>/.exec(html) ??
    [];
  assert(tag);
  return tag;
}

testEach("hono: the page has the rows as HTML and as data", async (openDb) => {
  const db = await openDb(schema);
  const app = notesApp(db);
  const form = new URLSearchParams({ title: "</script><b>Buy & call</b>" });
  const posted = await app.request("/notes", { method: "POST", body: form });
  assertEquals([posted.status, posted.headers.get("location")], [303, "/"]);
  assertEquals((await app.request("/notes", { method: "POST", body: new FormData() })).status, 400);

  const response = await app.request("/?theme=dark");
  const html = await response.text();
  assert(html.includes('<body class="dark">'));
  assert(
    html.includes("<main><ul><li>&lt;/script>&lt;b>Buy &amp; call&lt;/b></li></ul></main>"),
    html,
  );
  const [, nonce] = /'nonce-([^']+)'/.exec(response.headers.get("content-security-policy") ?? "") ??
    [];
  assert(nonce && html.includes(`nonce="${nonce}"`));
  assert((await (await app.request("/")).text()).includes('<body class="light">'));

  // The browser.
  using store = createStore(schema);
  await using client = await openDatabase(schema, memoryDriver());
  await inPage([tagOf(html)], async () => {
    await hydrate({ notes: client });
    assertEquals(client.live(open).value, await db.all(open));
    await hydrate({ notes: store });
  });
  assertEquals(store.live(open).value, await db.all(open));
});

Deno.test("hono: a stream has its scope until the client goes away", async () => {
  await using db = await openDatabase(schema, memoryDriver());
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    notesApp(db).fetch,
  );
  const controller = new AbortController();
  const response = await fetch(`http://127.0.0.1:${server.addr.port}/count`, {
    signal: controller.signal,
  });
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  const next = async () => (await reader?.read())?.value?.match(/\d+/g)?.toSorted();
  assertEquals(await next(), ["0", "1"]);
  await db.insert(notes, { title: "one more" });
  assertEquals(await next(), ["1", "2"]);
  controller.abort();
  await server.shutdown();
});
