import { keyValues } from "../schema/key.ts";
import type { PatchOf, Table } from "../schema/mod.ts";
import type { Query, Where } from "../query/mod.ts";
import type { Ast } from "../query/ast.ts";
import { queryValue } from "../query/query.ts";
import {
  type InsertOptions,
  isFollowed,
  type Plan,
  type UpdateOptions,
  type WriteOptions,
} from "../engine/mod.ts";
import type { Core } from "./core.ts";
import type { Answers, Maybe, Read, Work } from "./driver.ts";
import { iterateRows } from "./iterate.ts";
import { pageOptions } from "./runner.ts";
import type { ReadOptions } from "./types.ts";
import { setValueWork, valueColumn, valueOf } from "./values.ts";
import {
  checked,
  claimWork,
  deleteAllWork,
  deleteWork,
  insertWork,
  replaceWork,
  updateAllWork,
  updateWork,
  upsertWork,
} from "./works.ts";

/** Who runs requests and works: a database, or one of its transactions. */
export interface Runner {
  readonly core: Core;
  /** @throws {TypeError} When it has ended. @throws {DataError} With code `"closed"`. */
  check(): void;
  read<R extends Read>(request: R, options: ReadOptions | undefined): Maybe<Answers[R["ask"]]>;
  write<T>(make: () => Work<T>, options: WriteOptions | undefined): Maybe<T>;
}

/**
 * The verbs over a runner; what a runner has at once, they give at once.
 *
 * Rows leave and enter as plain objects by column name; the core checks what comes in, so the types
 * that go out hold.
 */
export class Verbs {
  readonly #runner: Runner;
  constructor(runner: Runner) {
    this.#runner = runner;
  }

