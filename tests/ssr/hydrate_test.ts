import { assert, assertEquals, assertRejects } from "@std/assert";
import { effect } from "@preact/signals-core";
import { DatabaseSync } from "node:sqlite";
import type { Driver } from "../../db/driver.ts";
import { memoryDriver } from "../../drivers/memory.ts";
import { sqliteDriver } from "../../drivers/sqlite.ts";
import {
  count,
  createStore,
  type Database,
  date,
  gte,
  integer,
  oneOf,
  openDatabase,
  param,
  query,
  type Store,
  sum,
  table,
  text,
} from "../../mod.ts";
import { recordOf } from "../../engine/mod.ts";
import { dehydrate } from "../../ssr/mod.ts";
import { hydrate } from "../../ssr/hydrate.ts";
import { slowDriver } from "../live/slow_driver.ts";
import { inPage } from "./page.ts";

const countries = table("countries", { id: text().primaryKey(), name: text().unique() });
const cities = table("cities", {
  id: text().primaryKey(),
  country: text().references("countries"),
  people: integer(),
  seen: date().optional(),
});
const schema = {
  tables: [countries, cities],
  values: { theme: text().default("light"), last: text() },
};
const largest = query(cities).where({ people: gte(2) }).where({
  country: oneOf(["jp", "pe", "old"]),
})
  .orderBy("people", "desc").limit(2);

function filled(): Store {
  const store = createStore(schema);
  store.insert(countries, [{ id: "pe", name: "Peru" }, { id: "jp", name: "Japan" }]);
  store.insert(cities, [
    { id: "lima", country: "pe", people: 10, seen: new Date(5) },
    { id: "cusco", country: "pe", people: 1 },
    { id: "tokyo", country: "jp", people: 37 },
  ]);
  return store;
}

/** Drivers whose tables live queries look into, that answer at once, and that take their time. */
function testEach(name: string, run: (db: Database, slow: boolean) => Promise<void>): void {
  const register = (kind: string, driver: () => Driver, slow: boolean) =>
    Deno.test(`${name}, ${kind}`, async () => {
      await using db = await openDatabase(schema, driver());
      await run(db, slow);
    });
  register("resident", memoryDriver, false);
  Deno.test(`${name}, asked`, async () => {
    using client = new DatabaseSync(":memory:");
    await using db = await openDatabase(schema, sqliteDriver(client));
    await run(db, false);
  });
  register("asked slowly", () => slowDriver(memoryDriver()), true);
}

/** Long enough for every answer that is on its way. */
const turns = () => new Promise((resolve) => setTimeout(resolve, 40));

testEach("a live query begins ready with the dehydrated rows, and stays", async (db) => {
  using server = filled();
  const rows = server.all(largest);
  const page = await inPage(
    [dehydrate({ largest: server.live(largest) })],
    () => hydrate({ largest: db }),
  );
  assertEquals(page, { largest: rows });
  // The same, otherwise built.
  const live = db.live(
    query(cities).where({ country: oneOf(["old", "pe", "jp"]), people: gte(2) }).orderBy(
      "people",
      "desc",
    )
      .limit(2),
  );
  assertEquals([live.value, live.status.value], [rows, "ready"]);
  const results: unknown[] = [];
  const ops: object[] = [];
  const stop = effect(() => void results.push(live.value));
  live.deltas((steps) => ops.push(...steps));
  await turns();
  assertEquals(results, [rows], "no flash");
  assert(results[0] === live.value, "the same objects");
  assertEquals(await db.all(largest), rows, "a seed");
  await db.update(cities, "lima", { people: 50 });
  await turns();
  assertEquals(results.length, 2);
  assertEquals(live.value.map(({ id }) => id), ["lima", "tokyo"]);
  assert(ops.every((op) => !("remove" in op || "insert" in op)), "rows that stay are changed");
  stop();
});

testEach("rows of joins and includes are a seed for each of their tables", async (db) => {
  using server = filled();
  const joined = query(cities).join("in", countries, { id: "country" });
  const withCities = query(countries).include("cities", query(cities), { country: "id" })
    .where({ id: "pe" });
  await inPage(
    [dehydrate({
      joined: server.live(joined.where({ id: "tokyo" })),
      pe: server.live(withCities),
    })],
    () => hydrate({ joined: db, pe: db }),
  );
  assertEquals(await db.all(joined), server.all(joined));
  assertEquals(await db.all(withCities), server.all(withCities));
  const live = db.live(withCities);
  assertEquals([live.value, live.status.value], [server.all(withCities), "ready"]);
  await turns();
});

testEach("what is no whole row stands until the database has something to say", async (db) => {
  using server = filled();
  const byCountry = query(cities).groupBy(["country"], { n: count(), people: sum("people") });
  const names = query(cities).orderBy("people").select("id").offset(1);
  const items = {
    groups: server.live(byCountry),
    names: server.live(names),
    n: server.liveCount(query(cities)),
  };
  await inPage([dehydrate(items)], () => hydrate({ groups: db, names: db, n: db }));
  const live = db.live(byCountry);
  const results: unknown[] = [];
  const stop = effect(() => void results.push(live.value));
  const [list, n] = [db.live(names), db.liveCount(query(cities))];
  const stops = [list.subscribe(() => {}), n.subscribe(() => {})];
  await turns();
  assertEquals(results, [server.all(byCountry)]);
  assertEquals([list.value, n.value], [server.all(names), 3]);
  await db.insert(countries, { id: "it", name: "Italy" });
  await turns();
  assertEquals(results.length, 1);
  await db.insert(cities, { id: "rome", country: "it", people: 4 });
  await turns();
  assertEquals(live.value.map((row) => ({ ...row })), [{ country: "it", n: 1, people: 4 }]);
  // An offset of 1 has nothing to show yet, as before.
  assertEquals([list.value, n.value], [server.all(names), 1]);
  for (const end of [stop, ...stops]) end();
});

