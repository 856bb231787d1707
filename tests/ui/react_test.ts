import { assert, assertEquals, assertThrows } from "@std/assert";
import { createElement as h, type ReactNode, Suspense } from "react";
import { renderToReadableStream, renderToString } from "react-dom/server.browser";
import { memoryDriver } from "../../drivers/memory.ts";
import { createStore, integer, openDatabase, query, table, text } from "../../mod.ts";
import { dehydrate } from "../../ssr/mod.ts";
import { hydrate } from "../../ssr/hydrate.ts";
import { Provider, useLive, useRow, useStoreRef, useValue } from "../../ui/react.ts";
import { slowDriver } from "../live/slow_driver.ts";
import { inPage } from "../ssr/page.ts";

const cities = table("cities", { id: text().primaryKey(), people: integer() });
const schema = { tables: [cities], values: { title: text().default("Cities") } };
const largest = query(cities).orderBy("people", "desc");
const ROWS = [{ id: "tokyo", people: 37 }, { id: "lima", people: 10 }];

function List(): ReactNode {
  return h("p", null, useLive(largest).map(({ id }) => id).join());
}
function All(): ReactNode {
  const own = useStoreRef(1, schema);
  if (own.store.count(query(cities)) === 0) own.store.insert(cities, { id: "own", people: 1 });
  return [
    h("h1", { key: 1 }, `${useValue("title")}`),
    h("p", { key: 2 }, useLive(() => largest.limit(1))[0]?.id),
    h("i", { key: 3 }, useRow(cities, "lima")?.people),
    h("b", { key: 4 }, `${useLive(query(cities), own.store).length}${own.value}`),
  ];
}

Deno.test("React: a server renders what a store or a database has", async () => {
  using store = createStore(schema);
  await using db = await openDatabase(schema, memoryDriver());
  for (const source of [store, db]) {
    await source.insert(cities, ROWS);
    assertEquals(
      renderToString(h(Provider, { source }, h(All))),
      "<h1>Cities</h1><p>tokyo</p><i>10</i><b>11</b>",
    );
  }
});

Deno.test({
  name: "React: a component suspends until a slow database has answered",
  sanitizeOps: false, // React's scheduler leaves a message port and timers
  sanitizeResources: false,
  async fn() {
    await using db = await openDatabase(schema, slowDriver(memoryDriver()));
    await db.insert(cities, ROWS);
    const list = h(Suspense, { fallback: "One moment" }, h(List));
    const stream = await renderToReadableStream(h(Provider, { source: db }, list));
    await stream.allReady;
    assert((await new Response(stream).text()).includes("<p>tokyo,lima</p>"));
  },
});

Deno.test("React: what was dehydrated is there in the first rendering of a slow database", async () => {
  using server = createStore(schema);
  server.insert(cities, ROWS);
  const tag = dehydrate({ list: server.live(largest) });
  await using db = await openDatabase(schema, slowDriver(memoryDriver()));
  await inPage([tag], () => hydrate({ list: db }));
  assertEquals(renderToString(h(Provider, { source: db }, h(List))), "<p>tokyo,lima</p>");
});

Deno.test("React: without a source a component says so", () => {
  assertThrows(() => renderToString(h(List)), TypeError, "there is no Provider around it");
});
