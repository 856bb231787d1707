import type { Statement } from "../compile.ts";
import type { TransactionMode } from "../async/client.ts";
import { Failure, type FailureKind } from "../failure.ts";

/** What a client asks of a {@linkcode StatementServer} elsewhere; plain data. Transactions are numbers of the client's. */
export type Asked =
  /** Statements that only read, at one state. */
  | { readonly do: "read"; readonly statements: readonly Statement[] }
  /** Statements as one transaction. */
  | { readonly do: "write"; readonly statements: readonly Statement[] }
  /** One statement of the user's, with rows as the client gives them. */
  | { readonly do: "objects"; readonly statements: readonly Statement[] }
  | {
    readonly do: "begin";
    readonly transaction: number;
    readonly mode: TransactionMode;
    readonly statements: readonly Statement[];
  }
  /** Statements in a transaction, all or none of them. */
  | { readonly do: "run"; readonly transaction: number; readonly statements: readonly Statement[] }
  | {
    readonly do: "commit";
    readonly transaction: number;
    readonly statements: readonly Statement[];
  }
  | { readonly do: "rollback"; readonly transaction: number }
  | { readonly do: "compact" };

/** A request, numbered by who asks. */
export interface RemoteRequest {
  readonly id: number;
  readonly asked: Asked;
}

/** The rows of each statement. */
export type RemoteRows = readonly (readonly unknown[])[];

/** The answer to the request with that number. */
export interface RemoteReply {
  readonly id: number;
  readonly rows?: RemoteRows;
  readonly failed?: Failed;
}

/** A `Failure` as plain data. */
export interface Failed {
  readonly kind: FailureKind;
  readonly words: string;
  readonly code?: string | undefined;
}

/** A failure as it is sent. */
export function failedOf(error: unknown): Failed {
  const failure = error instanceof Failure ? error : new Failure(error);
  const { kind, words, cause } = failure;
  const code: unknown = typeof cause === "object" && cause !== null
    ? Reflect.get(cause, "code")
    : undefined;
  return { kind, words, ...(typeof code === "string" && { code }) };
}

/** A failure as it was sent; its cause has the words of the engine. */
export function failureOf({ kind, words, code }: Failed): Failure {
  const cause = new Error(words);
  return new Failure(code === undefined ? cause : Object.assign(cause, { code }), kind);
}
