/**
 * What the pages of the IndexedDB tests have: the suites, and a database that tabs share.
 *
 * @module
 */
import {
  type Commit,
  type Database,
  DataError,
  integer,
  openDatabase,
  query,
  type Schema,
  table,
  text,
} from "../../mod.ts";
import { layoutDriver, type Layouts } from "../drivers/indexed_db/layouts.ts";
import { type Amounts, runSuites, type SuitesEnded } from "./suites.ts";

/** A row that tabs count in, and rows that come two at a time. */
const counters = table("counters", { id: text().primaryKey(), n: integer() });
const pairs = table("pairs", { id: text().primaryKey(), batch: integer() });
const texts = table("texts", { id: integer().primaryKey(), body: text() });
const shared: Schema = { tables: [counters, pairs, texts] };

/** Text that can't be stored in less space. */
function longText(): string {
  let text = "";
  for (let i = 0; i < 100_000; i++) text += Math.random().toString(36).slice(2, 12);
  return text;
}

let db: Database;
let databases = 0;

/** What is called from outside. */
const strata = {
  suites: (layouts: Layouts, amounts: Amounts): Promise<SuitesEnded> =>
    runSuites(
      `indexedDb, ${layouts}`,
      () => layoutDriver(indexedDB, `${performance.timeOrigin} ${databases++}`, layouts),
      layouts === "log" ? "maintained" : "asked slowly",
      amounts,
    ),
  /** Opens the database that tabs share. */
  async open(layouts: Layouts = "log"): Promise<number> {
    db = await openDatabase(shared, layoutDriver(indexedDB, "shared", layouts));
    await db.insert(counters, { id: "c", n: 0 }, { onConflict: "ignore" });
    return db.seq;
  },
  count: async (): Promise<number | undefined> => (await db.get(counters, "c"))?.n,
  /** Adds 1 so many times, by transactions that think at times; gives the most runs that one took. */
  async increments(times: number): Promise<number> {
    let most = 0;
    for (let i = 0; i < times; i++) {
      await db.transaction(async (tx) => {
        most = Math.max(most, tx.attempt);
        const row = await tx.get(counters, "c");
        if (i % 10 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
        await tx.update(counters, "c", { n: (row?.n ?? NaN) + 1 });
      });
    }
    return most;
  },
  /** Adds 1 so many times, by a verb each. */
  async adds(times: number): Promise<void> {
    for (let i = 0; i < times; i++) {
      await db.update(counters, "c", (row) => ({ n: row.n + 1 }));
    }
  },
  heard: [] as { seq: number; source: Commit["source"]; tables: string[]; n: unknown }[],
  hear(): void {
    db.changes(({ seq, source, tables }) => {
      const names = [...tables.keys()].map(({ name }) => name);
      const heard = { seq, source, tables: names, n: undefined as unknown };
      strata.heard.push(heard);
      void strata.count().then((n) => heard.n = n);
    });
  },
  /** Writes pairs without end, and tells of each that was acknowledged. */
  async write(first: number, tell: (batch: number) => Promise<void>): Promise<never> {
    for (let batch = first;; batch++) {
      await db.insert(pairs, [{ id: `${batch} a`, batch }, { id: `${batch} b`, batch }]);
      void tell(batch);
    }
  },
  batches: async (): Promise<number[]> => (await db.all(query(pairs))).map(({ batch }) => batch),
  /** What a large insert fails with, and what there is after it. */
  async fill(): Promise<{ code: string; committed: string | undefined; n: number | undefined }> {
    for (let id = 0; id < 40; id++) {
      try {
        await db.insert(texts, { id, body: longText() });
      } catch (error) {
        if (!(error instanceof DataError)) throw error;
        return { code: error.code, committed: error.committed, n: await strata.count() };
      }
    }
    throw new Error("All of it was taken");
  },
  /** Makes room, and writes. */
  async free(): Promise<number | undefined> {
    await db.deleteAll(texts, {});
    for (let tries = 0;; tries++) {
      try {
        return (await db.insert(texts, { id: -1, body: longText() })).id;
      } catch (error) {
        // The log is being folded, and the browser takes its time to delete what it stored.
        if (!(error instanceof DataError && error.code === "full") || tries > 300) throw error;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    }
  },
  closed: (): Promise<{ reason: string }> => db.closed,
};

/** Type of `globalThis.strata` in pages. */
export type Strata = typeof strata;

Object.assign(globalThis, { strata });
