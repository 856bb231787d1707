import { DataError } from "../../schema/errors.ts";

/** The object stores: what there is by name, the snapshot in pieces, commits by their number. */
export const STORES = ["state", "chunks", "log"] as const;
const VERSION = 1;

/** What happens to a connection from outside. */
export interface ConnectionEvents {
  /** Another version took over, or the data is gone. */
  lost(reason: "version" | "lost"): void;
  /** It was dropped, so that there may be news. */
  dropped(): void;
}

/** A failure of what runs within a transaction, as it is to reach the caller. */
class Thrown {
  constructor(readonly error: unknown) {}
}

/** One transaction. */
export interface Stores {
  readonly state: IDBObjectStore;
  readonly chunks: IDBObjectStore;
  readonly log: IDBObjectStore;
  /** Calls `fn` with the result of a request; what it throws aborts the transaction. */
  on<T>(request: IDBRequest<T>, fn: (result: T) => void): void;
}

/** How a transaction is made. */
export interface TransactionMode {
  readonly mode: IDBTransactionMode;
  readonly durability: "relaxed" | "strict";
}

/**
 * What a transaction does. What it passes to `give` is the result; `again` says that one before it was
 * cut off, and that nobody knows whether it was committed.
 */
export type TransactionBody<T> = (
  stores: Stores,
  give: (value: T) => void,
  again: boolean,
) => void;

/** A connection to one database, made when it is needed, and once more when it was dropped. */
export class IdbConnection {
  readonly #factory: IDBFactory;
  readonly #name: string;
  readonly #events: ConnectionEvents;
  #opening: Promise<IDBDatabase> | undefined;
  /** What that gave. */
  #current: IDBDatabase | undefined;
  readonly #create: boolean;
  /** Whether it was open once, so that the database has to be there. */
  #known = false;
  #ended: "closed" | "lost" | undefined;

  /** With `create`, a database that is not there is made. */
  constructor(factory: IDBFactory, name: string, create: boolean, events: ConnectionEvents) {
    this.#create = create;
    this.#factory = factory;
    this.#name = name;
    this.#events = events;
  }

  /**
   * Runs one transaction to its end.
   *
   * @throws {DataError} With code `"full"`, `"unavailable"`, `"version"` or `"closed"`.
   */
  async run<T>(mode: TransactionMode, body: TransactionBody<T>): Promise<T> {
    for (let again = false;; again = true) {
      const db = await this.#db();
      try {
        return await transaction(db, mode, (stores, give) => body(stores, give, again));
      } catch (error) {
        if (error instanceof Thrown) throw error.error;
        this.#check();
        const kind = nameOf(error);
        if (again || kind === "QuotaExceededError") throw unusable(error);
        this.#drop(db);
      }
    }
  }

  /** Ends the connection; the next transaction makes another one. */
  suspend(): void {
    const opening = this.#opening;
    this.#current = this.#opening = undefined;
    opening?.then((db) => db.close()).catch(() => {}); // none to close
  }
  close(): void {
    this.#ended ??= "closed";
    this.suspend();
  }

  #check(): void {
    if (!this.#ended) return;
    throw new DataError(
      "closed",
      "Cannot use the database as it is open: it was closed, or another version took over",
    );
  }
  async #db(): Promise<IDBDatabase> {
    this.#check();
    const opening = this.#opening ??= this.#open();
    try {
      const db = await opening;
      this.#known = true;
      if (this.#opening === opening) this.#current = db;
      return db;
    } catch (error) {
      if (this.#opening === opening) this.#opening = undefined;
      throw error;
    }
  }
  #open(): Promise<IDBDatabase> {
    return new Promise<IDBDatabase>((resolve, reject) => {
      const request = this.#factory.open(this.#name, VERSION); // may throw, which rejects
      let gone = false;
      request.onupgradeneeded = () => {
        gone = this.#known || !this.#create;
        if (gone) request.transaction?.abort();
        else for (const name of STORES) request.result.createObjectStore(name);
      };
      request.onsuccess = () => {
        const db = request.result;
        if (STORES.every((name) => db.objectStoreNames.contains(name))) {
          resolve(this.#watch(db));
          return;
        }
        db.close();
        reject(
          new DataError(
            "unavailable",
            "Cannot open the database as its object stores are ours: another program has made it",
          ),
        );
      };
      request.onerror = (event) => {
        event.preventDefault(); // it is told to the caller alone
        reject(gone && this.#known ? this.#lose("lost") : unusable(request.error));
      };
    }).catch((error) => {
      throw error instanceof DataError ? error : unusable(error);
    });
  }
  #watch(db: IDBDatabase): IDBDatabase {
    db.onversionchange = ({ newVersion }) => {
      db.close(); // who upgrades or deletes it does not wait
      this.#lose(newVersion === null ? "lost" : "version");
    };
    db.onclose = () => {
      this.#drop(db);
      this.#events.dropped();
    };
    return db;
  }
  /** Forgets a connection that was dropped. */
  #drop(db: IDBDatabase): void {
    if (this.#current === db) this.#current = this.#opening = undefined;
    db.close();
  }
  #lose(reason: "version" | "lost"): DataError {
    if (!this.#ended) {
      this.#ended = "lost";
      this.#events.lost(reason);
    }
    return new DataError("closed", "Cannot use the database as it is there: it was deleted");
  }
}

function transaction<T>(
  db: IDBDatabase,
  { mode, durability }: TransactionMode,
  body: (stores: Stores, give: (value: T) => void) => void,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const tx = db.transaction(STORES, mode, { durability });
    let thrown: Thrown | undefined;
    let given: T;
    const guarded = (fn: () => void): void => {
      try {
        fn();
      } catch (error) {
        thrown = new Thrown(error);
        tx.abort();
      }
    };
    tx.oncomplete = () => resolve(given);
    // A request that fails aborts it, with the error of the request.
    tx.onabort = () =>
      reject(thrown ?? tx.error ?? new Error("Cannot commit as the transaction is open: it ended"));
    const [state, chunks, log] = STORES.map((name) => tx.objectStore(name));
    if (!state || !chunks || !log) return; // they are three
    const on: Stores["on"] = (request, fn) => {
      request.onsuccess = () => guarded(() => fn(request.result));
    };
    guarded(() => body({ state, chunks, log, on }, (value) => given = value));
  });
}

function nameOf(error: unknown): unknown {
  return typeof error === "object" && error !== null && "name" in error ? error.name : undefined;
}

/** What IndexedDB failed with, typed. */
export function unusable(cause: unknown): DataError {
  const name = nameOf(cause);
  if (name === "VersionError") {
    return new DataError(
      "version",
      "Cannot open the database as this version reads it: its format is newer",
      { cause },
    );
  }
  return name === "QuotaExceededError"
    ? new DataError(
      "full",
      "Cannot write to the database as there is space: its quota is used up",
      {
        ...{ cause, committed: "no" },
      },
    )
    : new DataError("unavailable", "Cannot use the database as the browser lets it: it does not", {
      cause,
    });
}
