/**
 * Tables of the core's own, made when they are first used: what caches and blobs lie in.
 *
 * They are in the database of the user and take part in its commits, and no user sees them: `check`,
 * `changes`, live queries and migrations pass them by, and nobody can name them in a verb of the database.
 *
 * @module
 */
import { TableDef, tableDef } from "../schema/table.ts";
import type {
  AnyTable,
  Columns,
  InsertOf,
  KeyNames,
  KeyOf,
  RowOf,
  StoredRow,
  Table,
  TableOptions,
} from "../schema/types.ts";
import type { CommitKind, Effect } from "../engine/mod.ts";
import type { Core } from "./core.ts";
import type { Answers, Committed, MakeWork, Maybe, Read } from "./driver.ts";
import { call } from "./failure.ts";
import { GuardedHold } from "./guarded.ts";
import { DatabaseRunner } from "./runner.ts";
import { promised } from "./session.ts";
import { Verbs } from "./verbs.ts";
import { coreOf } from "./session_of.ts";
import { transact } from "./transact.ts";
import type { Heard } from "./own_tables.ts";
import type { AsyncVerbs, Transaction, TransactionOptions } from "./types.ts";
import { checkOwn } from "./create.ts";

export type { Heard };

/**
 * Declares a table of the core's own. Its name begins with `strata_`; a column that is added to it in a later
 * version is optional or has a default that is a value. Declare it once, as a constant of a module.
 */
export function coreTable<
  C extends Columns,
  const P extends readonly (keyof C & string)[] | undefined = undefined,
>(
  name: `strata_${string}`,
  columns: C,
  options: TableOptions<C, P> = {},
): Table<RowOf<C>, InsertOf<C>, KeyOf<C, P>, Omit<RowOf<C>, KeyNames<C, P> & PropertyKey>> {
  // The definition has the name; the types it carries are phantom, as in `table()`.
  return new TableDef(name, columns, options as TableOptions<Columns, unknown>) as unknown as Table<
    RowOf<C>,
    InsertOf<C>,
    KeyOf<C, P>,
    Omit<RowOf<C>, KeyNames<C, P> & PropertyKey>
  >;
}

/** What runs verbs on tables of the core's own; all of it rejects once the database is closed. */
export interface CoreTables extends AsyncVerbs {
  /** What is behind the database: its clock and random source, and its session. */
  readonly core: Core;
  /** As `Database.transaction`; its function may write several of the tables. */
  transaction<T>(fn: (tx: Transaction) => Promise<T>, options?: TransactionOptions): Promise<T>;
  /** Answers one request at one state, at once where the driver does. */
  ask<R extends Read>(request: R): Maybe<Answers[R["ask"]]>;
  /**
   * Makes one commit of work, whose requests are all answered at one state. `effects` is where the work leaves
   * the effects that it has yielded, for those who listen; it is emptied each time that the work is made.
   * Rows are given as they are stored: nothing is checked and no reference followed. `kind` is `"user"` by default.
   * It is done at once where the session can do that, and fails at once then.
   */
  commit<T>(make: MakeWork<T>, effects: Effect[], kind?: CommitKind): Maybe<T>;
  /**
   * Hears of what was written to tables of the core's own, and of what others may have, before the commit's
   * promise resolves; it must not throw. Gives what ends it.
   */
  onWrite(listener: (heard: Heard) => void): () => void;
}

const OPENED = new WeakMap<Core, Map<readonly AnyTable[], Promise<CoreTables>>>();

/**
 * The verbs over tables of the core's own in a database, which are made if they are not there. For the same list
 * of tables, the same object in memory, it gives the same promise; one that failed is tried again.
 *
 * @throws {TypeError} When `db` was not made by this copy of the library.
 * @throws {DataError} With code `"version"` when a later version has made the tables, `"closed"`, or what the
 * driver fails with.
 */
export function coreTables(db: object, tables: readonly AnyTable[]): Promise<CoreTables> {
  const core = coreOf(db);
  let opened = OPENED.get(core);
  if (!opened) OPENED.set(core, opened = new Map());
  let source = opened.get(tables);
  if (!source) {
    const made = opened;
    made.set(tables, source = open(core, tables));
    source.catch(() => made.delete(tables)); // who waits for it meets it
  }
  return source;
}

async function open(core: Core, tables: readonly AnyTable[]): Promise<CoreTables> {
  await core.create(checkOwn(tables));
  const verbs = promised(new Verbs(new DatabaseRunner(core)));
  const more: Omit<CoreTables, keyof AsyncVerbs> = {
    core,
    async transaction(fn, options = {}) {
      core.enter();
      try {
        return await transact(core, fn, options, undefined);
      } finally {
        core.leave();
      }
    },
    ask(request) {
      core.check();
      const answer = call(() => core.session.ask(request));
      if (!(answer instanceof Promise)) return answer;
      core.enter();
      return answer.finally(() => core.leave());
    },
    commit: (make, effects, kind = "user") => commitOwn(core, make, effects, kind),
    onWrite: (listener) => core.onOwn(listener),
  };
  return Object.assign(verbs, more);
}

function commitOwn<T>(
  core: Core,
  make: MakeWork<T>,
  effects: Effect[],
  kind: CommitKind,
): Maybe<T> {
  core.enter();
  let made: Maybe<Committed<T>>;
  try {
    const info = core.info(undefined, effects, { kind });
    made = new GuardedHold(core.session).commit(info, (kept) => {
      effects.length = 0;
      return make(kept);
    });
  } catch (error) {
    core.leave();
    throw error;
  }
  if (made instanceof Promise) {
    return made.then(({ value }) => value).finally(() => core.leave());
  }
  core.leave();
  return made.value;
}

/** The effect of rows that are new. */
export function inserted(table: AnyTable, after: readonly StoredRow[]): Effect {
  const def = tableDef(table);
  return { table: def, kind: "insert", columns: namesOf(def), before: [], after };
}
/** The effect of rows that take the place of others with the same keys; `columns` are those that may differ. */
export function updated(
  table: AnyTable,
  columns: readonly string[],
  before: readonly StoredRow[],
  after: readonly StoredRow[],
): Effect {
  return { table: tableDef(table), kind: "update", columns, before, after };
}
/** The effect of rows that go; `kind` is `"evict"` for those that nobody has asked to delete. */
export function removed(
  table: AnyTable,
  before: readonly StoredRow[],
  kind: "delete" | "evict" = "delete",
): Effect {
  return { table: tableDef(table), kind, columns: [], before, after: [] };
}

const NAMES = new WeakMap<TableDef, readonly string[]>();

function namesOf(def: TableDef): readonly string[] {
  let names = NAMES.get(def);
  if (!names) NAMES.set(def, names = def.columns.map(({ name }) => name));
  return names;
}
