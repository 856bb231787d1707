import { bytesText } from "../sql/postgres_text.ts";
import type { Rows } from "../sql/async/client.ts";
import type { Statement } from "../sql/compile.ts";

/**
 * A connection that is ours for as long as a transaction lasts. Requests go out at once and in their order;
 * each has an answer of its own, as the server goes on after one that it refuses.
 */
export interface Link {
  /** Begins a transaction with some characteristics, and runs what belongs to it. */
  begin(characteristics: string, script: string): Promise<void>;
  /** Runs a statement. */
  query(statement: Statement): Promise<Rows>;
  /** Runs SQL that has no parameters and gives no rows. */
  script(text: string): Promise<void>;
  /** Ends the transaction. */
  end(commit: boolean): Promise<void>;
  /** Gives the connection back, once nothing is under way. */
  release(): void;
}

/** What the driver needs of a client; whatever goes wrong is a `Failure`. */
export interface Shape {
  /** How many connections there are at most. */
  readonly size: number;
  /** Runs a statement by itself, on any connection. */
  query(statement: Statement): Promise<Rows>;
  /** Takes a connection; with `fresh` nothing is prepared, for a transaction that changes what is read. */
  link(fresh?: boolean): Promise<Link>;
  /** Runs a statement of the user's; rows as the client gives them. */
  objects(statement: Statement): Promise<readonly unknown[]>;
  /** Calls `heard` with the payload of each notification; undefined where no connection can be spared. */
  readonly listen:
    | ((channel: string, heard: (payload: string) => void) => Promise<() => Promise<void>>)
    | undefined;
}

/** What is bound, as the text that PostgreSQL reads. */
export function paramText(value: unknown): string | null {
  if (typeof value === "string" || value === null) return value;
  if (value instanceof Uint8Array) return bytesText(value);
  return value === undefined ? null : String(value);
}

type Method = (...params: unknown[]) => unknown;

/** A method of an object of unknown type, bound to it; undefined when it has none. */
export function methodOf(of: unknown, name: string): Method | undefined {
  if (typeof of !== "object" && typeof of !== "function" || of === null) return undefined;
  const value: unknown = Reflect.get(of, name);
  // A function takes any arguments.
  return typeof value === "function" ? value.bind(of) as Method : undefined;
}

/** A property of an object of unknown type. */
export function valueOf(of: unknown, name: string): unknown {
  return typeof of === "object" && of !== null || typeof of === "function"
    ? Reflect.get(of, name)
    : undefined;
}

/** A list that a client gives. */
export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
