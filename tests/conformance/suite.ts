import type { Commit, Schema, SourceOptions } from "../../mod.ts";
import { DataError } from "../../mod.ts";
import { assertSame, show } from "./same.ts";
import { type Open, type Subject, subjectOf } from "./subject.ts";

/** Registers one test; `Deno.test` where there is one. */
export type Register = (name: string, fn: () => Promise<void>) => void;

/** What a part of the suite gets: where to register, and how to open what is tested. */
export interface Suite {
  test(name: string, fn: () => Promise<void>): void;
  open(schema: Schema, options?: SourceOptions): Promise<Subject>;
}

export function suiteOf(name: string, open: Open, register: Register): Suite {
  return {
    test: (title, fn) => register(`${name}: ${title}`, fn),
    open: async (schema, options) => subjectOf(await open(schema, options)),
  };
}

/** An argument that the types refuse, to see what happens at run time. */
export function bad(value: unknown): never {
  return value as never;
}

/** What `run` throws or rejects with; fails when it does neither. */
export async function failure(run: () => unknown): Promise<unknown> {
  let result: unknown;
  try {
    result = await run();
  } catch (error) {
    return error;
  }
  throw new Error(`Nothing was thrown; the result is ${show(result)}`);
}

// deno-lint-ignore no-explicit-any
type ErrorClass = abstract new (...args: any[]) => Error;

/** `run` throws or rejects with a `kind` whose message has all `parts`. */
export async function assertFails(
  run: () => unknown,
  kind: ErrorClass,
  ...parts: string[]
): Promise<void> {
  const error = await failure(run);
  if (!(error instanceof kind)) {
    throw new Error(`Expected a ${kind.name}, got ${show(error)}`, { cause: error });
  }
  for (const part of parts) {
    if (!error.message.includes(part)) {
      throw new Error(`Expected "${part}" in the message of ${show(error)}`, { cause: error });
    }
  }
}

/** `run` throws or rejects with a {@linkcode DataError} that has all `fields`. */
export async function assertDataError(
  run: () => unknown,
  fields: Partial<Pick<DataError, "code" | "table" | "columns" | "rule">>,
): Promise<DataError> {
  const error = await failure(run);
  if (!(error instanceof DataError)) {
    throw new Error(`Expected a DataError, got ${show(error)}`, { cause: error });
  }
  for (const [name, value] of Object.entries(fields)) {
    assertSame(error[name as "code"], value, `${name} of ${show(error)}`);
  }
  if (fields.table !== undefined && !error.message.includes(fields.table)) {
    throw new Error(`Expected "${fields.table}" in the message of ${show(error)}`);
  }
  return error;
}

/** Commits of `db` from now on, as its listeners hear them. */
export function record(db: Subject): Commit[] {
  const commits: Commit[] = [];
  db.changes((commit) => commits.push(commit));
  return commits;
}

/** Waits until `test` holds: at once on a store, soon on a database. */
export async function until(test: () => boolean): Promise<void> {
  for (let i = 0; i < 400 && !test(); i++) await new Promise((done) => setTimeout(done, 5));
  if (!test()) throw new Error(`Not so after 2 seconds: ${test}`);
}

/** Runs `fn` while errors that are reported to the global scope are let pass. */
export async function quietly(fn: () => Promise<void>): Promise<void> {
  const ignore = (event: Event) => event.preventDefault();
  const { error } = console;
  console.error = () => {};
  // Node has no such events.
  globalThis.addEventListener?.("error", ignore);
  globalThis.addEventListener?.("unhandledrejection", ignore);
  try {
    await fn();
    await new Promise((done) => setTimeout(done, 0));
  } finally {
    console.error = error;
    globalThis.removeEventListener?.("error", ignore);
    globalThis.removeEventListener?.("unhandledrejection", ignore);
  }
}

/** The numbers of one column, in the order of `rows`. */
export function pluck<R, K extends keyof R>(rows: readonly R[], name: K): R[K][] {
  return rows.map((row) => row[name]);
}
