import { creationOf } from "../../db/create.ts";
import type { TableDef } from "../../db/driver.ts";
import type { IdbStorage } from "../log/idb_storage.ts";
import { IdbSetup, type SetupOptions, type Stored } from "./setup.ts";

/** Others are kept waiting so long at most while tables are made. */
const CREATE_MS = 5_000;

/** Makes tables of the core's own that are missing; undefined where none is. */
export async function createTables(
  storage: IdbStorage,
  tables: readonly TableDef[],
  options: SetupOptions & {
    now(): Promise<Stored>;
    /** Takes what is held back out of the tables in memory. */
    settle(): void;
  },
): Promise<Stored | undefined> {
  let release: (() => void) | undefined;
  try {
    for (;;) {
      const before = await options.now();
      const creation = creationOf(before.state.meta, tables);
      if (!creation) return undefined;
      release ??= await storage.reserve(CREATE_MS);
      const setup = new IdbSetup(before, storage, options);
      for (const change of creation.changes) await setup.change(change);
      for (const [key, value] of creation.meta) setup.setMeta(key, value);
      options.settle();
      const made = await setup.place(true); // others hear of it by its number
      if (made) return made;
    }
  } finally {
    release?.();
  }
}
