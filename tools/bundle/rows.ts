/** One line of the size table. */
export interface SizeRow {
  readonly name: string;
  /** A program in `tools/size/`. */
  readonly entry: string;
  /** What it is to reach, in kB (1,000 bytes) after gzip. */
  readonly targetKb: number;
  /** What it must not pass while the target is missed: a little above the last figure. */
  readonly limitKb?: number;
  /** Packages that are not counted, as the page has them anyway. */
  readonly external?: readonly string[];
}

/** What is measured of this package; a row counts once its entry is written. */
export const SIZE_ROWS: readonly SizeRow[] = [
  { name: "schema + query + store + live", entry: "store.ts", targetKb: 14, limitKb: 50 },
  {
    name: "openDatabase + IndexedDB driver + query",
    entry: "indexed_db.ts",
    targetKb: 20,
    limitKb: 85,
  },
  { name: "openDatabase + SQLite driver + query", entry: "sqlite.ts", targetKb: 18, limitKb: 93 },
  { name: "openDatabase + IndexedDB driver + blobs", entry: "blobs.ts", targetKb: 30, limitKb: 95 },
  {
    name: "webstorage, signals-core not counted",
    entry: "webstorage.ts",
    targetKb: 3,
    limitKb: 5,
    external: ["@preact/signals-core"],
  },
  { name: "openDatabase + memory driver + cache", entry: "cache.ts", targetKb: 72, limitKb: 75 },
  {
    name: "hydrate + ui/preact, Preact and signals-core not counted",
    entry: "ui_preact.ts",
    targetKb: 50,
    limitKb: 54,
    external: ["@preact/signals-core", "preact", "preact/hooks"],
  },
];

/** A library that a user would pick instead, and the part of it that does the same. */
export interface PeerRow {
  readonly name: string;
  /** By its name in deno.json's import map. */
  readonly package: string;
  readonly program: string;
}

/** What the first row of {@linkcode SIZE_ROWS} is compared with. */
export const PEER_ROWS: readonly PeerRow[] = [
  {
    name: "TinyBase store + queries + indexes",
    package: "tinybase",
    program: `export { createStore } from "tinybase/store";
      export { createQueries } from "tinybase/queries";
      export { createIndexes } from "tinybase/indexes";`,
  },
  {
    name: "TanStack DB collection + live query",
    package: "@tanstack/db",
    program: `export { createCollection, createLiveQueryCollection, localOnlyCollectionOptions,
      and, or, not, eq, gt, gte, lt, lte, inArray, like, ilike, count, sum, avg, min, max }
      from "@tanstack/db";`,
  },
];
