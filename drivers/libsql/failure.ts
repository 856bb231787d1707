import { Failure, type FailureKind } from "../sql/failure.ts";

const KINDS: ReadonlyMap<string, FailureKind> = new Map([
  ["CLIENT_CLOSED", "closed"],
  // The server has ended it, or there is but one connection and somebody else has it.
  ["TRANSACTION_TIMEOUT", "busy"],
  ["TRANSACTION_ACTIVE", "busy"],
  ["TRANSACTION_CLOSED", "busy"],
  ["HRANA_CLOSED_ERROR", "lost"],
  ["HRANA_WEBSOCKET_ERROR", "lost"],
  ["HRANA_PROTO_ERROR", "lost"],
  ["SERVER_ERROR", "lost"],
  ["INTERNAL_ERROR", "lost"],
  ["UNKNOWN", "lost"],
]);

/** Statuses by which a server says that nothing has happened. */
const REFUSED = /HTTP status (?:400|401|403|404|405|413|429)\b/;
/** Answers of servers and the ways to them that come without a code of their own. */
const EXPIRED =
  /stream (?:has )?expired|stream not found|invalid baton|STREAM_EXPIRED|TRANSACTION_TIMEOUT/i;
const BUSY = /SQLITE_BUSY|SQLITE_LOCKED|database (?:table )?is locked/;

/** What went wrong in a client, as the session tells it apart. */
export function libsqlFailure(cause: unknown): Failure {
  return cause instanceof Failure ? cause : new Failure(cause, kindOf(cause));
}

function kindOf(cause: unknown): FailureKind | undefined {
  if (!(cause instanceof Error)) return "lost";
  const { message } = cause;
  const code: unknown = Reflect.get(cause, "code");
  if (BUSY.test(message) || code === "SQLITE_BUSY") return "busy";
  if (EXPIRED.test(message)) return "busy";
  if (typeof code !== "string") {
    // What the client refuses itself: a value out of range. Else the way to the server failed.
    return cause instanceof RangeError ? "other" : "lost";
  }
  if (code === "SERVER_ERROR" && REFUSED.test(message)) return "unavailable";
  if (code.startsWith("AUTH") || code === "PROTOCOL_VERSION_ERROR") return "unavailable";
  return KINDS.get(code);
}
