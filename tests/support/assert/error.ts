/** What a failed assertion throws. */
export class AssertionError extends Error {
  override readonly name = "AssertionError";
}

/** An {@linkcode AssertionError} that says `what`, then `msg` where the test gave one. */
export function failure(what: string, msg: string | undefined): AssertionError {
  return new AssertionError(msg === undefined ? what : `${what}: ${msg}`);
}
