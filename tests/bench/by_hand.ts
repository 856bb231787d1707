/**
 * The same work in plain JavaScript, knowing the query in advance.
 *
 * @module
 */
import type { Contestant, Loaded } from "./contestant.ts";
import type { Todo } from "./rows.ts";

const LIMIT = 20;

export const byHand: Contestant = {
  name: "by hand",
  load(rows: readonly Todo[], { indexed }: { readonly indexed: boolean }): Loaded {
    const map = new Map<string, Todo>();
    for (const { id, title, status, owner, priority, amount, done } of rows) {
      map.set(id, { id, title, status, owner, priority, amount, done });
    }
    // Built on first use, like an index of the store.
    let index: readonly Todo[] | undefined;
    return {
      get size(): number {
        return map.size;
      },
      get: (id: string) => map.get(id),
      top(status: string): readonly Todo[] {
        return indexed ? last(index ??= sorted(map), status) : largest(map, status);
      },
      update(ids: readonly string[], priority: number): void {
        // Rows are replaced, not changed, so that whoever shows one can compare by identity.
        for (const key of ids) {
          const row = map.get(key);
          if (row === undefined) continue;
          const { id, title, status, owner, amount, done } = row;
          map.set(key, { id, title, status, owner, priority: priority++, amount, done });
        }
      },
      close() {},
    };
  },
};

/** Bounded insertion: the best so far, largest first. */
function largest(map: ReadonlyMap<string, Todo>, status: string): readonly Todo[] {
  const best: Todo[] = [];
  let least = -Infinity;
  for (const row of map.values()) {
    if (row.status !== status || row.done || row.amount <= least) continue;
    let at = best.length;
    while (at > 0 && (best[at - 1]?.amount ?? 0) < row.amount) at -= 1;
    best.splice(at, 0, row);
    if (best.length > LIMIT) best.pop();
    if (best.length === LIMIT) least = best[LIMIT - 1]?.amount ?? least;
  }
  return best;
}

/** By status, then open before done, then amount. */
function sorted(map: ReadonlyMap<string, Todo>): readonly Todo[] {
  return [...map.values()].sort((a, b) =>
    a.status < b.status
      ? -1
      : a.status > b.status
      ? 1
      : Number(a.done) - Number(b.done) || a.amount - b.amount
  );
}

/** Bisects to the end of the status and reads backwards. */
function last(index: readonly Todo[], status: string): readonly Todo[] {
  let low = 0;
  let high = index.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const row = index[middle];
    if (row !== undefined && (row.status < status || (row.status === status && !row.done))) {
      low = middle + 1;
    } else high = middle;
  }
  const rows: Todo[] = [];
  for (let i = low - 1; i >= 0 && rows.length < LIMIT; i--) {
    const row = index[i];
    if (row === undefined || row.status !== status || row.done) break;
    rows.push(row);
  }
  return rows;
}
