/**
 * The types of a schema: columns, tables and what is derived from them.
 *
 * Nothing here exists at run time. {@linkcode Column} and {@linkcode Table} carry their types in
 * a phantom property; the values behind them are made by `column.ts` and `table.ts`.
 *
 * @module
 */

/** The phantom property that carries types; it does not exist at run time. */
export declare const t: unique symbol;

/** A column: S as read, I as inserted (undefined: may be left out), K: is the key. */
export interface Column<S, I = S, K extends boolean = false> {
  /** Types only. */
  readonly [t]: { s: S; i: I; k: K };
  /** Allows null; what is left out of an insert is null unless there is a default. */
  optional(): Column<S | null, I | null | undefined, K>;
  /** The value, or what gives it, for a row that leaves the column out; an explicit null stays. */
  default(value: NonNullable<S> | (() => NonNullable<S>)): Column<S, I | undefined, K>;
  /** Set by the core on every update that does not set it, and on an insert without a value. */
  onUpdate(value: () => NonNullable<S>): Column<S, I | undefined, K>;
  /** No two rows have the same value; null never collides. */
  unique(): Column<S, I, K>;
  /**
   * `"users"` (its key) or `"users.email"` (a unique column); checked when a schema is
   * opened. `onDelete` is `"restrict"` by default.
   */
  references(
    target: string,
    options?: { onDelete?: "restrict" | "cascade" | "setNull" | "none" },
  ): Column<S, I, K>;
  /** Refuses a value for which `test` gives false; null is not tested. */
  check(test: (value: NonNullable<S>) => boolean): Column<S, I, K>;
  /** A text key without a default gets a UUIDv7 (not an enum's). */
  primaryKey(): Column<S, string extends S ? I | undefined : I, true>;
}

/** The interface of the Standard Schema specification, as far as it is used. */
export interface StandardSchema<T> {
  /** Types and the validator, as the specification has them. */
  readonly "~standard": {
    readonly types?: { readonly output: T } | undefined;
    validate(value: unknown): unknown;
  };
}

/** Any column. */
// deno-lint-ignore no-explicit-any -- the one type that every column fits
export type AnyColumn = Column<any, any, boolean>;
/** Columns by name. */
export type Columns = Record<string, AnyColumn>;
/** Shows an intersection as one object in errors. */
export type Flat<T> = { [K in keyof T]: T[K] } & unknown;
/** A row as it is read: every column, null where there is nothing. */
export type RowOf<C extends Columns> = { readonly [K in keyof C]: C[K][typeof t]["s"] } & unknown;
/** The columns that an insert must give. */
export type Needed<C extends Columns> = {
  [K in keyof C]: undefined extends C[K][typeof t]["i"] ? never : K;
}[keyof C];
/** A row as it is inserted. */
export type InsertOf<C extends Columns> = Flat<
  & { readonly [K in Needed<C>]: C[K][typeof t]["i"] }
  & { readonly [K in Exclude<keyof C, Needed<C>>]?: C[K][typeof t]["i"] | undefined }
>;
/** The column that is the key. */
export type KeyColumn<C extends Columns> = {
  [K in keyof C]: C[K][typeof t]["k"] extends true ? K : never;
}[keyof C];
/** The names of the key columns. */
export type KeyNames<C extends Columns, P> = P extends readonly (infer N)[] ? N : KeyColumn<C>;
/** The values of some columns. */
export type TupleOf<C extends Columns, P extends readonly (keyof C)[]> = {
  readonly [I in keyof P]: C[P[I]][typeof t]["s"];
};
/** A key: the value of the key column, or a tuple if the key is compound. */
export type KeyOf<C extends Columns, P> = P extends readonly (keyof C)[] ? TupleOf<C, P>
  : C[KeyColumn<C>][typeof t]["s"];

/** R: row, I: insert, K: key (a tuple if compound), U: what an update may set. */
export interface Table<R, I, K, U> {
  /** The table's name. */
  readonly name: string;
  /** Types only. */
  readonly [t]: { r: R; i: I; k: K; u: U };
}
/** Any table. */
// deno-lint-ignore no-explicit-any -- the one type that every table fits
export type AnyTable = Table<any, any, any, any>;
/** What `table()` takes beside the columns. */
export interface TableOptions<C extends Columns, P> {
  /** A compound key, in this order; instead of `primaryKey()` on a column. */
  readonly primaryKey?: P;
  /** Columns of each index; the primary key is always appended. */
  readonly indexes?: readonly (
    | (keyof C & string)
    | readonly (keyof C & string)[]
    | { readonly columns: readonly (keyof C & string)[]; readonly unique?: boolean }
  )[];
  /** Looks at each finished row before it is written; what it gives back is not used. */
  readonly validate?: StandardSchema<RowOf<C>>;
}
/** The rows of a table. */
export type Row<T extends AnyTable> = T[typeof t]["r"];
/** What an insert into a table takes. */
export type Insert<T extends AnyTable> = T[typeof t]["i"];
/** The key of a table. */
export type Key<T extends AnyTable> = T[typeof t]["k"];
/** A number to add to an integer, bigint or real column. */
export interface Increment<N> {
  /** Types only. */
  readonly [t]: { increment: N };
}
/** A patch over the columns U. */
export type PatchOf<U> = {
  readonly [K in keyof U]?:
    | U[K]
    | (number extends U[K] ? Increment<number>
      : bigint extends U[K] ? Increment<bigint>
      : never)
    | undefined;
};
/** What an update of a table takes. */
export type Patch<T extends AnyTable> = PatchOf<T[typeof t]["u"]>;

/** A row by column name, as it is stored. */
export type StoredRow = Readonly<Record<string, unknown>>;
/** Untyped by design: a migration works on the stored layout, by name. */
export interface Migration {
  /** Adds a table with its indexes. */
  addTable(table: AnyTable): Promise<void>;
  /** Drops a table and its rows. */
  dropTable(name: string): Promise<void>;
  /** Renames a table; its identity stays. */
  renameTable(from: string, to: string): Promise<void>;
  /** Adds a column, filled by its default or by `fill`. */
  addColumn(
    table: string,
    name: string,
    column: AnyColumn,
    options?: { fill?: (row: StoredRow) => unknown },
  ): Promise<void>;
  /** Drops a column and its values. */
  dropColumn(table: string, name: string): Promise<void>;
  /** Renames a column; its identity stays. */
  renameColumn(table: string, from: string, to: string): Promise<void>;
  /** The rows of a stored table in key order. */
  rows(table: string): AsyncIterable<StoredRow>;
  /** Replaces each row by what `fn` gives; null deletes it. */
  each(
    table: string,
    fn: (row: StoredRow) => StoredRow | null | Promise<StoredRow | null>,
  ): Promise<void>;
  /** Inserts rows. */
  insert(table: string, rows: readonly StoredRow[]): Promise<void>;
}
/** The tables and values that a source holds. */
export interface Schema {
  /** The tables; names are unique after ASCII lower-casing. */
  readonly tables: readonly AnyTable[];
  /** Named single values, declared like columns. */
  readonly values?: Columns;
  /** Counts up as migrations are added. @default 1 */
  readonly version?: number;
  /** The step to each version, by number. */
  readonly migrations?: { readonly [version: number]: (m: Migration) => Promise<void> };
}
