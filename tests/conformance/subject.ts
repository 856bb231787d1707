import type {
  Commit,
  Query,
  Schema,
  SourceOptions,
  Store,
  StoreTransaction,
  WriteOptions,
} from "../../mod.ts";
import type { AsyncSource, AsyncTransaction, AsyncVerbs } from "./verbs.ts";

/** What is under test: a store (synchronous) or a database (asynchronous). */
export type Source = Store | AsyncSource;

/** Gives an empty source; each test opens its own. */
export type Open = (schema: Schema, options?: SourceOptions) => Source | Promise<Source>;

/** A transaction's function: `yield` is `await`, so that one text serves both kinds. */
// deno-lint-ignore no-explicit-any
export type Steps<T> = (tx: AsyncTransaction) => Generator<unknown, T, any>;

type Verb = keyof AsyncVerbs;

/** A source with every verb as a promise, so that each test is written once. */
export interface Subject extends AsyncVerbs, AsyncDisposable {
  readonly source: Source;
  /** The rows of `iterate`, collected. */
  iterated<R>(query: Query<R>): Promise<R[]>;
  transaction<T>(steps: Steps<T>, options?: WriteOptions): Promise<T>;
  changes(listener: (commit: Commit) => void): () => void;
  close(): Promise<void>;
}

const synchronous = new WeakSet<object>();

function isStore(source: Source): source is Store {
  return !("close" in source);
}

function driveSync<T>(steps: Generator<unknown, T, unknown>): T {
  let step = steps.next();
  while (!step.done) step = steps.next(step.value);
  return step.value;
}

/** Runs `steps` to their end, with each promise that they yield awaited. */
export async function drive<T>(steps: Generator<unknown, T, unknown>): Promise<T> {
  let step = steps.next();
  while (!step.done) {
    let value: unknown;
    try {
      value = await step.value;
    } catch (error) {
      step = steps.throw(error);
      continue;
    }
    step = steps.next(value);
  }
  return step.value;
}

/** Runs `steps` in a transaction of `source`, synchronously when that is a store. */
export async function transact<T>(
  source: Source,
  steps: Steps<T>,
  options?: WriteOptions,
): Promise<T> {
  if (!isStore(source)) {
    return await source.transaction((tx) => drive(steps(tx)), options);
  }
  // The steps see a store's transaction through the asynchronous type: `yield` takes both.
  return source.transaction((tx): never => drivenBy(tx, steps) as never, options);
}

function drivenBy<T>(tx: StoreTransaction, steps: Steps<T>): T {
  synchronous.add(tx);
  return driveSync(steps(tx as unknown as AsyncTransaction));
}

/** A transaction inside `tx`; yield what it gives. */
export function nest<T>(tx: AsyncTransaction, steps: Steps<T>): unknown {
  if (!synchronous.has(tx)) return tx.transaction((inner) => drive(steps(inner)));
  const outer = tx as unknown as StoreTransaction;
  return outer.transaction((inner): never => drivenBy(inner, steps) as never);
}

/** What a verb of `source` gives, with its throws as rejections. */
function promised(source: Source, verb: Verb): (...args: unknown[]) => Promise<unknown> {
  const method = source[verb] as (...args: unknown[]) => unknown;
  return async (...args) => await method.apply(source, args);
}

/** `source` as a {@linkcode Subject}. */
export function subjectOf(source: Source): Subject {
  const verbs: Verb[] = [
    "get",
    "getMany",
    "all",
    "first",
    "count",
    "has",
    "getValue",
    "explain",
    "insert",
    "upsert",
    "replace",
    "update",
    "updateAll",
    "delete",
    "deleteAll",
    "claim",
    "setValue",
  ];
  const wrapped = Object.fromEntries(verbs.map((verb) => [verb, promised(source, verb)]));
  async function close(): Promise<void> {
    if (isStore(source)) source[Symbol.dispose]();
    else await source[Symbol.asyncDispose]();
  }
  return {
    ...wrapped as unknown as AsyncVerbs,
    source,
    async iterated<R>(query: Query<R>): Promise<R[]> {
      const rows: R[] = [];
      for await (const row of source.iterate(query) as AsyncIterable<R>) rows.push(row);
      return rows;
    },
    transaction: (steps, options) => transact(source, steps, options),
    changes: (listener) => source.changes(listener),
    close,
    [Symbol.asyncDispose]: close,
  };
}
