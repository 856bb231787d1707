import { DataError } from "../schema/errors.ts";
import type {
  Answer,
  CommitInfo,
  Committed,
  Driver,
  DriverOptions,
  DriverSession,
} from "./driver.ts";
import type { Hold, MakeWork, Maybe, Request, Setup, Work } from "./driver.ts";

type Told = DataError["committed"];

/**
 * What a driver failed with, as users get it: a `DataError`, or the mistake of a caller. Whatever else a
 * client throws is `DataError("unavailable")` with that as its cause. `committed` is added where the
 * driver does not say.
 */
export function failure(error: unknown, committed?: Told): unknown {
  if (error instanceof DataError) {
    return committed && !error.committed ? withCommitted(error, committed) : error;
  }
  if (
    error instanceof TypeError || error instanceof RangeError || error instanceof SyntaxError
  ) return error;
  return new DataError(
    "unavailable",
    "Cannot use the database as its driver answers: the driver failed",
    { cause: error, ...(committed && { committed }) },
  );
}

/** Whether a write was refused for what is in the database. */
export function isRefusal(error: unknown): boolean {
  return error instanceof DataError && error.code === "constraint";
}

function withCommitted(error: DataError, committed: NonNullable<Told>): DataError {
  const { code, message, table, columns, rule, issues } = error;
  return new DataError(code, message, {
    ...{ committed, cause: error.cause ?? error },
    ...(table !== undefined && { table }),
    ...(columns && { columns }),
    ...(rule && { rule }),
    ...(issues && { issues }),
  });
}

/** Calls a driver; what it fails with is a {@linkcode failure}. */
export function call<T>(fn: () => Maybe<T>): Maybe<T> {
  let value: Maybe<T>;
  try {
    value = fn();
  } catch (error) {
    throw failure(error);
  }
  return value instanceof Promise ? value.catch(rethrow) : value;
}

function rethrow(error: unknown): never {
  throw failure(error);
}

/** Opens a driver; what a migration throws, and the reason of the signal, pass as they are. */
export async function opening(driver: Driver, options: DriverOptions): Promise<DriverSession> {
  const { setup, signal } = options;
  let thrown: { readonly error: unknown } | undefined;
  async function noted(layout: Setup): Promise<void> {
    try {
      await setup(guardedSetup(layout));
    } catch (error) {
      thrown = { error };
      throw error;
    }
  }
  try {
    return await driver.open({ ...options, setup: noted });
  } catch (error) {
    if (thrown && thrown.error === error || signal?.aborted && signal.reason === error) throw error;
    throw failure(error, "no");
  }
}

function guardedSetup(layout: Setup): Setup {
  return {
    meta: layout.meta,
    tables: () => call(() => layout.tables()),
    ask: (request) => call(() => layout.ask(request)),
    change: (change) => call(() => layout.change(change)),
    setMeta: (key, value) => call(() => layout.setMeta(key, value)),
  };
}

/**
 * A hold whose failures are told as {@linkcode failure} tells them, and what work throws as it is.
 * Where a driver can't say whether a commit is there, it is asked by the commit's id.
 */
export class GuardedHold implements Hold {
  readonly #session: DriverSession;
  readonly #hold: Hold;
  readonly #note: Thrown = { thrown: undefined };

  constructor(session: DriverSession) {
    this.#session = session;
    this.#hold = session.hold();
  }

  /** Whether the last call failed by what its work threw, so that the driver is as it was. */
  threw(error: unknown): boolean {
    return this.#note.thrown !== undefined && this.#note.thrown.error === error;
  }

  look<T>(make: MakeWork<T>, writes: boolean): Maybe<T> {
    const tell = (error: unknown): never => {
      throw this.threw(error) ? error : failure(error, "no");
    };
    let value: Maybe<T>;
    try {
      value = this.#hold.look((kept) => new GuardedWork(make(kept), this.#note), writes);
    } catch (error) {
      return tell(error);
    }
    return value instanceof Promise ? value.catch(tell) : value;
  }

  async commit<T>(info: CommitInfo, make: MakeWork<T>): Promise<Committed<T>> {
    try {
      return await this.#hold.commit(info, (kept) => new GuardedWork(make(kept), this.#note));
    } catch (error) {
      if (this.threw(error)) throw error;
      const told = failure(error, "unknown");
      if (!(told instanceof DataError) || told.committed !== "unknown") throw told;
      throw withCommitted(told, await this.#find(info.id));
    }
  }
  async #find(id: string): Promise<NonNullable<Told>> {
    try {
      return await this.#session.ask({ ask: "known", id }) ? "yes" : "no";
    } catch {
      return "unknown";
    }
  }

  async reserve(ms: number): Promise<void> {
    try {
      await this.#hold.reserve(ms);
    } catch (error) {
      throw failure(error, "no");
    }
  }
  end(): void {
    this.#hold.end();
  }
}

/** What work threw. */
interface Thrown {
  thrown: { readonly error: unknown } | undefined;
}

/** Work whose requests fail as {@linkcode failure} tells; what it throws itself is noted. */
class GuardedWork<T> implements Work<T> {
  readonly #work: Work<T>;
  readonly #note: Thrown;

  constructor(work: Work<T>, note: Thrown) {
    this.#work = work;
    this.#note = note;
    note.thrown = undefined;
  }
  next(answer?: Answer): IteratorResult<Request, T> {
    try {
      return this.#work.next(answer);
    } catch (error) {
      this.#note.thrown = { error };
      throw error;
    }
  }
  throw(error: unknown): IteratorResult<Request, T> {
    try {
      return this.#work.throw(failure(error, "no"));
    } catch (thrown) {
      this.#note.thrown = { error: thrown };
      throw thrown;
    }
  }
  return(value: T): IteratorResult<Request, T> {
    return this.#work.return(value);
  }
  [Symbol.iterator](): Work<T> {
    return this;
  }
}
