/** What a {@linkcode DataError} says of itself; stable within a major version. */
export type DataErrorCode =
  | "closed"
  | "conflict"
  | "constraint"
  | "corrupt"
  | "full"
  | "timeout"
  | "unavailable"
  | "unsupported"
  | "version";

/** The rule that a write broke, with code `"constraint"`. */
export type DataErrorRule = "key" | "unique" | "reference" | "check" | "null" | "validate";

/** What a {@linkcode DataError} knows beside its code. */
export interface DataErrorFields {
  /** The table concerned. */
  readonly table?: string;
  /** The columns concerned, in the order of the rule. */
  readonly columns?: readonly string[];
  /** The rule that was broken. */
  readonly rule?: DataErrorRule;
  /** What a Standard Schema validator found. */
  readonly issues?: readonly unknown[];
  /** Whether the write is in the database. */
  readonly committed?: "yes" | "no" | "unknown";
  /** The error of the client or engine. */
  readonly cause?: unknown;
}

/**
 * A failure that a caller may handle. A mistake in the call itself is a `TypeError`, a
 * `RangeError` or a `SyntaxError` instead.
 *
 * @example Tell a taken key from other failures
 * ```ts
 * import { createStore, DataError, table, text } from "@strata/data";
 * import { assertEquals } from "@std/assert";
 *
 * const users = table("users", { id: text().primaryKey() });
 * const store = createStore({ tables: [users] });
 * store.insert(users, { id: "ada" });
 * try {
 *   store.insert(users, { id: "ada" });
 * } catch (error) {
 *   assertEquals(error instanceof DataError && error.rule, "key");
 * }
 * ```
 */
export class DataError extends Error {
  /** Always `"DataError"`. */
  override readonly name: string = "DataError";
  /** What happened; stable within a major version, unlike the message. */
  readonly code: DataErrorCode;
  /** The table concerned. */
  readonly table?: string;
  /** The columns concerned, in the order of the rule. */
  readonly columns?: readonly string[];
  /** The rule that was broken, with code `"constraint"`. */
  readonly rule?: DataErrorRule;
  /** What a Standard Schema validator found. */
  readonly issues?: readonly unknown[];
  /** Whether the write is in the database. */
  readonly committed?: "yes" | "no" | "unknown";

  /** Made by the library; `fields.cause` is the error of the client, if there is one. */
  constructor(code: DataErrorCode, message: string, fields: DataErrorFields = {}) {
    super(message, "cause" in fields ? { cause: fields.cause } : undefined);
    this.code = code;
    if (fields.table !== undefined) this.table = fields.table;
    if (fields.columns) this.columns = fields.columns;
    if (fields.rule) this.rule = fields.rule;
    if (fields.issues) this.issues = fields.issues;
    // What breaks a rule or a condition is refused before it is written.
    const refused = code === "constraint" || code === "conflict" ? "no" : undefined;
    const committed = fields.committed ?? refused;
    if (committed) this.committed = committed;
  }
}

/** A name as messages show it: quoted, with quotes and control characters escaped. */
export function quote(name: string): string {
  return JSON.stringify(name);
}
