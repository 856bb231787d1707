import { Failure, type FailureKind } from "../sql/failure.ts";

/** By SQLSTATE, the longest first. @see https://www.postgresql.org/docs/current/errcodes-appendix.html */
const STATES: readonly (readonly [string, FailureKind])[] = [
  ["26000", "busy"], // a prepared statement that a pooler between us and the server does not have
  ["40003", "lost"], // nobody knows whether it is done
  ["53100", "full"],
  ["53300", "busy"], // too many connections
  ["55P03", "busy"], // a lock that was not to be waited for
  ["57P01", "lost"], // the server ends, or an administrator has ended the connection
  ["57P02", "lost"],
  ["57P03", "busy"], // the server starts
  ["57P05", "lost"],
  ["25P03", "lost"], // a transaction that nobody used for too long
  ["08", "lost"],
  ["23", "constraint"],
  ["25006", "unavailable"],
  ["40", "busy"], // could not be serialised, or a deadlock
  ["53", "unavailable"],
  ["58", "unavailable"],
  ["XX00", "corrupt"],
];

/** What clients and sockets say, by their codes. */
const CODES: ReadonlyMap<string, FailureKind> = new Map([
  ["CONNECTION_ENDED", "closed"],
  ["CONNECTION_DESTROYED", "lost"],
  ["CONNECTION_CLOSED", "lost"],
  ["CONNECT_TIMEOUT", "unavailable"],
  ["ECONNREFUSED", "unavailable"],
  ["ENOTFOUND", "unavailable"],
  ["ENOENT", "unavailable"],
  ["ECONNRESET", "lost"],
  ["EPIPE", "lost"],
  ["ETIMEDOUT", "lost"],
]);

const MESSAGES: readonly (readonly [RegExp, FailureKind])[] = [
  [/after calling end on the pool|client was closed|is closed|is closing/i, "closed"],
  [/timeout exceeded when trying to connect/, "busy"],
  [/terminated|connection error|not queryable|connection ended/i, "lost"],
];
/** A statement that was prepared before a table was changed by others. */
const OUTDATED = /cached plan must not change result type/;

/** A property of an error of any client. */
export function propertyOf(error: unknown, name: string): string | undefined {
  if (typeof error !== "object" || error === null) return undefined;
  const value: unknown = Reflect.get(error, name);
  return typeof value === "string" ? value : undefined;
}

function kindOf(error: unknown): FailureKind {
  const code = propertyOf(error, "code");
  const words = error instanceof Error ? error.message : String(error);
  if (code !== undefined) {
    const known = CODES.get(code);
    if (known) return known;
    const state = /^[0-9A-Z]{5}$/.test(code) && STATES.find(([start]) => code.startsWith(start));
    if (state) return state[1];
    if (code === "0A000" && OUTDATED.test(words)) return "busy";
    if (/^[0-9A-Z]{5}$/.test(code)) return "other";
  }
  return MESSAGES.find(([pattern]) => pattern.test(words))?.[1] ?? "other";
}

/** An error of a client, told apart by its code or, where it has none, by its message. */
export function failureOf(error: unknown): Failure {
  return error instanceof Failure ? error : new Failure(error, kindOf(error));
}

/** The error of whatever is asked of a connection that is gone. */
export function lostFailure(): Failure {
  return new Failure(new Error("Cannot use the connection as it is open: it is closed"), "lost");
}
