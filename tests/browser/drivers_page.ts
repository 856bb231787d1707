/**
 * What the pages and workers of the tests of web storage and OPFS have: the suites, and a database that tabs
 * share.
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
import type { Driver } from "../../db/driver.ts";
import { autoDriver } from "../../drivers/auto.ts";
import { opfsDriver } from "../../drivers/opfs.ts";
import { webStorageDriver } from "../../drivers/web_storage.ts";
import { type Amounts, runSuites, type SuitesEnded } from "./suites.ts";

/** What a page is tested with; in a worker OPFS alone. */
export type Kind = "webStorage" | "opfs";

const counters = table("counters", { id: text().primaryKey(), n: integer() });
const pairs = table("pairs", { id: text().primaryKey(), batch: integer() });
const texts = table("texts", { id: integer().primaryKey(), body: text() });
const shared: Schema = { tables: [counters, pairs, texts] };

const inPage = "document" in globalThis;
/** Workers that were started, the last one first. */
const workers: Worker[] = [];

function startWorker(): Worker {
  const worker = new Worker("/opfs_worker.js");
  workers.unshift(worker);
  return worker;
}
function driverOf(kind: Kind, name: string): Driver {
  return kind === "webStorage"
    ? webStorageDriver(localStorage, { name })
    : opfsDriver({ name, ...(inPage && { worker: startWorker }) });
}

let db: Database;
let databases = 0;

/** Makes room in an area that is small. */
function forgetOld(): void {
  const old = new RegExp(`:test (\\d+) `);
  for (const key of Object.keys(localStorage)) {
    const [, number] = old.exec(key) ?? [];
    if (number !== undefined && Number(number) < databases - 20) localStorage.removeItem(key);
  }
}
function newDriver(kind: Kind): Driver {
  if (inPage) forgetOld();
  return driverOf(kind, `test ${databases++} ${performance.timeOrigin}`);
}
/** Text that can't be stored in less space. */
function longText(length = 100_000): string {
  let text = "";
  for (let i = 0; i < length; i++) text += Math.random().toString(36).slice(2, 12);
  return text;
}

/** What is called from outside. */
const strata = {
  suites: (kind: Kind, amounts: Amounts): Promise<SuitesEnded> =>
    runSuites(kind, () => newDriver(kind), "maintained", amounts),
  /** Opens the database that tabs share. */
  async open(kind: Kind, name = "shared"): Promise<number> {
    db = await openDatabase(shared, driverOf(kind, name));
    await db.insert(counters, { id: "c", n: 0 }, { onConflict: "ignore" });
    return db.seq;
  },
  /** The code that opening fails with. */
  refused: (kind: Kind): Promise<string> =>
    strata.open(kind).then(
      () => "",
      (error) => error instanceof DataError ? error.code : `${error}`,
    ),
  close: (): Promise<void> => db.close(),
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
  heard: [] as { seq: number; source: Commit["source"] }[],
  /** The rows of a live query. */
  live: [] as readonly unknown[],
  hear(): void {
    db.changes(({ seq, source }) => void strata.heard.push({ seq, source }));
    db.live(query(counters)).subscribe((rows) => void (strata.live = rows));
  },
  /** Writes pairs without end, and tells of each that was acknowledged. */
  async write(first: number, tell: (batch: number) => Promise<void>): Promise<never> {
    for (let batch = first;; batch++) {
      await db.insert(pairs, [{ id: `${batch} a`, batch }, { id: `${batch} b`, batch }]);
      void tell(batch);
    }
  },
  batches: async (): Promise<number[]> => (await db.all(query(pairs))).map(({ batch }) => batch),
  /** Ends the worker under a write that is on its way; what is told of it, and whether it is there. */
  async endWorker(): Promise<{ told: string; added: number }> {
    const before = await strata.count() ?? NaN;
    const adding = strata.adds(1).then(() => "yes", (error) => `${error.committed}`);
    for (let i = 0; i < Math.random() * 20; i++) await Promise.resolve();
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 3));
    workers[0]?.terminate();
    const told = await adding;
    return { told, added: (await strata.count() ?? NaN) - before };
  },
  /** What a large insert fails with, and what there is after it. */
  async fill(): Promise<{ code: string; committed: string | undefined; n: number | undefined }> {
    for (let id = 0; id < 60; id++) {
      try {
        await db.insert(texts, { id, body: longText(10_000) });
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
        return (await db.insert(texts, { id: -1, body: longText(10_000) })).id;
      } catch (error) {
        if (!(error instanceof DataError && error.code === "full") || tries > 300) throw error;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    }
  },
  auto: async (): Promise<{ name: string; reasons: readonly string[] }> => {
    const { name, reasons } = await autoDriver("auto");
    return { name, reasons };
  },
  closed: (): Promise<{ reason: string }> => db.closed,
};

/** Type of `globalThis.strata`. */
export type Strata = typeof strata;

Object.assign(globalThis, { strata });

// A worker is asked by messages: the name of a function, and what it gets.
if (!inPage) {
  globalThis.onmessage = async ({ data: [id, name, ...args] }: MessageEvent) => {
    const call = strata[name as keyof Strata] as (...args: unknown[]) => Promise<unknown>;
    const reply = await call.apply(strata, args).then((value) => ({ id, value }), (error) => ({
      id,
      error: `${error.stack ?? error}`,
    }));
    postMessage(reply);
  };
}