  get<R, I, K, U>(
    table: Table<R, I, K, U>,
    key: NoInfer<K>,
    options?: ReadOptions,
  ): Maybe<R | undefined> {
    const def = this.#runner.core.table(table);
    const keys = [keyValues(def, key)];
    const rows = this.#runner.read({ ask: "keys", table: def, keys }, options);
    return then(rows, firstOf) as Maybe<R | undefined>; // a row of the table
  }
  getMany<R, I, K, U>(
    table: Table<R, I, K, U>,
    keys: readonly NoInfer<K>[],
    options?: ReadOptions,
  ): Maybe<(R | undefined)[]> {
    const def = this.#runner.core.table(table);
    const values = Array.from(keys, (key) => keyValues(def, key));
    if (values.length === 0) return (this.#runner.check(), []);
    const rows = this.#runner.read({ ask: "keys", table: def, keys: values }, options);
    return then(rows, (list) => [...list]) as Maybe<(R | undefined)[]>; // rows of the table
  }
  #ast(query: unknown): Ast {
    return checked(this.#runner.core, queryValue(query).bound);
  }
  all<R>(query: Query<R>, options?: ReadOptions): Maybe<R[]> {
    const rows = this.#runner.read({ ask: "rows", query: this.#ast(query) }, options);
    return rows as Maybe<R[]>; // rows of the query, as its type says
  }
  first<R>(query: Query<R>, options?: ReadOptions): Maybe<R | undefined> {
    const ast = atMost(this.#ast(query), 1);
    const rows = this.#runner.read({ ask: "rows", query: ast }, options);
    return then(rows, firstOf) as Maybe<R | undefined>; // as above
  }
  count<R>(query: Query<R>, options?: ReadOptions): Maybe<number> {
    return this.#runner.read({ ask: "count", query: this.#ast(query) }, options);
  }
  has<R>(query: Query<R>, options?: ReadOptions): Maybe<boolean> {
    const ast = atMost(this.#ast(query), 1);
    return then(this.#runner.read({ ask: "count", query: ast }, options), (count) => count > 0);
  }
  iterate<R>(query: Query<R>, options?: ReadOptions): AsyncIterable<R> {
    this.#runner.check();
    const ast = this.#ast(query);
    const next = pageOptions(options);
    const read = (page: Ast) => this.#runner.read({ ask: "rows", query: page }, next());
    return iterateRows(ast, read) as AsyncIterable<R>; // as above
  }
  getValue(name: string): Maybe<unknown> {
    const { core } = this.#runner;
    valueColumn(core.schema, name);
    const request = { ask: "keys", table: core.values, keys: [[name]] } as const;
    const preset = core.presets.get(name);
    return then(this.#runner.read(request, undefined), ([row]) => valueOf(row, preset));
  }
  explain<R>(query: Query<R>): Maybe<Plan> {
    const ast = this.#ast(query);
    const { core } = this.#runner;
    return then(this.#runner.read({ ask: "explain", query: ast }, undefined), (plan): Plan => {
      const follows = !core.adopted && core.session.live() === undefined && isFollowed(ast);
      return follows ? { ...plan, live: "maintained" } : plan;
    });
  }

  insert<R, I, K, U, V extends I | readonly I[]>(
    table: Table<R, I, K, U>,
    rows: V & (I | readonly I[]),
    options?: InsertOptions<R>,
  ): Maybe<V extends readonly unknown[] ? R[] : R> {
    const { many, list } = asList(rows);
    const work = insertWork(this.#open, table, list, options?.onConflict);
    const result = this.#runner.write(work, options);
    // One row for one input, rows of the table for a list of them.
    return (many ? result : then(result, firstOf)) as Maybe<V extends readonly unknown[] ? R[] : R>;
  }
  upsert<R, I, K, U, V extends I | readonly I[]>(
    table: Table<R, I, K, U>,
    rows: V & (I | readonly I[]),
    options?: WriteOptions & { on?: readonly (keyof R & string)[] },
  ): Maybe<V extends readonly unknown[] ? R[] : R> {
    const { many, list } = asList(rows);
    const result = this.#runner.write(upsertWork(this.#open, table, list, options?.on), options);
    return (many ? result : then(result, firstOf)) as Maybe<V extends readonly unknown[] ? R[] : R>; // as above
  }
  replace<R, I, K, U>(
    table: Table<R, I, K, U>,
    row: I,
    options?: WriteOptions,
  ): Maybe<R> {
    const work = replaceWork(this.#open, table, row);
    return this.#runner.write(work, options) as Maybe<R>; // a row of the table
  }
  update<R, I, K, U>(
    table: Table<R, I, K, U>,
    key: NoInfer<K>,
    patch: PatchOf<U> | ((row: R) => PatchOf<U>),
    options?: UpdateOptions<R>,
  ): Maybe<R | undefined> {
    const work = updateWork(this.#open, table, key, patch, options?.if);
    return this.#runner.write(work, options) as Maybe<R | undefined>; // a row of the table
  }
  updateAll<R, I, K, U>(
    table: Table<R, I, K, U>,
    where: Where<NoInfer<R>>,
    patch: PatchOf<U>,
    options?: WriteOptions,
  ): Maybe<number> {
    return this.#runner.write(updateAllWork(this.#open, table, where, patch), options);
  }
  delete<R, I, K, U>(
    table: Table<R, I, K, U>,
    key: NoInfer<K>,
    options?: UpdateOptions<R>,
  ): Maybe<boolean> {
    return this.#runner.write(deleteWork(this.#open, table, key, options?.if), options);
  }
  deleteAll<R, I, K, U>(
    table: Table<R, I, K, U>,
    where: Where<NoInfer<R>>,
    options?: WriteOptions,
  ): Maybe<number> {
    return this.#runner.write(deleteAllWork(this.#open, table, where), options);
  }
  claim<R>(
    query: Query<R>,
    patch: Readonly<Record<string, unknown>>,
    options?: WriteOptions,
  ): Maybe<R[]> {
    const rows = this.#runner.write(claimWork(this.#open, query, patch), options);
    return then(rows, (list) => [...list]) as Maybe<R[]>; // rows of the query
  }
  setValue(name: string, value: unknown, options?: WriteOptions): Maybe<void> {
    const core = this.#open;
    return this.#runner.write(setValueWork(core.schema, core.values, name, value), options);
  }

  /** Input is looked through before anything waits, so that it may be changed by the caller then. */
  get #open(): Core {
    this.#runner.check();
    return this.#runner.core;
  }
}

function then<T, U>(value: Maybe<T>, next: (value: T) => U): Maybe<U> {
  return value instanceof Promise ? value.then(next) : next(value);
}

function firstOf<T>([first]: readonly T[]): T | undefined {
  return first;
}

function atMost(ast: Ast, limit: number): Ast {
  const most = ast.limit;
  return typeof most === "number" && most <= limit ? ast : { ...ast, limit };
}

function asList(rows: unknown): { many: boolean; list: readonly unknown[] } {
  return Array.isArray(rows) ? { many: true, list: rows } : { many: false, list: [rows] };
}
