import { assert, assertEquals, assertRejects } from "@std/assert";
import { type Database, DataError, openDatabase, query } from "@strata/data";
import { memoryDriver } from "@strata/data/drivers/memory";
import { fold } from "../../examples/demo/data/fold.ts";
import { cities, countries, schema } from "../../examples/demo/data/schema.ts";
import { editCity } from "../../examples/demo/page/browser/edits.ts";
import { schema as local, unsent } from "../../examples/demo/page/schema.ts";
import { NO_FILTERS, readFilters, writeFilters } from "../../examples/demo/page/filters.ts";
import { citiesOf } from "../../examples/demo/page/queries.ts";
import { explorerApp } from "../../examples/demo/page/server/app.tsx";
import { servePage } from "../../examples/demo/page/serve.ts";
import { testEach } from "./places.ts";

const FILES = new Map([["/client.js", { text: "run()", type: "text/javascript" }]]);

/** What a test asks of the page's server. */
type Ask = (path: string, json?: unknown) => Promise<Response>;

/** A server whose 60 cities are called "Ünder 1", "Ünder 2", ..., the last one the largest. */
async function explorer(db: Database): Promise<Ask> {
  const facts = {
    ...{ languages: [], currencies: [], borders: [], landlocked: false },
    location: { latitude: 0, longitude: 0 },
  };
  await db.insert(countries, [
    { code: "XA", name: "Aland", region: "Europe", area: 1, member: true, facts },
    { code: "XB", name: "Beland", region: "Asia", area: 1, member: true, facts },
  ]);
  await db.insert(
    cities,
    Array.from({ length: 60 }, (_, i) => {
      const name = `Ünder ${i + 1}`;
      const country = i % 3 === 0 ? "XB" : "XA";
      const place = { latitude: i, longitude: -i };
      return {
        id: i + 1,
        name,
        folded: fold(name),
        country,
        population: 1_000 * (i + 1),
        ...place,
      };
    }),
  );
  const { fetch } = explorerApp(db, { files: FILES, preloads: [] });
  return async (path, json) =>
    await fetch(
      new Request(`http://localhost${path}`, {
        ...(json !== undefined && {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: JSON.stringify(json),
        }),
      }),
    );
}

async function namesOn(response: Response): Promise<string[]> {
  const html = await response.text();
  return Array.from(html.matchAll(/aria-label="Name of ([^":]+):/g), ([, name]) => name ?? "");
}

testEach("demo: the address says what is on the page", async (open) => {
  const ask = await explorer(await open(schema));
  assertEquals((await namesOn(await ask("/"))).slice(0, 2), ["Ünder 60", "Ünder 59"]);
  assertEquals(await namesOn(await ask("/?search=UNDER+6")), ["Ünder 60", "Ünder 6"]);
  const asian = await namesOn(await ask("/?continent=Asia&sort=latitude.asc&least=2000"));
  assertEquals([asian.length, asian[0]], [19, "Ünder 4"]);
  assertEquals(await namesOn(await ask("/?country=XB&most=1000")), ["Ünder 1"]);
  assertEquals((await namesOn(await ask("/?sort=secret&least=-1"))).length, 25);
  const script = await ask("/client.js");
  assertEquals([script.status, await script.text()], [200, "run()"]);
  assertEquals((await ask("/nothing.js")).status, 404);
});

testEach("demo: a cursor that is none leads to the first page", async (open) => {
  const ask = await explorer(await open(schema));
  const response = await ask("/?after=nonsense&page=7");
  assertEquals([response.status, response.headers.get("location")], [302, "/"]);
});

testEach("demo: queries come as JSON, and what is none of the tables is refused", async (open) => {
  const ask = await explorer(await open(schema));
  const asked = citiesOf({ ...NO_FILTERS, search: "under 6" });
  const answer = await (await ask("/query", asked)).json();
  assertEquals(answer.rows.map(({ name }: { name: string }) => name), ["Ünder 60", "Ünder 6"]);
  assertEquals([answer.hash, answer.plan.steps[0].table], [asked.hash, "cities"]);
  assertEquals((await ask("/query", { from: "secrets" })).status, 400);
  assertEquals((await ask("/query", "</script>")).status, 400);
});

