import { DataError } from "../../schema/errors.ts";

/**
 * The object stores: what there is by name, the snapshot in pieces, commits by their number, and the rows of
 * tables that are kept a record a row.
 */
export const STORES = ["state", "chunks", "log", "rows"] as const;
/** The index of `rows` that has the entries of all indexes of all tables, each a list in its record. */
export const ENTRIES = "entries";
const VERSION = 1;

/** What a storage is made of. */
export interface IdbOptions {
  readonly durability: "relaxed" | "strict";
  /** Whether a database that is not there is made. */
  readonly create: boolean;
  /** The database is of no more use. */
  lost(reason: "version" | "lost"): void;
}

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

/** One transaction, which lasts while its own requests and microtasks alone are awaited. */
export interface Stores {
  readonly state: IDBObjectStore;
  readonly chunks: IDBObjectStore;
  readonly log: IDBObjectStore;
  readonly rows: IDBObjectStore;
}

/** How a transaction is made. */
export interface TransactionMode {
  readonly mode: IDBTransactionMode;
  readonly durability: "relaxed" | "strict";
}

/**
 * What a transaction does; it aborts it when it rejects. `again` says that one before it was cut off, and
 * that nobody knows whether it was committed.
 */
export type TransactionBody<T> = (stores: Stores, again: boolean) => Promise<T>;

/** That a request failed, which aborts its transaction and is told as the reason of that. */
class RequestFailed extends Error {}

/** The result of a request. */
export function result<T>(request: IDBRequest<T>): Promise<T> {
  const answer = new Promise<T>((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(new RequestFailed(undefined, { cause: request.error }));
  });
  answer.catch(() => {}); // nobody waits for it where one that is made with it can't be made
  return answer;
}

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
        return await transaction(db, mode, (stores) => body(stores, again));
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
        if (!gone) {
          request.transaction?.objectStore("rows").createIndex(ENTRIES, "x", { multiEntry: true });
        }
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
  body: (stores: Stores) => Promise<T>,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const tx = db.transaction(STORES, mode, { durability });
    let thrown: Thrown | undefined;
    let refused: unknown;
    let given: T;
    tx.oncomplete = () => resolve(given);
    // A request that fails aborts it, with the error of the request.
    tx.onabort = () => reject(thrown ?? tx.error ?? refused ?? new Error(ENDED));
    const end = (error: unknown): void => {
      if (error instanceof RequestFailed) return; // it aborts
      // What IndexedDB throws comes of a transaction that has ended, which has a reason of its own.
      if (error instanceof DOMException) refused = error;
      else thrown = new Thrown(error);
      try {
        tx.abort();
      } catch {
        reject(thrown ?? tx.error ?? error); // it had ended
      }
    };
    const [state, chunks, log, rows] = STORES.map((name) => tx.objectStore(name));
    if (!state || !chunks || !log || !rows) return; // they are four
    body({ state, chunks, log, rows }).then((value) => {
      given = value;
      if (mode === "readonly") resolve(given); // nothing can become of it any more
    }, end);
  });
}

const ENDED = "Cannot commit as the transaction is open: it ended";

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
