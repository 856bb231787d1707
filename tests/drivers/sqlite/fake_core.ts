/**
 * The contract of drivers called by hand, without the core.
 *
 * @module
 */
import { DatabaseSync } from "node:sqlite";
import type {
  CommitInfo,
  DriverOptions,
  DriverSession,
  Hold,
  MakeWork,
  OutsideCommit,
  Setup,
  Work,
} from "../../../db/driver.ts";
import { sqliteDriver } from "../../../drivers/sqlite.ts";
import { integer, table, text } from "../../../mod.ts";
import { type TableDef, tableDef } from "../../../schema/table.ts";
import type { StoredRow } from "../../../schema/types.ts";

/** A table with a unique column. */
export const items: TableDef = tableDef(
  table("items", {
    id: text().primaryKey(),
    n: integer().default(0),
    slug: text().optional().unique(),
  }, { indexes: ["n"] }),
);
/** Another one. */
export const others: TableDef = tableDef(table("others", { id: integer().primaryKey() }));

/** An open session with what it told. */
export interface Opened extends AsyncDisposable {
  readonly client: DatabaseSync;
  readonly session: DriverSession;
  readonly told: OutsideCommit[];
  readonly lost: string[];
}

/** Makes the two tables, once. */
export async function trivialSetup(layout: Setup): Promise<void> {
  await layout.change({ change: "createTable", table: items });
  await layout.change({ change: "createTable", table: others });
  await layout.setMeta("version", 1);
}

/** Opens a session on a client, made for `path` unless it is one. */
export async function openSession(
  on: string | DatabaseSync,
  options: Partial<DriverOptions> = {},
  wrap: (client: DatabaseSync) => DatabaseSync = (client) => client,
): Promise<Opened> {
  const client = typeof on === "string" ? new DatabaseSync(on) : on;
  const told: OutsideCommit[] = [];
  const lost: string[] = [];
  const session = await sqliteDriver(wrap(client)).open({
    durability: "relaxed",
    adopt: false,
    tables: [items, others],
    now: Date.now,
    signal: undefined,
    setup: trivialSetup,
    ready: (meta) => meta.get("version") === 1,
    outside: (commit) => told.push(commit),
    lost: (reason) => lost.push(reason),
    ...options,
  });
  return {
    client,
    session,
    told,
    lost,
    async [Symbol.asyncDispose]() {
      await session.close();
      if (client.isOpen) client.close();
    },
  };
}

let made = 0;
/** What a commit is called; `done` collects its numbers. */
export function info(done: number[] = [], id = `commit-${++made}`): CommitInfo {
  return { id, kind: "user", origin: "here", time: 0, done: (seq) => done.push(seq) };
}

/** A row of `items`. */
export function item(id: string, n = 0, slug: string | null = null): StoredRow {
  return { id, n, slug };
}

/** Work that inserts rows. */
export function* insert(...rows: StoredRow[]): Work<void> {
  yield {
    ask: "write",
    effects: [{
      table: items,
      kind: "insert",
      columns: ["id", "n", "slug"],
      before: [],
      after: rows,
    }],
  };
}
/** Work that updates rows. */
export function* update(
  before: readonly StoredRow[],
  after: readonly StoredRow[],
  columns: readonly string[] = ["n", "slug"],
): Work<void> {
  yield { ask: "write", effects: [{ table: items, kind: "update", columns, before, after }] };
}
/** Work that reads one row. */
export function* read(id: string): Work<StoredRow | undefined> {
  const rows = yield { ask: "keys", table: items, keys: [[id]] };
  return (rows as readonly (StoredRow | undefined)[])[0];
}
/** The row as others see it. */
export async function seen(session: DriverSession, id: string): Promise<StoredRow | undefined> {
  return (await session.ask({ ask: "keys", table: items, keys: [[id]] }))[0];
}
/** Commits work that does not depend on what was there before. */
export async function commit(
  session: DriverSession,
  make: MakeWork<unknown>,
  named: CommitInfo = info(),
): Promise<{ readonly seq: number | undefined }> {
  return await session.hold().commit(named, make);
}
/** Adds to `n` of a row that is there, holding it back; gives what it was. */
export function add(hold: Hold, id: string, by: number): Promise<void> {
  return Promise.resolve(hold.look(function* (kept) {
    if (kept) return;
    const row = yield* read(id);
    if (!row) throw new Error("There is no such row");
    yield* update([row], [{ ...row, n: Number(row.n) + by }], ["n"]);
  }, true));
}
/** Waits until the event loop has turned. */
export function turn(ms = 5): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
/** A path for a database of this test alone, gone afterwards. */
export async function withFile(fn: (path: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await fn(`${folder}/data.db`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
