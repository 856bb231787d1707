/**
 * node:sqlite in the shape of better-sqlite3, which Kysely's and Drizzle's dialects take.
 *
 * @module
 */
import type { DatabaseSync, SQLInputValue, StatementSync } from "node:sqlite";

interface Arrays {
  setReturnArrays(on: boolean): void;
}

/** A statement as both call it: Kysely with one list of parameters, Drizzle with each by itself. */
export class Statement {
  readonly #statement: StatementSync & Arrays;
  constructor(statement: StatementSync) {
    this.#statement = statement as StatementSync & Arrays; // it has that, whatever the types know
  }
  get reader(): boolean {
    return this.#statement.columns().length > 0;
  }
  /** Rows as arrays. */
  raw(): this {
    this.#statement.setReturnArrays(true);
    return this;
  }
  all(...params: readonly unknown[]): unknown[] {
    return this.#statement.all(...flat(params));
  }
  get(...params: readonly unknown[]): unknown {
    return this.#statement.get(...flat(params));
  }
  run(
    ...params: readonly unknown[]
  ): { changes: number | bigint; lastInsertRowid: number | bigint } {
    return this.#statement.run(...flat(params));
  }
  iterate(params: readonly unknown[]): IterableIterator<unknown> {
    return this.#statement.iterate(...flat([params]));
  }
}

function flat(params: readonly unknown[]): SQLInputValue[] {
  const [first] = params;
  // Both bind what SQLite takes, once their own column types have seen to it.
  return (Array.isArray(first) ? first : params) as SQLInputValue[];
}

type Begin = "deferred" | "immediate" | "exclusive";

/** A database as both call it. */
export class Better {
  readonly #client: DatabaseSync;
  constructor(client: DatabaseSync) {
    this.#client = client;
  }
  prepare(sql: string): Statement {
    return new Statement(this.#client.prepare(sql));
  }
  /** A function in a transaction, one way to begin for each of its names. */
  transaction<A, T>(fn: (argument: A) => T): Record<Begin, (argument: A) => T> {
    const begin = (how: Begin) => (argument: A): T => {
      this.#client.exec(`BEGIN ${how}`);
      try {
        const value = fn(argument);
        this.#client.exec("COMMIT");
        return value;
      } catch (error) {
        this.#client.exec("ROLLBACK");
        throw error;
      }
    };
    return {
      deferred: begin("deferred"),
      immediate: begin("immediate"),
      exclusive: begin("exclusive"),
    };
  }
  close(): void {
    this.#client.close();
  }
}
