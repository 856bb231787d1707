/**
 * The best driver that there is where a program runs.
 *
 * @module
 */
import type { Driver } from "../db/driver.ts";
import { fileModule } from "./log/file_module.ts";

/** A driver, and why it is this one. */
export interface AutoDriver extends Driver {
  /**
   * A sentence for each driver that could be, from the best to the worst: `"indexedDb: taken"`, or why it
   * was passed over.
   */
  readonly reasons: readonly string[];
}

/** A driver that could be. */
interface Candidate {
  readonly name: string;
  /** Makes it, and writes with it; rejects when that can't be done. */
  make(): Promise<Driver>;
}

/** Computed, or a bundler for browsers would look for it. */
const NODE_FS = ["node", "fs"].join(":");
/** How long a browser may take to open a database that is empty. */
const PATIENCE_MS = 5_000;

/**
 * Picks the driver that keeps data best: IndexedDB in a browser, else OPFS (in a dedicated worker), else web
 * storage (in a page); node:sqlite on Deno, Node and Bun, else a file. Where none of them can be written,
 * data is kept in memory and gone with the program: `name` of the driver is `"memory"` then.
 *
 * Each is tried by writing to it. On a server the file lies in the working directory: `<name>.sqlite` or
 * `<name>.strata`, what is no letter, digit or one of `-_.!~'()` in percent form. A driver that could not be
 * written last time and can now is picked, with other data in it: name the driver where that matters.
 *
 * @throws {TypeError} When `name` is no text, or not well-formed.
 *
 * @example Keep data wherever it can be
 * ```ts
 * import { openDatabase, table, text } from "@strata/data";
 * import { autoDriver } from "@strata/data/drivers/auto";
 * import { assertEquals } from "@std/assert";
 *
 * const driver = await autoDriver("strata-example");
 * assertEquals(driver.reasons[0], "sqlite: taken"); // of node:sqlite, in Deno
 * const notes = table("notes", { id: text().primaryKey(), title: text() });
 * const db = await openDatabase({ tables: [notes] }, driver);
 * await db.insert(notes, { id: "1", title: "Buy milk" });
 * assertEquals((await db.get(notes, "1"))?.title, "Buy milk");
 * await db.close();
 * await Deno.remove("strata-example.sqlite");
 * ```
 */
export async function autoDriver(name: string): Promise<AutoDriver> {
  if (typeof name !== "string" || !name.isWellFormed()) {
    throw new TypeError(
      "Cannot pick a driver as its name is well-formed text: it is something else",
    );
  }
  const candidates = isServer() ? onServer(name) : inBrowser(name);
  const reasons: string[] = [];
  let driver: Driver | undefined;
  for (const candidate of candidates) {
    if (driver) {
      reasons.push(`${candidate.name}: not tried, ${driver.name} is better`);
      continue;
    }
    try {
      driver = await candidate.make();
      reasons.push(`${candidate.name}: taken`);
    } catch (error) {
      reasons.push(`${candidate.name}: ${reasonOf(error)}`);
    }
  }
  if (driver) {
    reasons.push(`memory: not needed, ${driver.name} keeps data`);
  } else {
    driver = (await import("./memory.ts")).memoryDriver();
    reasons.push("memory: taken, data is gone with the program");
  }
  return { ...driver, reasons };
}

/** Deno, Node and Bun; the page of an Electron program is a browser, whatever it is given of Node. */
function isServer(): boolean {
  return !!property(property(processHere(), "versions"), "node") &&
    property(processHere(), "type") !== "renderer";
}
function processHere(): unknown {
  return property(globalThis, "process");
}
function property(of: unknown, name: string): unknown {
  return typeof of === "object" && of !== null ? Reflect.get(of, name) : undefined;
}
function reasonOf(error: unknown): string {
  if (error instanceof Missing) return error.message;
  const name = property(error, "name");
  return `it fails${typeof name === "string" ? ` with ${name}` : ""}`;
}

/** What is not there. */
class Missing extends Error {}

/** What is needed of node:sqlite. */
interface SqliteModule {
  readonly DatabaseSync: new (path: string) => { exec(sql: string): unknown; close(): unknown };
}

