import { tableDef } from "../../schema/table.ts";
import type { AnyTable, StoredRow } from "../../schema/types.ts";
import type { Effect } from "../../engine/mod.ts";
import type { Work } from "../driver.ts";
import { inserted, removed } from "../core_tables.ts";
import { ask, write } from "../works.ts";
import type { Account } from "./account.ts";
import { ENTRIES, type EntryRow, TAGS, tagsOf } from "./tables.ts";

/** The cache that a work is about, and where it leaves what it has written. */
export interface Place {
  /** What its keys and tags begin with in the tables. */
  readonly prefix: string;
  readonly now: () => number;
  /** Of a cache that is limited. */
  readonly account: Account | undefined;
  readonly effects: Effect[];
}

/** Rows by key, in the order of the keys. */
export function* rowsOf(
  table: AnyTable,
  keys: readonly (readonly unknown[])[],
): Work<readonly (StoredRow | undefined)[]> {
  if (keys.length === 0) return [];
  return yield* ask({ ask: "keys", table: tableDef(table), keys });
}

/** Entries by their whole keys, in the order of the keys. */
export function* entriesOf(keys: readonly string[]): Work<readonly (EntryRow | undefined)[]> {
  const rows = yield* rowsOf(ENTRIES, keys.map((key) => [key]));
  return rows as readonly (EntryRow | undefined)[]; // rows of that table
}

/** Writes effects, and notes them for those who listen. */
export function* put(place: Place, effects: readonly Effect[]): Work<void> {
  const some = effects.filter(({ before, after }) => before.length + after.length > 0);
  if (some.length === 0) return;
  yield* write(some);
  place.effects.push(...some);
}

/** Those that are there. */
export function present<T>(rows: readonly (T | undefined)[]): T[] {
  return rows.filter((row) => row !== undefined);
}

/** What becomes of the rows of tags where some entries go and others come. */
export function tagEffects(
  { prefix }: Place,
  gone: readonly EntryRow[],
  stored: readonly EntryRow[],
): Effect[] {
  const tagRows = (rows: readonly EntryRow[]) =>
    rows.flatMap((row) =>
      row.tags === "" ? [] : tagsOf(row).map((tag) => tagRow(prefix, tag, row))
    );
  const [before, after] = [tagRows(gone), tagRows(stored)];
  if (before.length === 0) return after.length > 0 ? [inserted(TAGS, after)] : [];
  const name = ({ tag, key }: StoredRow) => `${tag}\0${key}`;
  const had = new Set(before.map(name));
  const has = new Set(after.map(name));
  return [
    removed(TAGS, before.filter((row) => !has.has(name(row)))),
    inserted(TAGS, after.filter((row) => !had.has(name(row)))),
  ];
}

function tagRow(prefix: string, tag: string, { key }: EntryRow): StoredRow {
  return { tag: prefix + tag, key };
}
