import { DataError } from "../../../schema/errors.ts";
import type { Cells } from "../decode.ts";
import { Failure } from "../failure.ts";
import { type ClientShape, type Prepared, type Prepares, preparesOf } from "./shapes.ts";

/** So many statements are kept at least, and twice as many at most. */
const KEPT = 200;

/** A synchronous client with its statements by text. What it throws is a {@linkcode Failure}. */
export class SyncClient {
  readonly #db: ClientShape;
  readonly #prepares: Prepares;
  // Two generations: what is used moves to the young one, and what stays in the old one is dropped
  // when the young one is full.
  #young = new Map<string, Prepared>();
  #old = new Map<string, Prepared>();

  /**
   * `prepares` is how the client prepares statements, where it is none of those that are known.
   *
   * @throws {TypeError} When `db` is none of the clients that are known.
   */
  constructor(db: ClientShape, prepares?: Prepares) {
    this.#db = db;
    try {
      this.#prepares = prepares ?? preparesOf(db);
    } catch (cause) {
      throw cause instanceof TypeError || cause instanceof DataError ? cause : new Failure(cause);
    }
  }

  /** Runs SQL that has no parameters and gives no rows; kept nowhere. */
  exec(sql: string): void {
    try {
      this.#db.exec(sql);
    } catch (cause) {
      throw new Failure(cause);
    }
  }

  /** The rows of a statement as arrays. */
  rows(text: string, params: readonly unknown[]): readonly Cells[] {
    try {
      return this.#statement(text).all(params);
    } catch (cause) {
      throw this.#failed(text, cause);
    }
  }

  /** The first row of a statement. */
  row(text: string, params: readonly unknown[]): Cells | undefined {
    try {
      return this.#statement(text).get(params);
    } catch (cause) {
      throw this.#failed(text, cause);
    }
  }

  /** Runs a statement that gives no rows. */
  run(text: string, params: readonly unknown[]): void {
    try {
      this.#statement(text).run(params);
    } catch (cause) {
      throw this.#failed(text, cause);
    }
  }

  /** The rows of a statement as the client gives them; the statement is not kept. */
  objects(text: string, params: readonly unknown[]): readonly unknown[] {
    try {
      return this.#prepares.objects(text, params);
    } catch (cause) {
      throw new Failure(cause);
    }
  }

  /** Drops all statements. */
  clear(): void {
    for (const statements of [this.#young, this.#old]) {
      for (const statement of statements.values()) drop(statement);
      statements.clear();
    }
  }

  #statement(text: string): Prepared {
    const young = this.#young.get(text);
    if (young) return young;
    const statement = this.#old.get(text) ?? this.#prepares.prepare(text);
    this.#old.delete(text);
    if (this.#young.size >= KEPT) {
      for (const old of this.#old.values()) drop(old);
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(text, statement);
    return statement;
  }

  /** A statement that failed may hold a lock, so that no COMMIT succeeds while it is there. */
  #failed(text: string, cause: unknown): Failure {
    const statement = this.#young.get(text);
    this.#young.delete(text);
    if (statement) drop(statement);
    return new Failure(cause);
  }
}

function drop(statement: Prepared): void {
  try {
    statement.drop();
  } catch {
    // Finalizing throws the statement's last error once more.
  }
}
