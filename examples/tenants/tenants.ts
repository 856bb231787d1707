/**
 * A database for each tenant, on a driver that is chosen when it is opened: trials in memory, others in a
 * SQLite file of their own.
 *
 * @module
 */
import { DatabaseSync } from "node:sqlite";
import { type Database, DataError, type Driver, openDatabase } from "@strata/data";
import { memoryDriver } from "@strata/data/drivers/memory";
import { sqliteDriver } from "@strata/data/drivers/sqlite";
import { schema } from "./schema.ts";

export interface Tenant {
  readonly plan: "trial" | "paid";
}

export interface TenantsOptions {
  /** By name. The names are also those of files, so they come from here and never from a request. */
  readonly tenants: ReadonlyMap<string, Tenant>;
  /** Where the files are. */
  readonly folder: string;
  /** After how long without a request a database is closed. */
  readonly idleMs: number;
  readonly now: () => number;
}

/** What is known of a tenant while the server runs. */
interface Slot {
  readonly tenant: Tenant;
  /** A trial's rows live as long as its driver, whether or not a database is open on it. */
  readonly memory: Driver;
  opened: Promise<Database> | undefined;
  closing: Promise<void>;
  users: number;
  lastUse: number;
}

export class Tenants implements AsyncDisposable {
  readonly #options: TenantsOptions;
  readonly #slots: ReadonlyMap<string, Slot>;

  constructor(options: TenantsOptions) {
    this.#options = options;
    this.#slots = new Map(Array.from(options.tenants, ([name, tenant]): [string, Slot] => [name, {
      ...{ tenant, memory: memoryDriver(), opened: undefined, closing: Promise.resolve() },
      ...{ users: 0, lastUse: 0 },
    }]));
  }

  has(name: string): boolean {
    return this.#slots.has(name);
  }
  /** The tenants whose databases are open. */
  get open(): readonly string[] {
    return [...this.#slots].filter(([, slot]) => slot.opened).map(([name]) => name);
  }

  /** Runs `fn` on the database of a tenant, which is opened when it is not and stays open meanwhile. */
  async use<T>(name: string, fn: (db: Database) => Promise<T>): Promise<T> {
    const slot = this.#slots.get(name);
    if (!slot) throw new TypeError("Cannot use a tenant as it is known: it is not");
    slot.users += 1;
    try {
      slot.opened ??= this.#open(name, slot);
      return await fn(await slot.opened);
    } finally {
      slot.users -= 1;
      slot.lastUse = this.#options.now();
    }
  }

  async #open(name: string, slot: Slot): Promise<Database> {
    try {
      await slot.closing; // one database at a time
      const own = slot.opened;
      const db = slot.tenant.plan === "trial"
        ? await openDatabase(schema, slot.memory)
        : await openFile(`${this.#options.folder}/${name}.db`);
      // It may also end by itself: when a newer version of this program takes over, say.
      void db.closed.then(() => {
        if (slot.opened === own) slot.opened = undefined;
      });
      return db;
    } catch (error) {
      slot.opened = undefined; // the next request tries again
      throw error;
    }
  }

  /** Closes what nobody has used for a while. */
  async closeIdle(): Promise<void> {
    const since = this.#options.now() - this.#options.idleMs;
    await this.#close((slot) => slot.users === 0 && slot.lastUse <= since);
  }
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#close(() => true);
  }
  async #close(test: (slot: Slot) => boolean): Promise<void> {
    const closing = [...this.#slots.values()].filter((slot) => slot.opened && test(slot));
    await Promise.all(closing.map((slot) => {
      const { opened } = slot;
      slot.opened = undefined;
      return slot.closing = (async () => await (await opened)?.close())();
    }));
  }
}

async function openFile(path: string): Promise<Database> {
  let client: DatabaseSync | undefined;
  try {
    client = new DatabaseSync(path);
    const db = await openDatabase(schema, sqliteDriver(client), { durability: "strict" });
    const own = client;
    void db.closed.then(() => own.close()); // who opens a client closes it
    return db;
  } catch (error) {
    client?.close();
    if (error instanceof DataError) throw error;
    const message = "Cannot serve the tenant as its file is a database: the client refuses it";
    throw new DataError("unavailable", message, { cause: error });
  }
}
