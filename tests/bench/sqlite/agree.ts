/**
 * That all contestants do the same work, before anything is timed.
 *
 * @module
 */
import { shuffled } from "../random.ts";
import type { Todo } from "../rows.ts";
import type { Found, Opened } from "./contestant.ts";
import { type Holding, newRows, OWNED, type Sorted } from "./works.ts";

/** Throws an Error that names the contestant and the work whose result differs. */
export async function agree(holdings: readonly Holding[], sorted: Sorted): Promise<void> {
  for (const holding of holdings) {
    const { name, opened } = holding;
    const expect = (work: string, got: unknown, expected: unknown): void => {
      const [a, b] = [JSON.stringify(got), JSON.stringify(expected)];
      if (a === b) return;
      throw new Error(`${name}, ${work}: got ${a}, expected ${b}`);
    };
    await reads(opened, sorted, expect);
    await writes(holding, sorted, expect);
  }
}

type Expect = (work: string, got: unknown, expected: unknown) => void;

async function reads(opened: Opened, sorted: Sorted, expect: Expect): Promise<void> {
  for (const i of shuffled(sorted.length, 3).slice(0, 200)) {
    const row = sorted[i];
    const id = row?.id ?? "";
    expect("get", cells(await opened.get(id)), cells(row));
    if (opened.query) expect("query", cells(await opened.query(id)), cells(row));
    if (opened.range) {
      const expected = sorted.slice(i, i + 100).map(cells);
      expect("range", (await opened.range(i, i + 99)).map(cells), expected);
    }
    if (opened.page && row) {
      const expected = sorted.slice(i + 1, i + 21).map(cells);
      expect("page", (await opened.page(row)).map(cells), expected);
    }
  }
  expect("get of a missing row", (await opened.get("nobody")) ?? null, null);
}

/** What is written is taken back, but for the jobs and owners, which are the same for all then. */
async function writes({ opened, exec }: Holding, sorted: Sorted, expect: Expect): Promise<void> {
  const [more] = newRows(1, 0);
  if (more && opened.insertOne) {
    await opened.insertOne(more);
    expect("insert one", cells(await opened.get(more.id)), cells(more));
    await exec(`DELETE FROM todos WHERE id = '${more.id}'`);
  }
  const [first] = sorted;
  if (first && opened.increment) {
    await opened.increment(first.id);
    const { amount } = first;
    expect("increment", cells(await opened.get(first.id)), cells({ ...first, amount: amount + 1 }));
    await exec(`UPDATE todos SET amount = ${amount} WHERE id = '${first.id}'`);
  }
  const last = sorted[OWNED - 1];
  const next = sorted[OWNED];
  if (last && next && opened.setOwner) {
    await opened.setOwner(OWNED, "somebody");
    expect("set owner", (await opened.get(last.id))?.owner, "somebody");
    expect("set owner of no more", (await opened.get(next.id))?.owner, next.owner);
  }
  if (opened.claim) {
    for (const priority of [0, 1, 2]) {
      const job = await opened.claim();
      expect("claim", [job?.status, job?.priority], ["taken", priority]);
    }
  }
  if (opened.insert) {
    const rows = newRows(1_300, 1);
    await opened.insert(rows);
    await exec("INSERT INTO todos SELECT * FROM fresh");
    for (const row of [rows[0], rows[1], rows[650], rows[1_299]]) {
      expect("insert", cells(await opened.get(row?.id ?? "")), cells(row));
    }
    await exec(`DELETE FROM todos WHERE id LIKE 'new-%'`);
    await exec("DELETE FROM fresh");
  }
}

/** Seven cells as they are everywhere: without a decoder a boolean is 0 or 1. */
function cells(row: Found | Todo | undefined): readonly unknown[] {
  const { id, title, status, owner, priority, amount } = row ?? {};
  return [id, title, status, owner, priority, amount, Boolean(row?.done)];
}
