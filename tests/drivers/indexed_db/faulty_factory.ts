/** How a transaction is cut off: before it is made, before it is committed, or after. */
export type Cut = "closed" | "before" | "after" | "full";

/** A factory whose next transactions that write are cut off. */
export interface FaultyFactory {
  readonly factory: IDBFactory;
  /** Cuts that were not made yet. */
  readonly cuts: number;
  cut(...cuts: Cut[]): void;
  /** Whether nothing can be opened. */
  blocked: boolean;
}

export function faultyFactory(real: IDBFactory): FaultyFactory {
  let cuts: Cut[] = [];
  function open(name: string, version?: number): IDBOpenDBRequest {
    if (faulty.blocked) throw new DOMException("Blocked", "SecurityError");
    const request = real.open(name, version);
    request.addEventListener("success", () => {
      const db = request.result;
      const { transaction } = db;
      db.transaction = (names, mode, options) => {
        const kind = mode === "readwrite" ? cuts.shift() : undefined;
        if (kind === "closed") db.close(); // so that it throws
        const tx = transaction.call(db, names, mode, options);
        if (kind === "before" || kind === "full") abort(tx, kind === "full");
        if (kind === "after") hide(tx);
        return tx;
      };
    });
    return request;
  }
  const faulty: FaultyFactory = {
    blocked: false,
    factory: { open } as IDBFactory,
    get cuts() {
      return cuts.length;
    },
    cut: (...next) => void (cuts = next),
  };
  return faulty;
}

/** Aborts a transaction as soon as it writes to the log. */
function abort(tx: IDBTransaction, full: boolean): void {
  const { objectStore } = tx;
  const error = new DOMException("Cut off", full ? "QuotaExceededError" : "UnknownError");
  tx.objectStore = (name) => {
    const store = objectStore.call(tx, name);
    const { add } = store;
    store.add = (...args) => {
      const request = add.apply(store, args);
      Object.defineProperty(tx, "error", { get: () => error, set: () => {} });
      tx.abort();
      return request;
    };
    return store;
  };
}

/** Has a commit look like an abort. */
function hide(tx: IDBTransaction): void {
  Object.defineProperty(tx, "oncomplete", { set() {} });
  tx.addEventListener("complete", () => {
    const error = new DOMException("Lost", "UnknownError");
    Object.defineProperty(tx, "error", { get: () => error });
    tx.onabort?.(new Event("abort"));
  });
}
