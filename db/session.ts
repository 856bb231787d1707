import { keyValues } from "../schema/key.ts";
import type { PatchOf, StoredRow, Table } from "../schema/mod.ts";
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
import type { AsyncVerbs, ReadOptions } from "./types.ts";
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
 * The verbs over a runner.
 *
 * Rows leave and enter as plain objects by column name; the core checks what comes in, so the types
 * that go out hold. Whatever is wrong is a rejection.
 */
export class Session implements AsyncVerbs {
  readonly #runner: Runner;
  constructor(runner: Runner) {
    this.#runner = runner;
  }

  async get<R, I, K, U>(
    table: Table<R, I, K, U>,
    key: NoInfer<K>,
    options?: ReadOptions,
  ): Promise<R | undefined> {
    const def = this.#runner.core.table(table);
    const keys = [keyValues(def, key)];
    const [row] = await this.#runner.read({ ask: "keys", table: def, keys }, options);
    return row as R | undefined; // a row of the table
  }
  async getMany<R, I, K, U>(
    table: Table<R, I, K, U>,
    keys: readonly NoInfer<K>[],
    options?: ReadOptions,
  ): Promise<(R | undefined)[]> {
    const def = this.#runner.core.table(table);
    const values = Array.from(keys, (key) => keyValues(def, key));
    if (values.length === 0) return (this.#runner.check(), []);
    const rows = await this.#runner.read({ ask: "keys", table: def, keys: values }, options);
    return [...rows] as (R | undefined)[]; // rows of the table
  }
  #ast(query: unknown): Ast {
    return checked(this.#runner.core, queryValue(query).bound);
  }
  async all<R>(query: Query<R>, options?: ReadOptions): Promise<R[]> {
    const rows = await this.#runner.read({ ask: "rows", query: this.#ast(query) }, options);
    return rows as R[]; // rows of the query, as its type says
  }
  async first<R>(query: Query<R>, options?: ReadOptions): Promise<R | undefined> {
    const ast = atMost(this.#ast(query), 1);
    const [row] = await this.#runner.read({ ask: "rows", query: ast }, options);
    return row as R | undefined; // as above
  }
  async count<R>(query: Query<R>, options?: ReadOptions): Promise<number> {
    return await this.#runner.read({ ask: "count", query: this.#ast(query) }, options);
  }
  async has<R>(query: Query<R>, options?: ReadOptions): Promise<boolean> {
    const ast = atMost(this.#ast(query), 1);
    return await this.#runner.read({ ask: "count", query: ast }, options) > 0;
  }
  iterate<R>(query: Query<R>, options?: ReadOptions): AsyncIterable<R> {
    this.#runner.check();
    const ast = this.#ast(query);
    const next = pageOptions(options);
    const read = (page: Ast) => this.#runner.read({ ask: "rows", query: page }, next());
    return iterateRows(ast, read) as AsyncIterable<R>; // as above
  }
  async getValue(name: string): Promise<unknown> {
    const { core } = this.#runner;
    valueColumn(core.schema, name);
    const request = { ask: "keys", table: core.values, keys: [[name]] } as const;
    const [row] = await this.#runner.read(request, undefined);
    return valueOf(row, core.presets.get(name));
  }
  async explain<R>(query: Query<R>): Promise<Plan> {
    const ast = this.#ast(query);
    const { core } = this.#runner;
    const plan = await this.#runner.read({ ask: "explain", query: ast }, undefined);
    const follows = !core.adopted && core.session.live() === undefined && isFollowed(ast);
    return follows ? { ...plan, live: "maintained" } : plan;
  }

  async insert<R, I, K, U, V extends I | readonly I[]>(
    table: Table<R, I, K, U>,
    rows: V & (I | readonly I[]),
    options?: InsertOptions<R>,
  ): Promise<V extends readonly unknown[] ? R[] : R> {
    const { many, list } = asList(rows);
    const result = await this.#write(
      () => insertWork(this.#runner.core, table, list, options?.onConflict),
      options,
    );
    // One row for one input, rows of the table for a list of them.
    return (many ? result : result[0]) as V extends readonly unknown[] ? R[] : R;
  }
  async upsert<R, I, K, U, V extends I | readonly I[]>(
    table: Table<R, I, K, U>,
    rows: V & (I | readonly I[]),
    options?: WriteOptions & { on?: readonly (keyof R & string)[] },
  ): Promise<V extends readonly unknown[] ? R[] : R> {
    const { many, list } = asList(rows);
    const result = await this.#write(
      () => upsertWork(this.#runner.core, table, list, options?.on),
      options,
    );
    return (many ? result : result[0]) as V extends readonly unknown[] ? R[] : R; // as above
  }
  async replace<R, I, K, U>(
    table: Table<R, I, K, U>,
    row: I,
    options?: WriteOptions,
  ): Promise<R> {
    const work = () => replaceWork(this.#runner.core, table, row);
    return await this.#write(work, options) as R; // a row of the table
  }
  async update<R, I, K, U>(
    table: Table<R, I, K, U>,
    key: NoInfer<K>,
    patch: PatchOf<U> | ((row: R) => PatchOf<U>),
    options?: UpdateOptions<R>,
  ): Promise<R | undefined> {
    const row = await this.#write<StoredRow | undefined>(
      () => updateWork(this.#runner.core, table, key, patch, options?.if),
      options,
    );
    return row as R | undefined; // a row of the table
  }
  async updateAll<R, I, K, U>(
    table: Table<R, I, K, U>,
    where: Where<NoInfer<R>>,
    patch: PatchOf<U>,
    options?: WriteOptions,
  ): Promise<number> {
    return await this.#write(() => updateAllWork(this.#runner.core, table, where, patch), options);
  }
  async delete<R, I, K, U>(
    table: Table<R, I, K, U>,
    key: NoInfer<K>,
    options?: UpdateOptions<R>,
  ): Promise<boolean> {
    const work = () => deleteWork(this.#runner.core, table, key, options?.if);
    return await this.#write(work, options);
  }
  async deleteAll<R, I, K, U>(
    table: Table<R, I, K, U>,
    where: Where<NoInfer<R>>,
    options?: WriteOptions,
  ): Promise<number> {
    return await this.#write(() => deleteAllWork(this.#runner.core, table, where), options);
  }
  async claim<R>(
    query: Query<R>,
    patch: Readonly<Record<string, unknown>>,
    options?: WriteOptions,
  ): Promise<R[]> {
    const rows = await this.#write(() => claimWork(this.#runner.core, query, patch), options);
    return [...rows] as R[]; // rows of the query
  }
  async setValue(name: string, value: unknown, options?: WriteOptions): Promise<void> {
    const { core } = this.#runner;
    await this.#write(() => setValueWork(core.schema, core.values, name, value), options);
  }

  /** Input is looked through before anything waits, so that it may be changed by the caller then. */
  #write<T>(work: () => () => Work<T>, options: WriteOptions | undefined): Maybe<T> {
    this.#runner.check();
    return this.#runner.write(work(), options);
  }
}

function atMost(ast: Ast, limit: number): Ast {
  const most = ast.limit;
  return typeof most === "number" && most <= limit ? ast : { ...ast, limit };
}

function asList(rows: unknown): { many: boolean; list: readonly unknown[] } {
  return Array.isArray(rows) ? { many: true, list: rows } : { many: false, list: [rows] };
}
