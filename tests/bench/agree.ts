/**
 * That all contestants do the same work, before anything is timed.
 *
 * @module
 */
import type { Contestant, Loaded } from "./contestant.ts";
import { shuffled } from "./random.ts";
import { STATUSES, type Todo } from "./rows.ts";

/** Throws an Error that names the contestant and the work whose result differs. */
export async function agree(
  contestants: readonly Contestant[],
  rows: readonly Todo[],
): Promise<void> {
  const ids = shuffled(rows.length, 3).slice(0, 500).map((i) => rows[i]?.id ?? "");
  for (const contestant of contestants) {
    for (const indexed of [false, true]) {
      const loaded = contestant.load(rows, { indexed });
      const expect = (work: string, got: unknown, expected: unknown): void => {
        const [a, b] = [JSON.stringify(got), JSON.stringify(expected)];
        if (a === b) return;
        throw new Error(`${contestant.name}, ${work}: got ${a}, expected ${b}`);
      };
      expect("size", loaded.size, rows.length);
      for (const id of ids) expect("get", cells(loaded.get(id)), cells(find(rows, id)));
      expect("get of a missing row", cells(loaded.get("nobody")), cells(undefined));
      for (const status of STATUSES) {
        expect("top", (await loaded.top(status)).map(cells), top(rows, status).map(cells));
      }
      await expectUpdates(loaded, ids, expect);
      loaded.close();
    }
  }
}

async function expectUpdates(
  loaded: Loaded,
  ids: readonly string[],
  expect: (work: string, got: unknown, expected: unknown) => void,
): Promise<void> {
  await loaded.update(ids, 1_000_000);
  expect(
    "update",
    ids.map((id) => loaded.get(id)?.priority),
    ids.map((_, i) => 1_000_000 + i),
  );
}

/** Six cells as they are everywhere: TinyBase rows have no id, SQLite has 0 and 1. */
function cells(row: Partial<Todo> | undefined): readonly unknown[] {
  return [row?.title, row?.status, row?.owner, row?.priority, row?.amount, Boolean(row?.done)];
}

function find(rows: readonly Todo[], id: string): Todo | undefined {
  return rows.find((row) => row.id === id);
}

function top(rows: readonly Todo[], status: string): readonly Todo[] {
  return rows.filter((row) => row.status === status && !row.done)
    .sort((a, b) => b.amount - a.amount).slice(0, 20);
}
