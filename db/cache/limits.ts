import { eq, query } from "../../query/mod.ts";
import { queryValue } from "../../query/query.ts";
import type { StoredRow } from "../../schema/types.ts";
import type { Effect } from "../../engine/mod.ts";
import type { Work } from "../driver.ts";
import { inserted, removed, updated } from "../core_tables.ts";
import { ask } from "../works.ts";
import type { Account } from "./account.ts";
import { entriesOf, type Place, present, put, rowsOf, tagEffects } from "./place.ts";
import { CACHES, ENTRIES, type EntryRow, USES } from "./tables.ts";

/** So many entries are looked at at once when some have to go. */
const VICTIMS = 32;

function usesOf(keys: readonly string[]): Work<readonly (StoredRow | undefined)[]> {
  return rowsOf(USES, keys.map((key) => [key]));
}

/** What becomes of the uses where entries were stored, and others are gone. */
export function* use(
  account: Account,
  stored: readonly EntryRow[],
  gone: readonly EntryRow[],
): Work<Effect[]> {
  const found = yield* usesOf([...stored, ...gone].map(({ key }) => key));
  const before: StoredRow[] = [];
  const after: StoredRow[] = [];
  const fresh: StoredRow[] = [];
  stored.forEach(({ key }, i) => {
    const row = { key, cache: account.id, used: account.tick() };
    const there = found[i];
    if (there) {
      before.push(there);
      after.push(row);
    } else fresh.push(row);
  });
  const lost = present(found.slice(stored.length));
  return [
    removed(USES, lost),
    updated(USES, ["used"], before, after),
    inserted(USES, fresh),
  ];
}

/** Writes when entries were read, of those that are still there. */
export function* noteWork(
  place: Place,
  noted: ReadonlyMap<string, number>,
): Work<void> {
  const found = present(yield* usesOf([...noted.keys()]));
  const usedAt = ({ key }: StoredRow) => noted.get(String(key)) ?? 0;
  const newer = found.filter((row) => Number(row["used"]) < usedAt(row));
  const after = newer.map((row) => ({ ...row, used: usedAt(row) }));
  yield* put(place, [updated(USES, ["used"], newer, after)]);
}

/** Counts what has come and gone, and has the entries go that are over the limits, oldest use first. */
export function* settle(
  place: Place,
  account: Account,
  gone: readonly EntryRow[],
  stored: readonly EntryRow[],
): Work<void> {
  const [found] = yield* rowsOf(CACHES, [[account.name]]);
  if (!found) return;
  let entries = Number(found["entries"]) + stored.length - gone.length;
  let bytes = Number(found["bytes"]) + sizeOf(stored) - sizeOf(gone);
  const isOver = () => entries > account.maxEntries || bytes > account.maxBytes;
  if (isOver()) {
    const noted = account.take();
    try {
      yield* noteWork(place, noted);
    } catch (error) {
      account.giveBack(noted);
      throw error;
    }
  }
  while (isOver()) {
    const oldest = yield* ask({
      ask: "rows",
      query: queryValue(
        query(USES).where({ cache: eq(account.id) }).orderBy("used").limit(VICTIMS),
      ).bound,
    });
    if (oldest.length === 0) break; // counted wrongly, which it is no more from now on
    const uses: StoredRow[] = [];
    const victims: EntryRow[] = [];
    const rows = yield* entriesOf(oldest.map(({ key }) => String(key)));
    for (const [i, row] of rows.entries()) {
      if (!isOver()) break;
      uses.push(...oldest.slice(i, i + 1));
      if (!row) continue;
      victims.push(row);
      entries--;
      bytes -= row.size;
    }
    yield* put(place, [
      removed(ENTRIES, victims, "evict"),
      removed(USES, uses),
      ...tagEffects(place, victims, []),
    ]);
  }
  if (isOver()) [entries, bytes] = [0, 0];
  const after = { ...found, entries: Math.max(0, entries), bytes: Math.max(0, bytes) };
  yield* put(place, [updated(CACHES, ["entries", "bytes"], [found], [after])]);
}

function sizeOf(rows: readonly EntryRow[]): number {
  let bytes = 0;
  for (const { size } of rows) bytes += size;
  return bytes;
}
