import { DatabaseSync } from "node:sqlite";
import "fake-indexeddb/auto";
import { type Database, openDatabase, type OpenOptions, type Schema } from "../../mod.ts";
import type { Driver } from "../../db/driver.ts";
import { fileDriver } from "../../drivers/file.ts";
import { indexedDbDriver } from "../../drivers/indexed_db.ts";
import { memoryDriver } from "../../drivers/memory.ts";
import { sqliteDriver } from "../../drivers/sqlite.ts";
import { webStorageDriver } from "../../drivers/web_storage.ts";
import { memoryStorage } from "../../webstorage/mod.ts";
import { jsonFileDriver } from "../../examples/driver/json_file_driver.ts";
import { closing } from "../db/subject.ts";

let count = 0;

/** Where one database lies, which may be opened again and, where it is shared, several times at once. */
export interface Place {
  /** `through` wraps the driver, as one that fails. */
  open(
    schema: Schema,
    options?: OpenOptions,
    through?: (driver: Driver) => Driver,
  ): Promise<Database>;
  /** To be called when all that was opened is closed. */
  remove(): void;
}

/** A driver, for suites that run on each. */
export interface PlaceKind {
  readonly name: string;
  /** Whether a database may be open several times at once. */
  readonly shared: boolean;
  make(): Place;
}

/** A place whose driver closes what it opens. */
function plain(make: () => Driver, remove: () => void = () => {}): Place {
  return {
    open: (schema, options, through = (driver) => driver) =>
      openDatabase(schema, through(make()), options),
    remove,
  };
}

/** A place in a folder of its own. */
export function inFolder(place: (folder: string) => Place): Place {
  const folder = Deno.makeTempDirSync({ prefix: "strata_" });
  const { open, remove } = place(folder);
  return {
    open,
    remove() {
      remove();
      Deno.removeSync(folder, { recursive: true });
    },
  };
}

/** A database in memory whose client stays open until it is removed. */
function sqliteInMemory(): Place {
  const client = new DatabaseSync(":memory:");
  return plain(() => sqliteDriver(client), () => client.close());
}

/** A file that each opener has a client of its own for. */
function sqliteFile(path: string): Place {
  return {
    async open(schema, options, through = (driver) => driver) {
      const client = new DatabaseSync(path);
      try {
        const db = await openDatabase(schema, through(sqliteDriver(client)), options);
        return closing(db, () => client.close());
      } catch (error) {
        client.close();
        throw error;
      }
    },
    remove: () => {},
  };
}

/** Every driver that suites of caches, blobs and the core's own tables run on: a driver is a line here. */
export const PLACES: readonly PlaceKind[] = [
  { name: "memory", shared: false, make: () => ((driver) => plain(() => driver))(memoryDriver()) },
  {
    name: "file",
    shared: true,
    make: () => inFolder((folder) => plain(() => fileDriver(`${folder}/data.strata`))),
  },
  {
    name: "json file",
    shared: false,
    make: () => inFolder((folder) => plain(() => jsonFileDriver(`${folder}/data.json`))),
  },
  {
    name: "indexed-db",
    shared: true,
    make: () => {
      const name = `place ${count++}`;
      return plain(() => indexedDbDriver(indexedDB, { name }));
    },
  },
  {
    name: "web storage",
    shared: false,
    make: () => ((area) => plain(() => webStorageDriver(area, { name: "place" })))(memoryStorage()),
  },
  { name: "sqlite memory", shared: false, make: sqliteInMemory },
  {
    name: "sqlite file",
    shared: true,
    make: () => inFolder((folder) => sqliteFile(`${folder}/data.db`)),
  },
];
