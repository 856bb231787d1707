/**
 * A store whose rows are mirrored into SQLite, where the compiler answers every read outside
 * transactions. No driver: SQLite is a shadow that the store's commits are written to.
 *
 * @module
 */
import { DatabaseSync, type StatementSync } from "node:sqlite";
import { type Commit, createStore, type Schema, type Store } from "../../../mod.ts";
import { engineOf } from "../../../engine/mod.ts";
import type { Ast } from "../../../query/ast.ts";
import { queryValue } from "../../../query/query.ts";
import { type TableDef, tableDef } from "../../../schema/table.ts";
import type { StoredRow } from "../../../schema/types.ts";
import type { Asking } from "../../../drivers/sql/asking.ts";
import type { Statement } from "../../../drivers/sql/compile.ts";
import type { Cells } from "../../../drivers/sql/decode.ts";
import { encodeRow, encodeValue } from "../../../drivers/sql/encode.ts";
import { compileGet, getRow, type KeyRead } from "../../../drivers/sql/get.ts";
import { createTable } from "../../../drivers/sql/layout.ts";
import { tableUses } from "../../../query/table_uses.ts";
import { allRows, countRows } from "../../../drivers/sql/rows.ts";
import { Plans } from "../../../drivers/sql/plans.ts";
import { sqlite } from "../../../drivers/sql/sqlite.ts";

/** What node:sqlite takes; parameters are encoded to that. */
type Bound = null | number | bigint | string | Uint8Array;

/** A database with its statements by text. */
export class Shadow {
  readonly db = new DatabaseSync(":memory:");
  readonly #statements = new Map<string, StatementSync>();
  readonly #gets = new Map<TableDef, KeyRead>();
  /** What was asked, in order. */
  asked: Statement[] = [];
  /** What SQLite refused, so that memory answered. */
  refused: string[] = [];

  constructor(schema: Schema, readonly plans = new Plans(sqlite)) {
    for (const table of schema.tables) {
      for (const text of createTable(sqlite, tableDef(table))) this.db.exec(text);
    }
  }

  #statement(text: string): StatementSync {
    let statement = this.#statements.get(text);
    if (!statement) {
      statement = this.db.prepare(text);
      // Not in the types of Deno 2.9 yet.
      (statement as unknown as { setReturnArrays(on: boolean): void }).setReturnArrays(true);
      this.#statements.set(text, statement);
    }
    return statement;
  }
  #run(text: string, params: readonly unknown[]): void {
    this.#statement(text).run(...params as Bound[]);
  }
  rows(text: string, params: readonly unknown[]): readonly Cells[] {
    return this.#statement(text).all(...params as Bound[]) as unknown as Cells[];
  }

  /** Writes the effects of a commit. What goes goes first, since unique values may move. */
  apply(commit: Commit): void {
    for (const [table, changes] of commit.tables) {
      if (changes === "unknown") throw new Error("The store knows its changes");
      const def = tableDef(table);
      const name = sqlite.quote(def.name);
      const key = def.key.map((column) => `${sqlite.quote(column.name)} = ?`).join(" AND ");
      const keyOf = (row: StoredRow) =>
        def.key.map(({ name, type }) => encodeValue(sqlite, type, row[name]));
      const inPlace = def.indexes.every(({ unique }) => !unique);
      for (const { before, after } of changes) {
        if (!before || after && inPlace) continue;
        this.#run(`DELETE FROM ${name} WHERE ${key}`, keyOf(before as StoredRow));
      }
      for (const { before, after } of changes) {
        if (!after) continue;
        const values = encodeRow(sqlite, def, after as StoredRow);
        if (before && inPlace) {
          const set = def.columns.map((column) => `${sqlite.quote(column.name)} = ?`).join();
          const params = [...values, ...keyOf(after as StoredRow)];
          this.#run(`UPDATE ${name} SET ${set} WHERE ${key}`, params);
        } else this.#run(`INSERT INTO ${name} VALUES (${values.map(() => "?").join()})`, values);
      }
    }
  }

  /** Runs what asks for statements. */
  ask<T>(asking: Asking<T>): T {
    let step = asking.next();
    while (!step.done) {
      const { text, params } = step.value;
      this.asked.push({ text, params });
      let cells: readonly Cells[];
      try {
        cells = this.rows(text, params);
      } catch (error) {
        this.refused.push(error instanceof Error ? error.message : `${error}`);
        step = asking.throw(error);
        continue;
      }
      step = asking.next(cells);
    }
    return step.value;
  }

  get(def: TableDef, key: unknown): StoredRow | undefined {
    let get = this.#gets.get(def);
    if (!get) this.#gets.set(def, get = compileGet(def, sqlite));
    return this.ask(getRow(get, key));
  }
  all(ast: Ast): StoredRow[] {
    return this.ask(allRows(ast, sqlite, this.plans));
  }
  count(ast: Ast): number {
    return this.ask(countRows(ast, sqlite, this.plans));
  }
}

/** At most one row of a query. */
function oneOf(ast: Ast): Ast {
  return { ...ast, limit: typeof ast.limit === "number" ? Math.min(ast.limit, 1) : 1 };
}

/** Opens a store that reads from its shadow. */
export function openSource(
  schema: Schema,
  options?: object,
  plans?: Plans,
): Store & { readonly shadow: Shadow } {
  const store = createStore(schema, options);
  const engine = engineOf(store);
  const shadow = new Shadow(schema, plans);
  store.changes((commit) => shadow.apply(commit));
  const astOf = (query: unknown): Ast => {
    const ast = queryValue(query).bound;
    for (const def of tableUses(ast)) engine.data(def); // throws once closed, and for other tables
    return ast;
  };
  const dispose = store[Symbol.dispose].bind(store);
  // As in a store: rows of the query, as its type says.
  return Object.assign(store, {
    shadow,
    get: (table: unknown, key: unknown) => shadow.get(engine.data(table).def, key),
    all: (query: unknown) => shadow.all(astOf(query)),
    first: (query: unknown) => shadow.all(oneOf(astOf(query)))[0],
    count: (query: unknown) => shadow.count(astOf(query)),
    has: (query: unknown) => shadow.count(oneOf(astOf(query))) > 0,
    *iterate(query: unknown) {
      yield* shadow.all(astOf(query));
    },
    [Symbol.dispose]() {
      dispose();
      if (shadow.db.isOpen) shadow.db.close();
    },
  }) as never;
}
