/**
 * What a driver is: the contract between the core and whatever holds the data.
 *
 * The core validates, fills defaults, follows references, works out what each verb does, retries
 * transactions and tells listeners. A driver answers requests, applies effects, and sees to it that a
 * commit is all there or not at all. `docs/drivers.md` shows a whole one.
 *
 * @module
 */
import type { StoredRow } from "../schema/types.ts";
import type { ColumnDef, IndexDef, TableDef } from "../schema/table.ts";
import type { Ast } from "../query/ast.ts";
import type { CommitKind, Effect, Match, Plan, Write } from "../engine/mod.ts";

/** A value, or a promise of it where a driver has to wait. */
export type Maybe<T> = T | Promise<T>;

/** What can be asked without changing anything. */
export type Read =
  /** The rows with these keys, in their order; undefined where there is none. */
  | {
    readonly ask: "keys";
    readonly table: TableDef;
    readonly keys: readonly (readonly unknown[])[];
  }
  /** All rows whose columns have the values of one of the lists, in any order; null matches nothing. */
  | Match
  /** The rows of a query whose params are filled in, in its order. */
  | { readonly ask: "rows"; readonly query: Ast }
  /** How many rows it has. */
  | { readonly ask: "count"; readonly query: Ast }
  /** How it would run. */
  | { readonly ask: "explain"; readonly query: Ast }
  /** Whether the commit with this id is among those that are remembered: the last 10,000. */
  | { readonly ask: "known"; readonly id: string };

export { recover } from "./recover.ts";
export { type Creation, creationOf } from "./create.ts";
export type { ColumnDef, CommitKind, Effect, IndexDef, Match, TableDef, Write };
export type * from "../query/ast.ts";
export type { ColumnSpec, OnDelete } from "../schema/column.ts";
export type { ColumnType, Compare } from "../schema/compare.ts";
export type { Place } from "../schema/accept.ts";
export type { Field, Fields, Shape } from "../query/shape.ts";

/**
 * The answer to each request.
 *
 * A write takes effects in their order, all or none of them. Within one effect keys and unique values
 * may move from row to row; its `before` rows are what is there. A taken key or unique value is the
 * error that `taken` (`engine/write.ts`) makes.
 */
export interface Answers {
  /** In the order of the keys. */
  readonly keys: readonly (StoredRow | undefined)[];
  /** Each row once. */
  readonly match: readonly StoredRow[];
  /** In the order of the query. */
  readonly rows: StoredRow[];
  /** Window included. */
  readonly count: number;
  /** As `Database.explain` gives it. */
  readonly explain: Plan;
  /** Whether it is. */
  readonly known: boolean;
  /** Nothing: it is done, or has failed. */
  readonly write: undefined;
}
/** A request. */
export type Request = Read | Write;
/** The answer to a request. */
export type Answer = Answers[Request["ask"]];

/**
 * Work that yields requests and gets their answers. All requests of one run are answered at one
 * state. Errors of a request are thrown into it, so that it may go on.
 */
export interface Work<T> {
  /** Goes on with the answer, up to the next request. */
  next(answer?: Answer): IteratorResult<Request, T>;
  /** Goes on with the error of the request. */
  throw(error: unknown): IteratorResult<Request, T>;
  /** Ends it early. */
  return(value: T): IteratorResult<Request, T>;
  /** Itself. */
  [Symbol.iterator](): Work<T>;
}

/**
 * Makes work, again for each time that it is run. `kept` says whether what this hold wrote before is
 * still in place; when it is not, the work begins by doing it again.
 */
export type MakeWork<T> = (kept: boolean) => Work<T>;

/** What a commit is called. */
export interface CommitInfo {
  /** A UUIDv7. */
  readonly id: string;
  /** Why it is made. */
  readonly kind: CommitKind;
  /** What the writer calls itself. */
  readonly origin: string | undefined;
  /** Milliseconds since 1970. */
  readonly time: number;
  /**
   * Called at once when it is committed, outside of any transaction of the engine and before a later
   * commit is told or made; it may read and write.
   */
  done(seq: number): void;
}

/** What became of a commit. */
export interface Committed<T> {
  /** What the work gave. */
  readonly value: T;
  /**
   * The number of the commit; undefined when the hold asked for no write, so there is none. One without
   * effects is a commit too.
   */
  readonly seq: number | undefined;
}

/** Writes held back: what one transaction has written, which nobody else sees. */
export interface Hold {
  /**
   * Runs work at one state, with what this hold wrote before. What it writes stays held back. When the
   * work throws, what it wrote is of no matter: the core ends the hold or undoes it by effects.
   *
   * Before work runs, commits from outside have been told, unless the hold has not looked before.
   * `writes` says that the work will write.
   */
  look<T>(make: MakeWork<T>, writes: boolean): Maybe<T>;
  /**
   * Runs work while nobody else commits, then makes all that this hold wrote one commit, with the next
   * `seq`. Fails with what the work throws; nothing is written then. Any other failure is a
   * DataError that says in `committed` whether the commit is there.
   */
  commit<T>(info: CommitInfo, make: MakeWork<T>): Maybe<Committed<T>>;
  /** Nobody else commits from now on until this hold has ended, but for `ms` milliseconds at most. */
  reserve(ms: number): Promise<void>;
  /** Drops what was held back and not committed. */
  end(): void;
}

/** A commit that was not made through this session. */
export interface OutsideCommit {
  /** The last `seq` there is now. */
  readonly seq: number;
  /** Its id and origin, where it came through Strata. */
  readonly id?: string;
  /** What its writer called itself. */
  readonly origin?: string;
  /** The names of the tables concerned; undefined where they can't be told: all of them. */
  readonly tables: readonly string[] | undefined;
}

