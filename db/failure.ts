import { DataError } from "../schema/errors.ts";
import type { Driver, DriverOptions, DriverSession, Maybe, Setup } from "./driver.ts";

/** Whether a commit is there, as far as it is known. */
export type Told = DataError["committed"];

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

/** The same with what is known of the commit. */
export function withCommitted(error: DataError, committed: NonNullable<Told>): DataError {
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
