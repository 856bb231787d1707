import { integer, real, text } from "../../schema/column.ts";
import { boolean } from "../../schema/column.ts";
import { tableDef } from "../../schema/table.ts";
import type { AnyTable, StoredRow } from "../../schema/types.ts";
import { coreTable } from "../core_tables.ts";

// Keys of entries are `id:key`, with the id of their cache: one column, so that a prefix is a range.

/** The caches by name. Where one is limited, how many entries it has, and their bytes. */
export const CACHES = coreTable("strata_caches", {
  name: text().primaryKey(),
  id: integer().unique(),
  /** Whether uses and sizes of its entries are kept. */
  limited: boolean(),
  entries: integer(),
  bytes: integer(),
});
/** The entries of all caches. */
export const ENTRIES = coreTable("strata_cache", {
  key: text().primaryKey(),
  version: text(),
  /** When it is stale, and when it is over; null is never. */
  expires: real().optional(),
  dies: real().optional(),
  /** A list as JSON; empty when there are none. */
  tags: text(),
  /** Bytes of key and value, where the cache is limited. */
  size: integer(),
  value: text(),
});
/** Which entries have a tag; tags are `id:tag`. */
export const TAGS = coreTable("strata_cache_tags", { tag: text(), key: text() }, {
  primaryKey: ["tag", "key"],
});
/** When entries of limited caches were used. */
export const USES = coreTable("strata_cache_uses", {
  key: text().primaryKey(),
  cache: integer(),
  used: integer(),
}, { indexes: [["cache", "used"]] });
/** Who makes the value of a key. */
export const LEASES = coreTable("strata_cache_leases", {
  key: text().primaryKey(),
  owner: text(),
  until: real(),
});

/** All of them. */
export const TABLES: readonly AnyTable[] = [CACHES, ENTRIES, TAGS, USES, LEASES];

// Rows are written as they are stored, past the rule that notes which text they have held.
for (const table of TABLES) for (const column of tableDef(table).columns) column.astral = true;

/** A row of {@linkcode ENTRIES}. */
export interface EntryRow extends StoredRow {
  readonly key: string;
  readonly version: string;
  readonly expires: number | null;
  readonly dies: number | null;
  readonly tags: string;
  readonly size: number;
  readonly value: string;
}

/** The tags of an entry. */
export function tagsOf({ tags }: EntryRow): readonly string[] {
  // Nobody else writes the column.
  return tags === "" ? [] : JSON.parse(tags) as string[];
}

/** Whether there is nothing left of an entry at a time. */
export function isOver({ dies }: Pick<EntryRow, "dies">, now: number): boolean {
  return dies !== null && now >= dies;
}
