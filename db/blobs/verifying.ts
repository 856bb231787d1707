import { gt, query } from "../../query/mod.ts";
import { DataError } from "../../schema/errors.ts";
import { read, rowAt, rowsOf } from "./asking.ts";
import { newHash } from "./hash.ts";
import { Use } from "./leases.ts";
import { piecesOf } from "./reading.ts";
import type { Store } from "./store.ts";
import { blobKeys, bodies, type KeyRow } from "./tables.ts";

/** What is wrong with a blob. */
export interface Problem {
  readonly key: string;
  readonly problem: string;
}

const PAGE = 100;

/** Reads all content of a store; gives what is not as it was put, in the order of the keys. */
export async function verifyAll(store: Store): Promise<readonly Problem[]> {
  const problems: Problem[] = [];
  const known = new Map<string, string | undefined>();
  let page = query(blobKeys).where({ space: store.id }).orderBy("key").limit(PAGE);
  for (;;) {
    const rows = await read(store.tables, () => rowsOf(page));
    for (const row of rows) {
      const problem = await problemOf(store, row, known);
      if (problem !== undefined) problems.push({ key: row.key, problem });
    }
    const last = rows.at(-1);
    if (!last || rows.length < PAGE) return problems;
    page = query(blobKeys).where({ space: store.id, key: gt(last.key) }).orderBy("key").limit(PAGE);
  }
}

async function problemOf(
  store: Store,
  row: KeyRow,
  known: Map<string, string | undefined>,
): Promise<string | undefined> {
  if (!known.has(row.body)) known.set(row.body, await look(store, row));
  const problem = known.get(row.body);
  if (problem === undefined) return undefined;
  // It may have been replaced meanwhile, and what it had collected.
  const now = await read(store.tables, () => rowAt(blobKeys, store.id, row.key));
  return now?.body === row.body ? problem : undefined;
}

/** What is wrong with the content of a key. */
async function look(store: Store, row: KeyRow): Promise<string | undefined> {
  const body = await read(store.tables, () => rowAt(bodies, row.body));
  if (!body) return "its content is not there";
  if (body.size !== row.size || body.hash !== row.etag) return "its key is of other content";
  const use = new Use(body.id);
  try {
    const hash = newHash();
    let size = 0;
    for await (const piece of piecesOf(store, body, 0, body.size)) {
      hash.update(piece);
      size += piece.length;
    }
    if (size !== body.size) return "its content has another length";
    if (hash.hex() !== body.hash) return "its content is not what was put";
    return undefined;
  } catch (error) {
    if (!(error instanceof DataError) || error.code === "closed") throw error;
    return error.message;
  } finally {
    use.release();
  }
}
