import { tableDef } from "../../schema/table.ts";
import type { Effect } from "../../engine/mod.ts";
import { eq, query } from "../../query/mod.ts";
import { queryValue } from "../../query/query.ts";
import type { Work } from "../driver.ts";
import { inserted, removed, updated } from "../core_tables.ts";
import { ask } from "../works.ts";
import { settle, use } from "./limits.ts";
import { entriesOf, type Place, present, put, tagEffects } from "./place.ts";
import { ENTRIES, type EntryRow, isOver, TAGS } from "./tables.ts";

/** Columns of an entry that setting it writes. */
const WRITTEN = ["version", "expires", "dies", "tags", "size", "value"];

const DEF = tableDef(ENTRIES);
const NAMES = DEF.columns.map(({ name }) => name);
const NONE: readonly never[] = [];

/** Stores one entry. What most sets are is written out, since each generator inside another costs. */
export function* setOneWork(place: Place, row: EntryRow): Work<void> {
  const answer = yield { ask: "keys", table: DEF, keys: [[row.key]] };
  const [there] = answer as readonly (EntryRow | undefined)[]; // the answer to what was asked
  const plain = !place.account && row.tags === "" && (there === undefined || there.tags === "");
  if (!plain || row.dies !== null && isOver(row, place.now())) {
    return yield* replaceAll(place, [row], [there]);
  }
  const effects: Effect[] = [
    there
      ? { table: DEF, kind: "update", columns: WRITTEN, before: [there], after: [row] }
      : { table: DEF, kind: "insert", columns: NAMES, before: NONE, after: [row] },
  ];
  yield { ask: "write", effects };
  place.effects.push(...effects);
}

/** Stores entries, each key once; those that are over before they begin are deleted. */
export function* setWork(place: Place, rows: readonly EntryRow[]): Work<void> {
  const found = yield* entriesOf(rows.map(({ key }) => key));
  yield* replaceAll(place, rows, found);
}

/** Stores an entry if the one that is there has this version, or there is none; whether it did. */
export function* setIfWork(
  place: Place,
  row: EntryRow,
  version: string | undefined,
): Work<boolean> {
  const [found] = yield* entriesOf([row.key]);
  const there = found && !isOver(found, place.now()) ? found.version : undefined;
  if (there !== version) return false;
  yield* replaceAll(place, [row], [found]);
  return true;
}

/** Puts entries into the places of those that were found for their keys. */
export function* replaceAll(
  place: Place,
  rows: readonly EntryRow[],
  found: readonly (EntryRow | undefined)[],
): Work<void> {
  const now = place.now();
  const before: EntryRow[] = [];
  const after: EntryRow[] = [];
  const fresh: EntryRow[] = [];
  const gone: EntryRow[] = [];
  rows.forEach((row, i) => {
    const there = found[i];
    if (isOver(row, now) || place.account && row.size > place.account.maxBytes) {
      if (there) gone.push(there);
    } else if (there) {
      before.push(there);
      after.push(row);
    } else fresh.push(row);
  });
  const stored = fresh.length > 0 ? [...after, ...fresh] : after;
  const lost = gone.length > 0 ? [...before, ...gone] : before;
  const effects = [
    removed(ENTRIES, gone),
    updated(ENTRIES, WRITTEN, before, after),
    inserted(ENTRIES, fresh),
    ...tagEffects(place, lost, stored),
  ];
  const { account } = place;
  if (account) effects.push(...yield* use(account, stored, gone));
  yield* put(place, effects);
  if (account) yield* settle(place, account, lost, stored);
}

/** Deletes entries that were found, with what belongs to them. */
export function* removeAll(
  place: Place,
  rows: readonly EntryRow[],
  kind: "delete" | "evict",
): Work<void> {
  if (rows.length === 0) return;
  const { account } = place;
  const effects = [removed(ENTRIES, rows, kind), ...tagEffects(place, rows, [])];
  if (account) effects.push(...yield* use(account, [], rows));
  yield* put(place, effects);
  if (account) yield* settle(place, account, rows, []);
}

/** Deletes entries by key; gives how many were not over. */
export function* deleteWork(place: Place, keys: readonly string[]): Work<number> {
  const rows = present(yield* entriesOf(keys));
  yield* removeAll(place, rows, "delete");
  const now = place.now();
  return rows.filter((row) => !isOver(row, now)).length;
}

/** Deletes those of some entries that are over; gives how many. */
export function* sweepWork(place: Place, keys: readonly string[]): Work<number> {
  const now = place.now();
  const rows = present(yield* entriesOf(keys)).filter((row) => isOver(row, now));
  yield* removeAll(place, rows, "evict");
  return rows.length;
}

/** Deletes the entries with one of some tags; gives how many were not over. */
export function* invalidateWork(place: Place, tags: readonly string[]): Work<number> {
  const keys = new Set<string>();
  for (const tag of new Set(tags)) {
    const rows = yield* ask({
      ask: "rows",
      query: queryValue(query(TAGS).where({ tag: eq(place.prefix + tag) })).bound,
    });
    for (const { key } of rows) keys.add(String(key));
  }
  return yield* deleteWork(place, [...keys]);
}

/** Makes an entry fresh until a time; false when there is none. */
export function* touchWork(place: Place, key: string, expires: number | null): Work<boolean> {
  const [found] = yield* entriesOf([key]);
  if (!found || isOver(found, place.now())) return false;
  const { expires: was, dies } = found;
  const staleMs = dies === null || was === null ? 0 : dies - was;
  const after: EntryRow = {
    ...found,
    expires,
    dies: expires === null || dies === null && was !== null ? null : expires + staleMs,
  };
  if (isOver(after, place.now())) yield* removeAll(place, [found], "delete");
  else yield* put(place, [updated(ENTRIES, ["expires", "dies"], [found], [after])]);
  return true;
}
