import type { DatabaseSync } from "node:sqlite";
import { integer, real, table, text } from "../../../mod.ts";

const FOLDER = import.meta.dirname ?? "";

/** Makes a database file by the sqlite3 program; where there is none, by a copy of what it has made. */
export function makeChinook(path: string): void {
  try {
    const args = ["-bail", path, `.read "${FOLDER}/chinook.sql"`];
    const { success, stderr } = new Deno.Command("sqlite3", { args }).outputSync();
    if (!success) throw new Error(new TextDecoder().decode(stderr));
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    Deno.copyFileSync(`${FOLDER}/chinook.db`, path);
  }
}

/** Everything in a database that is not ours: the schema's text and all rows. */
export function contentOf(client: DatabaseSync): unknown {
  const schema = client.prepare(
    "SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE tbl_name NOT LIKE 'strata|_%' ESCAPE '|' ORDER BY name",
  ).all();
  const tables = schema.filter(({ type }) => type === "table").map(({ name }) => String(name));
  const rows = tables.map((name) => {
    const statement = client.prepare(`SELECT rowid, * FROM "${name}" ORDER BY rowid`);
    return [name, statement.all()];
  });
  return { schema, rows };
}

/** Tables of the core's own that are there. */
export function ownTables(client: DatabaseSync): unknown[] {
  return client.prepare(
    "SELECT name FROM sqlite_schema WHERE type = 'table' AND name LIKE 'strata|_%' ESCAPE '|'",
  ).all().map(({ name }) => name);
}

export const artists = table("Artist", {
  ArtistId: integer().primaryKey(),
  Name: text().optional(),
});
export const albums = table("Album", {
  AlbumId: integer().primaryKey(),
  Title: text(),
  ArtistId: integer(),
});
export const genres = table("Genre", {
  GenreId: integer().primaryKey(),
  Name: text().optional(),
});
export const tracks = table("Track", {
  TrackId: integer().primaryKey(),
  Name: text(),
  AlbumId: integer().optional(),
  GenreId: integer().optional(),
  Composer: text().optional(),
  Milliseconds: integer(),
  UnitPrice: real(),
}, { indexes: ["AlbumId"] });
export const customers = table("Customer", {
  CustomerId: integer().primaryKey(),
  Email: text().unique(),
  Country: text().optional(),
});
export const invoices = table("Invoice", {
  InvoiceId: integer().primaryKey(),
  CustomerId: integer(),
  InvoiceDate: text(),
  Total: real(),
}, { indexes: [["CustomerId", "InvoiceDate"]] });
export const playlistTracks = table("PlaylistTrack", {
  PlaylistId: integer(),
  TrackId: integer(),
}, { primaryKey: ["PlaylistId", "TrackId"] });

/** All of them. */
export const chinook = {
  tables: [artists, albums, genres, tracks, customers, invoices, playlistTracks],
};
