import { DatabaseSync } from "node:sqlite";
import { assert, assertEquals } from "@std/assert";
import { gt, increment, integer, openDatabase, query, sum, table, text } from "../../../mod.ts";
import { sqliteDriver } from "../../../drivers/sqlite.ts";
import { assertDataError } from "../../conformance/suite.ts";
import {
  albums,
  artists,
  chinook,
  contentOf,
  customers,
  invoices,
  makeChinook,
  ownTables,
  playlistTracks,
  tracks,
} from "./chinook.ts";

function test(name: string, fn: (client: DatabaseSync, path: string) => Promise<void>): void {
  Deno.test(`adopt: ${name}`, async () => {
    const directory = Deno.makeTempDirSync();
    const path = `${directory}/chinook.db`;
    makeChinook(path);
    const client = new DatabaseSync(path);
    try {
      await fn(client, path);
    } finally {
      client.close();
      Deno.removeSync(directory, { recursive: true });
    }
  });
}

test("tables of others are queried and left as they are", async (client, path) => {
  const before = contentOf(client);
  const file = Deno.readFileSync(path);
  {
    await using db = await openDatabase(chinook, sqliteDriver(client), { adopt: true });
    assertEquals(await db.all(query(artists)), [
      { ArtistId: 1, Name: "AC/DC" },
      { ArtistId: 2, Name: "Antônio Carlos Jobim" },
      { ArtistId: 3, Name: null },
    ]);
    const titles = query(tracks).join("album", albums, { AlbumId: "AlbumId" })
      .join("artist", artists, { ArtistId: "album.ArtistId" })
      .where({ UnitPrice: gt(0.5) }).orderBy("UnitPrice", "desc").select("Name", "artist.Name");
    assertEquals(await db.all(titles), [
      { Name: "Inject The Venom", artist: { Name: "AC/DC" } },
      { Name: "Desafinado", artist: { Name: "Antônio Carlos Jobim" } },
      { Name: "Put The Finger On You", artist: { Name: "AC/DC" } },
    ]);
    const totals = query(invoices).groupBy(["CustomerId"], { total: sum("Total") });
    const found = await db.all(totals);
    assertEquals(found.map(({ CustomerId, total }) => [CustomerId, total?.toFixed(2)]), [
      [1, "3.00"],
      [2, "2.97"],
    ]);
    assertEquals(await db.get(playlistTracks, [1, 3]), { PlaylistId: 1, TrackId: 3 });
    assertEquals(
      (await db.first(query(customers).where({ Email: "luis@example.com" })))?.CustomerId,
      1,
    );
    assertEquals(ownTables(client), []);
  }
  assertEquals(contentOf(client), before);
  assertEquals(Deno.readFileSync(path), file);
  assertEquals(
    client.prepare("PRAGMA integrity_check").get(),
    client.prepare("SELECT 'ok' AS integrity_check").get(),
  );
});

test("writes go into the tables, and change nothing else", async (client) => {
  const schema = () => JSON.stringify((contentOf(client) as { schema: unknown }).schema);
  const before = schema();
  for (const round of [1, 2]) {
    await using db = await openDatabase(chinook, sqliteDriver(client), { adopt: true });
    await db.insert(artists, { ArtistId: 10 + round, Name: "Björk" });
    await db.update(tracks, 1, { UnitPrice: increment(1) });
    await db.upsert(customers, { CustomerId: 1, Email: "luis@example.com", Country: "Peru" });
    await assertDataError(
      () => db.insert(customers, { CustomerId: 9, Email: "luis@example.com" }),
      { code: "constraint", rule: "unique", table: "Customer" },
    );
  }
  assertEquals(schema(), before);
  assertEquals(client.prepare("SELECT Name FROM Artist WHERE ArtistId > 10").all().length, 2);
  assertEquals(
    client.prepare("SELECT UnitPrice FROM Track WHERE TrackId = 1").get()?.UnitPrice,
    2.99,
  );
});

