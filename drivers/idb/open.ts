import type { DriverOptions, DriverSession } from "../../db/driver.ts";
import { quote } from "../../schema/errors.ts";
import { isCore } from "../../db/layout.ts";
import type { IdbStorage } from "../log/idb_storage.ts";
import { readState } from "../log/snapshot.ts";
import { readCatalog } from "./catalog.ts";
import { IdbSession } from "./session.ts";
import { IdbSetup, type SetupOptions } from "./setup.ts";

/** Others are kept waiting so long at most while the layout changes. */
const SETUP_MS = 5_000;

/**
 * Opens a database in IndexedDB. What a setup makes takes the place of what is there if nobody has committed
 * meanwhile; else it begins anew with what is there then. When it fails the storage is closed.
 */
export async function openIdb(
  storage: IdbStorage,
  source: string,
  layout: Readonly<Record<string, "log" | "rows">>,
  options: DriverOptions,
): Promise<DriverSession> {
  const own = options.tables.map(({ name }) => name);
  // Caches and the chunks of blobs, which are made when they are used, are never held.
  const isRows = (name: string) =>
    Object.hasOwn(layout, name) ? layout[name] === "rows" : isCore(name) && !own.includes(name);
  const setup: SetupOptions = { source, isRows };
  let release: (() => void) | undefined;
  try {
    checkNames(layout, own);
    for (;;) {
      options.signal?.throwIfAborted();
      const frames = await storage.load();
      const state = readState(frames, options);
      const catalog = readCatalog(storage.catalog);
      if (options.ready(state.meta) && own.every((name) => catalog.has(name) === isRows(name))) {
        return new IdbSession({ state, catalog }, storage, setup, options);
      }
      if (!release) {
        // Of several that open it one alone runs the setup.
        release = await storage.reserve(SETUP_MS);
        continue;
      }
      const next = new IdbSetup({ state, catalog }, storage, setup);
      if (!options.ready(state.meta)) await options.setup(next);
      await next.move(own);
      // A database that is there hears of a migration by its number.
      await next.place(frames.length > 0);
    }
  } catch (error) {
    release?.(); // closing waits for it
    await storage.close().catch(() => {}); // why it could not be opened counts
    throw error;
  } finally {
    release?.();
  }
}

/** @throws {TypeError} When a layout names a table that the schema has not. */
function checkNames(layout: Readonly<Record<string, unknown>>, tables: readonly string[]): void {
  for (const name of Object.keys(layout)) {
    if (tables.includes(name)) continue;
    throw new TypeError(
      `Cannot keep ${
        quote(name)
      } as the layout says as it names tables of the schema: it is not there`,
    );
  }
}