function onServer(name: string): Candidate[] {
  const path = encodeURIComponent(name).replaceAll("*", "%2A"); // no folder, on any platform
  return [
    {
      name: "sqlite",
      async make() {
        const builtIn = property(processHere(), "getBuiltinModule");
        const found: unknown = typeof builtIn === "function"
          ? builtIn.call(processHere(), "node:sqlite")
          : undefined;
        if (!found) throw new Missing("there is no node:sqlite here");
        return await sqliteOn(found as SqliteModule, `${path}.sqlite`); // it has this class
      },
    },
    {
      name: "file",
      async make() {
        const { fileDriver } = await fileModule();
        const fs: unknown = await import(NODE_FS);
        const [write, remove] = [property(fs, "writeFileSync"), property(fs, "rmSync")];
        if (typeof write !== "function" || typeof remove !== "function") {
          throw new Missing("there is no node:fs here");
        }
        write(`${path}.strata-probe`, "x");
        remove(`${path}.strata-probe`);
        return fileDriver(`${path}.strata`);
      },
    },
  ];
}

/** A driver on a file, whose client it opens and closes. */
async function sqliteOn({ DatabaseSync }: SqliteModule, path: string): Promise<Driver> {
  const { sqliteDriver } = await import("./sqlite.ts");
  const probe = new DatabaseSync(path);
  let supports: Driver["supports"];
  try {
    probe.exec("BEGIN IMMEDIATE; CREATE TABLE strata_probe (x); ROLLBACK");
    supports = sqliteDriver(probe).supports;
  } finally {
    probe.close();
  }
  return {
    name: "sqlite",
    supports,
    async open(options) {
      const client = new DatabaseSync(path);
      try {
        const session = await sqliteDriver(client).open(options);
        const close = session.close.bind(session);
        return Object.assign(session, { close: () => close().finally(() => client.close()) });
      } catch (error) {
        client.close();
        throw error;
      }
    },
    async *recover() {
      const client = new DatabaseSync(path);
      try {
        yield* sqliteDriver(client).recover();
      } finally {
        client.close();
      }
    },
  };
}

function inBrowser(name: string): Candidate[] {
  return [
    {
      name: "indexedDb",
      async make() {
        const factory = globalThis.indexedDB;
        if (!factory) throw new Missing("there is none here");
        await writeTo(factory);
        const { indexedDbDriver } = await import("./indexed_db.ts");
        return indexedDbDriver(factory, { name });
      },
    },
    {
      name: "opfs",
      async make() {
        if ("document" in globalThis) throw new Missing("in a page it needs a worker");
        if (!navigator.storage?.getDirectory) throw new Missing("there is none here");
        await navigator.storage.getDirectory();
        const { opfsDriver } = await import("./opfs.ts");
        return opfsDriver({ name });
      },
    },
    {
      name: "webStorage",
      async make() {
        const storage = globalThis.localStorage;
        if (!storage) throw new Missing("there is none here");
        const key = "strata-db-probe";
        try {
          storage.setItem(key, key);
          if (storage.getItem(key) !== key) throw new Missing("it keeps nothing");
          storage.removeItem(key);
        } catch (error) {
          // One that is full has kept something.
          if (property(error, "name") !== "QuotaExceededError" || storage.length === 0) throw error;
        }
        const { webStorageDriver } = await import("./web_storage.ts");
        return webStorageDriver(storage, { name });
      },
    },
  ];
}

/** Writes a record into a database of its own, which is deleted again. */
async function writeTo(factory: IDBFactory): Promise<void> {
  const name = `strata probe ${Math.random().toString(36).slice(2)}`;
  const done = new Promise<void>((resolve, reject) => {
    const request = factory.open(name, 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore("store").put(new ArrayBuffer(8), 1);
    };
    request.onerror = () => reject(request.error);
    request.onsuccess = () => {
      request.result.close();
      factory.deleteDatabase(name);
      resolve();
    };
  });
  let timer: ReturnType<typeof setTimeout> | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Missing("it gives no answer")), PATIENCE_MS);
  });
  try {
    await Promise.race([done, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