test("values of the schema get a table with the first commit", async (client) => {
  const schema = { ...chinook, values: { theme: text().default("dark") } };
  const before = contentOf(client);
  for (const theme of ["dark", "light"]) {
    await using db = await openDatabase(schema, sqliteDriver(client), { adopt: true });
    assertEquals(await db.getValue("theme"), theme);
    if (theme === "dark") assertEquals(ownTables(client), []);
    await db.setValue("theme", "light");
  }
  assert(ownTables(client).includes("strata_values"));
  assertEquals(contentOf(client), before);
});

test("what is missing is refused by name", async (client) => {
  const before = contentOf(client);
  const cases = [
    [table("Nothing", { id: integer().primaryKey() }), undefined],
    [table("artist", { ArtistId: integer().primaryKey() }), undefined],
    [table("Artist", { ArtistId: integer().primaryKey(), Born: integer() }), "Born"],
    [table("Artist", { ArtistId: integer().primaryKey(), name: text().optional() }), "name"],
  ] as const;
  for (const [missing, column] of cases) {
    const error = await assertDataError(
      () => openDatabase({ tables: [missing] }, sqliteDriver(client), { adopt: true }),
      { code: "version", table: missing.name },
    );
    assertEquals(error.columns, column && [column]);
  }
  assertEquals(contentOf(client), before);
  assertEquals(ownTables(client), []);
});

test("without adopt a table of others is not taken over", async (client) => {
  const before = contentOf(client);
  for (const name of ["Artist", "ARTIST"]) {
    const own = table(name, { ArtistId: integer().primaryKey(), Name: text().optional() });
    await assertDataError(() => openDatabase({ tables: [own] }, sqliteDriver(client)), {
      code: "version",
      table: name,
    });
  }
  assertEquals(contentOf(client), before);
  const beside = table("beside", { id: integer().primaryKey() });
  await using db = await openDatabase({ tables: [beside] }, sqliteDriver(client));
  await db.insert(beside, { id: 1 });
});

test("check() finds nothing where affinity fits, and tells what does not", async (client) => {
  {
    await using db = await openDatabase(chinook, sqliteDriver(client), { adopt: true });
    assertEquals(await db.check(), []);
  }
  const other = [
    table("Track", {
      TrackId: integer().primaryKey(),
      Name: integer().optional(),
      AlbumId: text().unique(),
      GenreId: integer().optional(),
      UnitPrice: text(),
    }, { indexes: [["GenreId", "Name"]] }),
    table("Album", { AlbumId: integer(), Title: text(), ArtistId: integer() }, {
      primaryKey: ["Title"],
    }),
    table("Artist", { ArtistId: integer().primaryKey() }),
    table("Genre", { GenreId: integer().primaryKey() }),
  ];
  await using db = await openDatabase({ tables: other }, sqliteDriver(client), { adopt: true });
  client.exec("ALTER TABLE Genre RENAME TO Genres");
  client.exec("ALTER TABLE Album RENAME COLUMN Title TO Titel");
  const problems = await db.check();
  const has = (name: string, ...parts: string[]) =>
    assert(
      problems.some(({ table, problem }) =>
        table === name && parts.every((part) => problem.includes(part))
      ),
      JSON.stringify(problems, null, 1),
    );
  has("Track", `"Name"`, "NVARCHAR(200)", "integer");
  has("Track", `"Name"`, "never null");
  has("Track", `"AlbumId"`, "may be null");
  has("Track", `"AlbumId"`, "unique index");
  has("Track", `"GenreId", "Name"`, "index");
  has("Track", `"UnitPrice"`, "NUMERIC(10,2)");
  has("Album", `"Title"`, "missing");
  has("Track", `"Milliseconds"`, "not in the schema");
  has("Album", "key", `"AlbumId"`);
  has("Genre", "missing");
  assert(!problems.some(({ table }) => table === "Artist"));
});
