import { inserted, removed, updated } from "../core_tables.ts";
import type { Work } from "../driver.ts";
import { entriesOf, type Place, put, rowsOf } from "./place.ts";
import type { CacheStore } from "./store.ts";
import { type EntryRow, LEASES } from "./tables.ts";

/** A lease of a process that is gone ends after this. */
const LEASE_MS = 5_000;
const RENEW_MS = 1_500;
const POLL_MS = [2, 5, 10, 20, 40];

/** Takes the lease of a key unless another has it; gives the entry that was found instead when it is fresh. */
function* takeWork(
  place: Place,
  key: string,
  owner: string,
  isFresh: (row: EntryRow) => boolean,
): Work<EntryRow | "mine" | "theirs"> {
  const [entry] = yield* entriesOf([key]);
  if (entry && isFresh(entry)) return entry;
  const [lease] = yield* rowsOf(LEASES, [[key]]);
  if (lease && lease["owner"] !== owner && Number(lease["until"]) > place.now()) return "theirs";
  const row = { key, owner, until: place.now() + LEASE_MS };
  yield* put(place, [
    lease ? updated(LEASES, ["owner", "until"], [lease], [row]) : inserted(LEASES, [row]),
  ]);
  return "mine";
}

/** Gives up the lease of a key, if it is this owner's. */
export function* releaseWork(place: Place, key: string, owner: string): Work<void> {
  const [lease] = yield* rowsOf(LEASES, [[key]]);
  if (lease?.["owner"] === owner) yield* put(place, [removed(LEASES, [lease])]);
}

/** Has the lease of a key, to be given up; or the entry that somebody else has made meanwhile. */
export type Leased = { readonly entry: EntryRow } | { readonly release: () => Promise<void> };

/**
 * Waits until the lease of a key is here, or a fresh entry is there. While it is here it is renewed.
 *
 * @throws What the signal aborts with.
 */
export async function leased(
  store: CacheStore,
  key: string,
  signal: AbortSignal,
  isFresh: (row: EntryRow) => boolean,
): Promise<Leased> {
  const owner = crypto.randomUUID();
  const whole = store.prefix + key;
  const take = async () => await store.commit((place) => takeWork(place, whole, owner, isFresh));
  for (let looks = 0;; looks++) {
    signal.throwIfAborted();
    const taken = await take();
    if (taken === "mine") break;
    if (taken !== "theirs") return { entry: taken };
    await pause(POLL_MS[Math.min(looks, POLL_MS.length - 1)] ?? 0, signal);
  }
  const timer = setInterval(() => void take().catch(() => {}), RENEW_MS); // who stores the value meets it
  return {
    async release() {
      clearInterval(timer);
      await store.commit((place) => releaseWork(place, whole, owner));
    },
  };
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", abort);
      resolve();
    }, ms);
    signal.addEventListener("abort", abort, { once: true });
  });
}