/** An open database. */
export interface DriverSession {
  /** The `seq` of the last commit when it was opened. */
  readonly seq: number;
  /** Answers one request at one state. When `gone` aborts nobody waits for the answer any more. */
  ask<R extends Read>(request: R, gone?: AbortSignal): Maybe<Answers[R["ask"]]>;
  /** Begins to hold writes back. */
  hold(): Hold;
  /** The tables there are, ours and those of strangers, without `strata_*`. */
  tables(): Maybe<readonly FoundTable[]>;
  /**
   * Tables in memory that live queries may look into (`Tables` of `engine/`), as they are without what is
   * held back; undefined where there are none, so that live queries ask.
   */
  live(): object | undefined;
  /** Looks for commits from outside now, and tells them. */
  poll(): Maybe<void>;
  /** Whether somebody wants to hear of commits from outside without asking. */
  listen(on: boolean): void;
  /**
   * Makes tables of the core's own that are not there yet, and adds to those of an older layout what they
   * lack; their names begin with `strata_`. From then on requests of this session may name them. They lie
   * beside the tables of the user and take part in the same commits, and whoever opens the database later
   * keeps them, whether it knows of them or not.
   *
   * Nothing happens where all is there. Several sessions may call it at once: one alone makes them.
   * {@linkcode creationOf} says what is to be changed. With `adopt` this, too, is what creates.
   *
   * @throws {DataError} With code `"version"` when a later version of this library made them.
   */
  create(tables: readonly TableDef[]): Promise<void>;
  /** Gives back space. */
  compact(): Promise<void>;
  /** Ends it, after what runs. */
  close(): Promise<void>;
}

/** A change of the layout; names are those that are stored. */
export type LayoutChange =
  | { readonly change: "createTable"; readonly table: TableDef }
  | { readonly change: "dropTable"; readonly table: TableDef }
  | { readonly change: "renameTable"; readonly table: TableDef; readonly to: TableDef }
  /** Every row that is there gets `value`, as the column stores it. */
  | {
    readonly change: "addColumn";
    readonly table: TableDef;
    readonly column: ColumnDef;
    readonly value: unknown;
  }
  | { readonly change: "dropColumn"; readonly table: TableDef; readonly column: ColumnDef }
  | {
    readonly change: "renameColumn";
    readonly table: TableDef;
    readonly column: ColumnDef;
    readonly to: string;
  }
  | { readonly change: "createIndex"; readonly table: TableDef; readonly index: IndexDef }
  | { readonly change: "dropIndex"; readonly table: TableDef; readonly index: IndexDef };

/** A table as the engine itself describes it. */
export interface FoundTable {
  /** Its name. */
  readonly name: string;
  /** Its columns, in their order. */
  readonly columns: readonly {
    readonly name: string;
    /** The engine's own type, as it was declared. */
    readonly type: string;
    readonly nullable: boolean;
    /** Its place in the primary key, from 1; 0 when it is not in it. */
    readonly key: number;
  }[];
  /** Its indexes, without the primary key. */
  readonly indexes: readonly {
    readonly name: string;
    readonly columns: readonly string[];
    readonly unique: boolean;
  }[];
}

/** The layout while it is opened: nobody else reads or writes until it is done. */
export interface Setup {
  /** What `strata_meta` holds, by key; empty in a new database. Values are what the codec keeps. */
  readonly meta: ReadonlyMap<string, unknown>;
  /** The tables there are, ours and those of strangers, without `strata_*`. */
  tables(): Maybe<readonly FoundTable[]>;
  /** Answers a request over tables of the stored layout. */
  ask<R extends Request>(request: R): Maybe<Answers[R["ask"]]>;
  /** Changes the layout. */
  change(change: LayoutChange): Maybe<void>;
  /** Stores a value in `strata_meta`. */
  setMeta(key: string, value: unknown): Maybe<void>;
}

/** What the core tells a driver, and what it wants to hear. */
export interface DriverOptions {
  /** The tables that requests name once it is open. */
  readonly tables: readonly TableDef[];
  /** What is to be there after a crash; see `OpenOptions`. */
  readonly durability: "relaxed" | "strict";
  /** Use what is there and create nothing before the first commit. */
  readonly adopt: boolean;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Gives up opening. */
  readonly signal: AbortSignal | undefined;
  /**
   * Brings the layout up to date, before anything else; called again when somebody else was first.
   * All that it does is one step, or nothing when it throws. It may await.
   */
  setup(layout: Setup): Promise<void>;
  /** Whether what `strata_meta` holds needs no setup, so that opening waits for nobody. */
  ready(meta: ReadonlyMap<string, unknown>): boolean;
  /** Hears of commits from outside, in the order of `seq`, before work that sees them runs. */
  outside(commit: OutsideCommit): void;
  /** Hears that the session is of no more use: another version took over, or the data is gone. */
  lost(reason: "version" | "lost"): void;
}

/** What a driver can. */
export interface Supports {
  /** The durabilities that it keeps. */
  readonly durability: readonly ("relaxed" | "strict")[];
  /** Whether others, tabs or processes, may have the same database open. */
  readonly shared: boolean;
  /** Whether `sql()` works. */
  readonly sql: boolean;
}

/** Where a database is kept, chosen at run time. */
export interface Driver {
  /** What it is called in plans and errors. */
  readonly name: string;
  /** What it can. */
  readonly supports: Supports;
  /** Opens the database, after `options.setup` where it is needed. */
  open(options: DriverOptions): Promise<DriverSession>;
  /** What can still be read of a damaged database. */
  recover(): AsyncIterable<{ readonly table: string; readonly row: StoredRow }>;
}
