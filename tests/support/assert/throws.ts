import { failure } from "./error.ts";

/** A class of errors, as `instanceof` takes it. */
// deno-lint-ignore no-explicit-any
export type ErrorClass<E extends Error> = abstract new (...args: any[]) => E;

/** That `fn` throws, and what it threw. */
export function assertThrows(fn: () => unknown, msg?: string): unknown;
/** That `fn` throws an `E` whose message has `includes` in it, and the error. */
export function assertThrows<E extends Error>(
  fn: () => unknown,
  errorClass: ErrorClass<E>,
  includes?: string,
  msg?: string,
): E;
export function assertThrows(
  fn: () => unknown,
  classOrMsg?: ErrorClass<Error> | string,
  includesOrMsg?: string,
  msg?: string,
): unknown {
  const asked = expectation(classOrMsg, includesOrMsg, msg);
  try {
    fn();
  } catch (error) {
    return checked(error, asked);
  }
  throw failure("Expected function to throw", asked.msg);
}

/** That the promise of `fn` rejects, and what it rejected with. A synchronous throw fails. */
export function assertRejects(fn: () => PromiseLike<unknown>, msg?: string): Promise<unknown>;
/** That the promise of `fn` rejects with an `E` whose message has `includes` in it. */
export function assertRejects<E extends Error>(
  fn: () => PromiseLike<unknown>,
  errorClass: ErrorClass<E>,
  includes?: string,
  msg?: string,
): Promise<E>;
export async function assertRejects(
  fn: () => PromiseLike<unknown>,
  classOrMsg?: ErrorClass<Error> | string,
  includesOrMsg?: string,
  msg?: string,
): Promise<unknown> {
  const asked = expectation(classOrMsg, includesOrMsg, msg);
  let promise: PromiseLike<unknown>;
  try {
    promise = fn();
  } catch (error) {
    throw failure(`Function throws when expected to reject, with ${String(error)}`, asked.msg);
  }
  try {
    await promise;
  } catch (error) {
    return checked(error, asked);
  }
  throw failure("Expected function to reject", asked.msg);
}

interface Expectation {
  errorClass: ErrorClass<Error> | undefined;
  includes: string | undefined;
  msg: string | undefined;
}

function expectation(
  classOrMsg: ErrorClass<Error> | string | undefined,
  includesOrMsg: string | undefined,
  msg: string | undefined,
): Expectation {
  return typeof classOrMsg === "string"
    ? { errorClass: undefined, includes: undefined, msg: classOrMsg }
    : { errorClass: classOrMsg, includes: includesOrMsg, msg };
}

function checked(error: unknown, { errorClass, includes, msg }: Expectation): unknown {
  if (errorClass === undefined) return error;
  if (!(error instanceof Error)) throw failure("A non-Error object was thrown", msg);
  const { message, constructor: { name } } = error;
  if (!(error instanceof errorClass)) {
    throw failure(
      `Expected error to be instance of "${errorClass.name}", but was "${name}" (${message})`,
      msg,
    );
  }
  if (includes !== undefined && !message.includes(includes)) {
    throw failure(`Expected error message to include "${includes}", but got "${message}"`, msg);
  }
  return error;
}
