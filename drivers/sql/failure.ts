import { DataError, type DataErrorCode, type DataErrorRule } from "../../schema/errors.ts";

/** What went wrong, as far as something depends on it. */
export type FailureKind =
  | "busy"
  | "closed"
  | "constraint"
  | "corrupt"
  | "full"
  /** The connection is gone, so nobody knows whether the statement ran. */
  | "lost"
  | "other"
  | "unavailable";

/** SQLite's primary result codes. @see https://sqlite.org/rescode.html */
const BY_CODE: ReadonlyMap<number, FailureKind> = new Map([
  [5, "busy"],
  [6, "busy"],
  [7, "unavailable"],
  [8, "unavailable"],
  [10, "unavailable"],
  [11, "corrupt"],
  [13, "full"],
  [14, "unavailable"],
  [19, "constraint"],
  [21, "closed"],
  [26, "corrupt"],
]);

const BY_NAME: readonly (readonly [string, FailureKind])[] = [
  ["SQLITE_BUSY", "busy"],
  ["SQLITE_LOCKED", "busy"],
  ["SQLITE_NOMEM", "unavailable"],
  ["SQLITE_READONLY", "unavailable"],
  ["SQLITE_IOERR", "unavailable"],
  ["SQLITE_CORRUPT", "corrupt"],
  ["SQLITE_FULL", "full"],
  ["SQLITE_CANTOPEN", "unavailable"],
  ["SQLITE_CONSTRAINT", "constraint"],
  ["SQLITE_MISUSE", "closed"],
  ["SQLITE_NOTADB", "corrupt"],
];

const BY_MESSAGE: readonly (readonly [RegExp, FailureKind])[] = [
  [/constraint failed/, "constraint"],
  [/database (?:table |schema )?is locked/, "busy"],
  [/database or disk is full/, "full"],
  [/disk image is malformed|file is not a database/, "corrupt"],
  [/readonly database|unable to open database|disk I\/O error|out of memory/, "unavailable"],
  [/database (?:connection )?(?:is not open|has closed|is closed)|closed database/i, "closed"],
  [/statement has been finalized|bad parameter or other API misuse/, "closed"],
];

/** An error of a client, told apart by its codes or, where it has none, by its message. */
export class Failure extends Error {
  readonly kind: FailureKind;
  /** The engine's own words. */
  readonly words: string;
  /** `kind` is given by clients whose errors are not those of SQLite. */
  constructor(cause: unknown, kind?: FailureKind) {
    super("Cannot run a statement as the engine takes it: it failed", { cause });
    this.words = cause instanceof Error ? cause.message : String(cause);
    this.kind = kind ?? kindOf(cause, this.words);
  }

  /** Whether what runs can't go on, as the engine may have dropped the transaction. */
  get fatal(): boolean {
    return this.kind !== "other" && this.kind !== "constraint";
  }
}

function kindOf(error: unknown, words: string): FailureKind {
  if (typeof error === "object" && error !== null) {
    const number = "errcode" in error ? error.errcode : "errno" in error ? error.errno : undefined;
    const byCode = typeof number === "number" ? BY_CODE.get(number & 0xff) : undefined;
    if (byCode) return byCode;
    const { code } = error as { code?: unknown }; // of an object any property can be asked for
    if (code === "ERR_INVALID_STATE") return "closed";
    if (typeof code === "string" && code.startsWith("SQLITE_")) {
      const byName = BY_NAME.find(([name]) => code.startsWith(name));
      if (byName) return byName[1];
    }
  }
  return BY_MESSAGE.find(([pattern]) => pattern.test(words))?.[1] ?? "other";
}

const CODES: Record<FailureKind, DataErrorCode> = {
  busy: "timeout",
  closed: "closed",
  constraint: "constraint",
  corrupt: "corrupt",
  full: "full",
  lost: "unavailable",
  other: "unavailable",
  unavailable: "unavailable",
};
const STATES: Record<FailureKind, string> = {
  busy: "it is locked by another",
  closed: "its client is closed",
  constraint: "a constraint of it failed",
  corrupt: "it is damaged",
  full: "it is full",
  lost: "the connection is lost",
  other: "the engine refused",
  unavailable: "it can not be read or written",
};
const RULES: readonly (readonly [string, DataErrorRule])[] = [
  ["NOT NULL constraint", "null"],
  ["FOREIGN KEY constraint", "reference"],
  ["CHECK constraint", "check"],
  ["UNIQUE constraint", "unique"],
];

/** A failure as users get it; any other error as it is. */
export function dataError(error: unknown, committed?: "yes" | "no" | "unknown"): unknown {
  if (!(error instanceof Failure)) return error;
  const { kind, words, cause } = error;
  const rule = kind === "constraint"
    ? RULES.find(([text]) => words.includes(text))?.[1]
    : undefined;
  return new DataError(
    CODES[kind],
    `Cannot use the database as it answers: ${STATES[kind]}`,
    { cause, ...(rule && { rule }), ...(committed && { committed }) },
  );
}

/** The error of whatever comes after the end. */
export function closedError(): DataError {
  return new DataError("closed", "Cannot use the database as it is open: it is closed");
}