testEach("a database keeps what it has, and shows it after the first render", async (db) => {
  await db.insert(countries, { id: "old", name: "Japan" });
  await db.insert(cities, { id: "lima", country: "old", people: 99 });
  await db.setValue("last", "mine");
  const commits: unknown[] = [];
  db.changes((commit) => commits.push(recordOf(commit).kind));
  using server = filled();
  server.setValue("theme", "dark");
  server.setValue("last", "theirs");
  const items = {
    largest: server.live(largest),
    countries: server.live(query(countries)),
    row: server.liveRow(cities, "lima"),
    theme: server.liveValue("theme"),
    last: server.liveValue("last"),
  };
  await inPage(
    [dehydrate(items)],
    () => hydrate({ largest: db, countries: db, row: db, theme: db, last: db }),
  );
  assertEquals(commits, ["seed"]);
  const live = db.live(largest);
  const row = db.liveRow(cities, "lima");
  const last = db.liveValue("last");
  const seen: unknown[] = [];
  const stop = effect(() => {
    seen.push([live.value.map(({ people }) => people), row.value?.people, last.value]);
  });
  await turns();
  assertEquals(seen[0], [[37, 10], 10, "theirs"]);
  assertEquals(seen.at(-1), [[99, 37], 99, "mine"]);
  assertEquals((await db.all(query(countries))).map(({ id }) => id), ["old", "pe"]); // the name is taken
  assertEquals([await db.getValue("theme"), await db.getValue("last")], ["dark", "mine"]);
  stop();
});

testEach("a whole store is a seed for a database, once", async (db) => {
  using server = filled();
  server.setValue("last", "lima");
  await inPage([dehydrate({ app: server })], async () => {
    await hydrate({ app: db });
    assertEquals(await db.all(query(cities)), server.all(query(cities)));
    assertEquals(await db.getValue("last"), "lima");
    await db.deleteAll(cities, {});
    await hydrate({ app: db });
    assertEquals(await db.count(query(cities)), 0);
  });
});

testEach(
  "a database of another name takes the live results that nobody else is given for",
  async (db) => {
    using server = filled();
    using store = createStore(schema);
    const items = {
      largest: server.live(largest),
      countries: server.live(query(countries)),
      app: server,
      title: "Cities",
    };
    const page = await inPage([dehydrate(items)], () => hydrate({ db, countries: store }));
    assertEquals(page["title"], "Cities");
    assertEquals(db.live(largest).value, server.all(largest));
    assertEquals(await db.count(query(countries)), 0);
    assertEquals(store.count(query(countries)), 2);
    await turns();
  },
);

testEach("params are part of what a result goes by", async (db) => {
  using server = filled();
  const of = query(cities).where({ country: param("country") });
  await inPage(
    [dehydrate({ pe: server.live(of.with({ country: "pe" })) })],
    () => hydrate({ pe: db }),
  );
  const live = db.live(of.with({ country: "pe" }));
  assertEquals(live.value.map(({ id }) => id), ["cusco", "lima"]);
  assertEquals(db.live(of.with({ country: "jp" })).value, []);
  await turns();
  live.with({ country: "jp" });
  assertEquals(live.value, []);
  await turns();
});

testEach("rows that do not fit the schema are refused, and nothing is written", async (db) => {
  const other = table("cities", { id: text().primaryKey(), people: text() });
  using server = createStore({ tables: [other] });
  server.insert(other, { id: "a", people: "many" });
  await inPage(
    [dehydrate({ a: server.live(query(other)) })],
    () => assertRejects(() => hydrate({ a: db }), TypeError),
  );
  const unknown = table("unknown", { id: text().primaryKey() });
  using stranger = createStore({ tables: [unknown] });
  await inPage(
    [dehydrate({ a: stranger.live(query(unknown)) })],
    () => assertRejects(() => hydrate({ a: db }), SyntaxError),
  );
  assertEquals(await db.count(query(cities)), 0);
});

Deno.test("a live query of a server's database is dehydrated when it is ready", async () => {
  await using db = await openDatabase(schema, slowDriver(memoryDriver()));
  await db.insert(countries, { id: "pe", name: "Peru" });
  const live = db.live(query(countries));
  try {
    dehydrate({ live });
    throw new Error("It is loading");
  } catch (error) {
    assertEquals(
      error instanceof TypeError && error.message,
      `Cannot dehydrate "live" as a live result is ready: it is loading`,
    );
  }
  await live.ready;
  const page = await inPage([dehydrate({ live })], () => hydrate({}));
  assertEquals(page, { live: [{ id: "pe", name: "Peru" }] });
});

Deno.test("a driver that fails leaves the dehydrated rows, and says so", async () => {
  const failure = new Error("offline");
  let offline = false;
  const driver = slowDriver(memoryDriver());
  await using db = await openDatabase(schema, {
    ...driver,
    async open(options) {
      const session = await driver.open(options);
      return {
        ...session,
        ask: (request) => offline ? Promise.reject(failure) : session.ask(request),
      };
    },
  });
  using server = filled();
  const items = dehydrate({ largest: server.live(largest) });
  await inPage([items], () => hydrate({ largest: db }));
  offline = true;
  const live = db.live(largest);
  const stop = live.subscribe(() => {});
  assertEquals(live.status.value, "ready");
  await turns();
  assertEquals([live.value, live.status.value], [server.all(largest), "failed"]);
  offline = false;
  await db.insert(countries, { id: "it", name: "Italy" });
  await turns();
  assertEquals([live.value, live.status.value], [server.all(largest), "ready"]);
  stop();
});
