import { deferred } from "../../db/deferred.ts";
import { lostFailure } from "./failure.ts";
import { methodOf } from "./shape.ts";

/** A connection of postgres.js, as far as its own transactions use it. */
export interface Wire {
  /** Sends a query; false when no other may go out behind it for now. */
  execute(query: unknown): unknown;
  /** Called when all is answered while a transaction is open; who has none is nobody's. */
  reserved: unknown;
  /** Called when it is closed. */
  onclose: unknown;
}

/** A connection that a query was given; undefined when it is of an unknown kind. */
export function connectionOf(connection: unknown): Wire | undefined {
  // It has the method that is called, and the others are set.
  return methodOf(connection, "execute") ? connection as Wire : undefined;
}

interface Loss {
  readonly waiting: Set<() => void>;
  readonly hook: (reason: unknown) => void;
}
/** By connection: who wants to know when it is closed. */
const losses = new WeakMap<object, Loss>();

/**
 * Calls `lost` when a connection is closed, unless what it gives was called before. A query that the client puts on
 * a connection that has failed, and is not closed yet, would never be answered.
 */
export function whenLost(wire: Wire, lost: () => void): () => void {
  const before = wire.onclose;
  const known = losses.get(wire);
  const waiting = known?.waiting ?? new Set();
  if (!known || known.hook !== before) {
    const hook = (reason: unknown) => {
      losses.delete(wire);
      for (const tell of waiting) tell();
      if (typeof before === "function" && before !== known?.hook) before(reason);
    };
    wire.onclose = hook;
    losses.set(wire, { waiting, hook });
  }
  waiting.add(lost);
  return () => void waiting.delete(lost);
}

/** Connections by the state that queries are given, which some queries alone get to know. */
const byState = new WeakMap<object, Wire>();

/** Waits for a query; rejects when the connection that it was given is closed. */
export async function unlessLost(
  make: (onexecute: (connection: unknown) => boolean) => unknown,
): Promise<unknown> {
  const gone = deferred<never>();
  gone.promise.catch(() => {}); // it may come when nobody waits any more
  let state: unknown = null;
  let over: (() => void) | undefined;
  const on = (wire: Wire) => void (over ??= whenLost(wire, () => gone.reject(lostFailure())));
  const query = make((connection) => {
    const wire = connectionOf(connection);
    if (wire && typeof state === "object" && state !== null && !byState.has(state)) {
      byState.set(state, wire);
      on(wire);
    }
    return true; // others may go out behind it
  });
  // One that has to be described first is not told its connection, but it is given the state of that.
  Object.defineProperty(query, "state", {
    get: () => state,
    set(value: unknown) {
      state = value;
      const wire = typeof value === "object" && value !== null && byState.get(value);
      if (wire) on(wire);
    },
  });
  try {
    return await Promise.race([query, gone.promise]);
  } finally {
    over?.();
  }
}

/** So long connections that failed with one that has take to be closed. */
const SETTLE_MS = 10;

/** Waits until connections that a server has ended are closed: until then the client would use them. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
}
