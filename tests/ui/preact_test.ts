import { assert, assertEquals, assertThrows } from "@std/assert";
import { type ComponentChildren, h } from "preact";
import { render, renderToStringAsync } from "preact-render-to-string";
import { Suspense } from "preact/compat";
import { memoryDriver } from "../../drivers/memory.ts";
import { createStore, integer, openDatabase, query, table, text } from "../../mod.ts";
import { dehydrate } from "../../ssr/mod.ts";
import { hydrate } from "../../ssr/hydrate.ts";
import { Provider, useLive, useRow, useStoreRef, useValue } from "../../ui/preact.ts";
import { slowDriver } from "../live/slow_driver.ts";
import { inPage } from "../ssr/page.ts";

const cities = table("cities", { id: text().primaryKey(), people: integer() });
const schema = { tables: [cities], values: { title: text().default("Cities") } };
const largest = query(cities).orderBy("people", "desc");
const ROWS = [{ id: "tokyo", people: 37 }, { id: "lima", people: 10 }];

function List(): ComponentChildren {
  const rows = useLive(largest);
  if (rows.status.value === "loading") throw rows.ready;
  return h("p", null, rows.value.map(({ id }) => id).join());
}
function All(): ComponentChildren {
  const own = useStoreRef(1, schema);
  own.store.insert(cities, { id: "own", people: 1 });
  return [
    h("h1", null, `${useValue("title").value}`),
    h("p", null, useLive(() => largest.limit(1)).value[0]?.id),
    h("i", null, useRow(cities, "lima").value?.people),
    h("b", null, `${useLive(query(cities), own.store).value.length}${own.value}`),
  ];
}

Deno.test("Preact: a server renders what a store or a database has", async () => {
  using store = createStore(schema);
  await using db = await openDatabase(schema, memoryDriver());
  for (const source of [store, db]) {
    await source.insert(cities, ROWS);
    assertEquals(
      render(h(Provider, { source }, h(All, null))),
      "<h1>Cities</h1><p>tokyo</p><i>10</i><b>11</b>",
    );
  }
});

Deno.test("Preact: a component suspends until a slow database has answered", async () => {
  await using db = await openDatabase(schema, slowDriver(memoryDriver()));
  await db.insert(cities, ROWS);
  const page = h(Provider, { source: db }, h(Suspense, { fallback: "" }, h(List, null)));
  assert((await renderToStringAsync(page)).includes("<p>tokyo,lima</p>"));
});

Deno.test("Preact: what was dehydrated is there in the first rendering of a slow database", async () => {
  using server = createStore(schema);
  server.insert(cities, ROWS);
  const tag = dehydrate({ list: server.live(largest), title: server.liveValue("title") });
  await using db = await openDatabase(schema, slowDriver(memoryDriver()));
  await inPage([tag], () => hydrate({ list: db, title: db }));
  const page = h(Provider, { source: db }, [h(List, null)]);
  assertEquals(render(page), "<p>tokyo,lima</p>");
});

Deno.test("Preact: without a source a component says so", () => {
  assertThrows(() => render(h(List, null)), TypeError, "there is no Provider around it");
  const wrong = h(Provider, { source: {} as never }, h(List, null));
  assertThrows(() => render(wrong), TypeError, "got something else");
});