testEach("demo: edits keep the rules of the schema", async (open) => {
  const db = await open(schema);
  const ask = await explorer(db);
  const edit = async (city: unknown, patch: unknown) =>
    (await ask("/edits", { city, patch })).status;
  assertEquals(await edit(7, { name: "Övre", population: 5 }), 204);
  const { name, folded, population } = await db.get(cities, 7) ?? {};
  assertEquals([name, folded, population], ["Övre", "ovre", 5]);
  for (const patch of [{ name: " " }, { population: -1 }, { population: 1.5 }, { name: 5 }]) {
    assertEquals(await edit(7, patch), 422, JSON.stringify(patch));
  }
  assertEquals(await edit(700, { population: 5 }), 404);
  assertEquals(await edit("7", { population: 5 }), 422);
  assertEquals(await edit(7, { country: "XX", id: 8 }), 204); // nothing of that is taken
  assertEquals((await db.get(cities, 7))?.country, "XB");
  assertEquals(await db.count(query(cities).where({ population: 5 })), 1);
});

testEach("demo: a form of another site edits nothing", async (open) => {
  const db = await open(schema);
  await explorer(db);
  const { fetch } = explorerApp(db, { files: FILES, preloads: [] });
  const body = JSON.stringify({ city: 7, patch: { population: 5 } });
  for (const type of ["text/plain", "application/x-www-form-urlencoded"]) {
    const headers = { "content-type": type };
    const request = new Request("http://localhost/edits", { method: "POST", headers, body });
    assertEquals((await fetch(request)).status, 415);
  }
  assertEquals((await db.get(cities, 7))?.population, 7_000);
});

testEach("demo: a copy of the tables gets every row once", async (open) => {
  const ask = await explorer(await open(schema));
  const first = await (await ask("/seed?after=0")).json();
  assertEquals([first.countries.length, first.cities.length, first.total], [2, 60, 60]);
  const rest = await (await ask("/seed?after=58")).json();
  assertEquals([rest.countries, rest.cities.map(({ id }: { id: number }) => id)], [[], [59, 60]]);
});

Deno.test("demo: an edit and the note of it are one commit", async () => {
  await using db = await openDatabase(local, memoryDriver());
  await explorer(db);
  const [city] = await db.all(citiesOf({ ...NO_FILTERS, search: "under 7" }));
  assert(city);
  const { seq } = db;
  await editCity(db, city, { name: "Övre" });
  assertEquals(db.seq, seq + 1);
  assertEquals((await db.get(cities, 7))?.folded, "ovre");
  assertEquals((await db.all(unsent)).map(({ city, patch }) => ({ city, patch })), [
    { city: 7, patch: { name: "Övre" } },
  ]);
  await assertRejects(() => editCity(db, city, { population: -1 }), DataError);
  assertEquals(await db.count(unsent), 1);
  // A copy that has not got that far takes the whole row.
  await db.delete(cities, 7);
  await editCity(db, city, { population: 12 });
  const { name, population, latitude } = await db.get(cities, 7) ?? {};
  assertEquals([name, population, latitude], ["Ünder 7", 12, 6]);
});

Deno.test("demo: filters come back from the address as they were", () => {
  for (
    const filters of [
      NO_FILTERS,
      { ...NO_FILTERS, search: "São & <b>", country: "BR", least: 0, most: 5 },
      { ...NO_FILTERS, sort: "name", direction: "asc", page: 3, after: "abc", continent: "Asia" },
    ] as const
  ) assertEquals(readFilters(writeFilters(filters)), filters);
  assertEquals(`${writeFilters(NO_FILTERS)}`, "");
});

Deno.test("demo: the page takes the next port when the first one is taken", async () => {
  await using db = await openDatabase(schema, memoryDriver());
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = taken.addr as Deno.NetAddr;
  await using page = await servePage(db, port);
  assert(page.moved && Number(new URL(page.url).port) > port, page.url);
  await (await fetch(page.url)).body?.cancel();
});
