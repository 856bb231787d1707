import type { Driver, DriverSession, Hold, Maybe } from "../../db/driver.ts";
import { DataError } from "../../mod.ts";

/** Which call fails, and how. */
export interface FaultPlan {
  /** The number of the call, from 1. */
  readonly at: number;
  /** Whether it has its effect all the same. */
  readonly when: "before" | "after";
  /** Whether all calls after it fail too, without effect. */
  readonly lasting: boolean;
  error(): Error;
}

/** Counts calls, and has the one fail that a plan names. */
export class Faults {
  calls = 0;
  /** The errors that were thrown. */
  readonly thrown: Error[] = [];
  #plan: FaultPlan | undefined;

  /** Counts from now on. */
  begin(plan: FaultPlan): void {
    this.calls = 0;
    this.thrown.length = 0;
    this.#plan = plan;
  }
  /** From now on nothing fails and nothing is counted. */
  end(): void {
    this.#plan = undefined;
  }
  /** Runs `fn` where nothing fails and nothing is counted. */
  async without<T>(fn: () => Promise<T>): Promise<T> {
    const plan = this.#plan;
    this.#plan = undefined;
    try {
      return await fn();
    } finally {
      this.#plan = plan;
    }
  }

  /** One call, that has an answer at once. */
  call<T>(fn: () => T): T {
    const when = this.#next();
    if (when === "before") throw this.#fault();
    const value = fn();
    if (when === "after") throw this.#fault();
    return value;
  }
  /** One call, that may have to wait. */
  wait<T>(fn: () => Maybe<T>): Maybe<T> {
    const when = this.#next();
    if (when === "before") throw this.#fault();
    const value = fn();
    if (when !== "after") return value;
    if (!(value instanceof Promise)) throw this.#fault();
    return value.then(() => {
      throw this.#fault();
    });
  }

  #next(): FaultPlan["when"] | undefined {
    const plan = this.#plan;
    if (!plan) return undefined;
    const n = ++this.calls;
    if (n === plan.at) return plan.when;
    return plan.lasting && n > plan.at ? "before" : undefined;
  }
  #fault(): Error {
    const error = this.#plan?.error() ?? new Error("fault");
    this.thrown.push(error);
    return error;
  }
}

/** A driver whose calls fail as `faults` says, opening and closing too. */
export function withFaults(driver: Driver, faults: Faults): Driver {
  return {
    name: driver.name,
    supports: driver.supports,
    recover: () => driver.recover(),
    async open(options) {
      let session: DriverSession | undefined;
      try {
        await faults.wait(async () => void (session = await driver.open(options)));
      } catch (error) {
        await session?.close(); // who could not open has nothing to close
        throw error;
      }
      if (!session) throw new Error("Cannot open as the driver gives a session: it gave none");
      return faultySession(session, faults);
    },
  };
}

function faultySession(session: DriverSession, faults: Faults): DriverSession {
  return {
    get seq() {
      return session.seq;
    },
    ask: (request) => faults.wait(() => session.ask(request)),
    hold: () => faultyHold(session.hold(), faults),
    tables: () => faults.wait(() => session.tables()),
    live: () => session.live(),
    poll: () => faults.wait(() => session.poll()),
    listen: (on) => session.listen(on),
    create: async (tables) => await faults.wait(() => session.create(tables)),
    compact: async () => await faults.wait(() => session.compact()),
    async close() {
      try {
        await faults.wait(() => {});
      } finally {
        await session.close(); // nobody can close it again
      }
    },
  };
}

function faultyHold(hold: Hold, faults: Faults): Hold {
  return {
    look: (make, writes) => faults.wait(() => hold.look(make, writes)),
    async commit(info, make) {
      let committed: "no" | "unknown" = "no";
      try {
        return await faults.wait(async () => {
          const value = await hold.commit(info, make);
          committed = "unknown"; // a driver whose connection was lost can't tell
          return value;
        });
      } catch (error) {
        const ours = faults.thrown.includes(error as Error); // one that is no error is not
        if (!ours || !(error instanceof DataError)) throw error;
        throw new DataError(error.code, error.message, { committed, cause: error });
      }
    },
    reserve: async (ms) => await faults.wait(() => hold.reserve(ms)),
    end: () => hold.end(),
  };
}
