import { DataError } from "../../../schema/errors.ts";
import { utf8Length } from "../../../schema/names.ts";
import type { Cells } from "../decode.ts";

/** What every client has, as far as it shows in its type. */
export interface ClientShape {
  /** Runs SQL, several statements too. */
  exec(sql: string): unknown;
  /** Closes it; never called, as who opens a client closes it. */
  close(): unknown;
}

/** A statement with rows as arrays. */
export interface Prepared {
  all(params: readonly unknown[]): readonly Cells[];
  get(params: readonly unknown[]): Cells | undefined;
  run(params: readonly unknown[]): void;
  /** Gives its memory back, where that can be said. */
  drop(): void;
}

/** How a client prepares statements. */
export interface Prepares {
  prepare(text: string): Prepared;
  /** Rows as the client gives them. */
  objects(text: string, params: readonly unknown[]): readonly unknown[];
}

type Method = (...params: unknown[]) => unknown;

/** A method of an object of unknown type, bound to it; undefined when it has none. */
function method(of: object, name: string): Method | undefined {
  const value: unknown = Reflect.get(of, name);
  // A function takes any arguments.
  return typeof value === "function" ? value.bind(of) as Method : undefined;
}

/** A method that the shape of its object promises. */
function needed(of: object, name: string): Method {
  const found = method(of, name);
  if (found) return found;
  throw new DataError(
    "unsupported",
    `Cannot use the client as its statements have ${name}(): this version has not`,
  );
}

/**
 * How a database of node:sqlite, better-sqlite3, @db/sqlite or bun:sqlite prepares statements; told
 * apart by the methods of its statements.
 *
 * @throws {TypeError} When it is none of them.
 */
export function preparesOf(db: object): Prepares {
  const prepare = typeof db === "object" && db !== null ? method(db, "prepare") : undefined;
  const unknown = () =>
    new TypeError(
      "Cannot use a client as it is an open database of node:sqlite, @db/sqlite, better-sqlite3 or " +
        "bun:sqlite: got something else",
    );
  if (!prepare || !method(db, "exec")) throw unknown();
  const statement = (text: string): object => {
    // In @db/sqlite that would read memory that is not there any more.
    if (Reflect.get(db, "open") === false) throw new Error("Cannot run: database is not open");
    const made = prepare(text);
    if (typeof made === "object" && made !== null) return made;
    throw unknown();
  };
  const probe = statement("SELECT 1");
  const kind = KINDS.find(({ mark }) => mark.some((name) => name in probe));
  method(probe, "finalize")?.();
  if (!kind) throw unknown();
  const prepared = (text: string) => kind.prepared(statement(kind.text?.(text) ?? text), db);
  const { fits } = kind;
  return {
    prepare: fits ? (text) => casting(prepared(text), text, fits, prepared) : prepared,
    objects(text, params) {
      const made = statement(kind.text?.(text) ?? text);
      try {
        return kind.objects(made, params);
      } finally {
        method(made, "finalize")?.();
      }
    },
  };
}

interface Kind {
  /** What tells its statements from those of others. */
  readonly mark: readonly string[];
  /** SQL as the client takes it, where that is not as it is. */
  text?(text: string): string;
  /** Whether it binds a value as what it is; another one is bound as text, which SQLite casts. */
  fits?(value: unknown): boolean;
  prepared(statement: object, db: object): Prepared;
  objects(statement: object, params: readonly unknown[]): readonly unknown[];
}

const nothing = () => {};
// What a client gives for rows as arrays is that; they are its own, and nobody else has them.
const cellsOf = (rows: unknown) => rows as readonly Cells[];
const cellOf = (row: unknown) => (row ?? undefined) as Cells | undefined; // null in bun:sqlite
const rowsOf = (rows: unknown): readonly unknown[] => Array.isArray(rows) ? rows : [];

const nodeSqlite: Kind = {
  mark: ["setReadBigInts"],
  prepared(statement) {
    needed(statement, "setReturnArrays")(true);
    const all = needed(statement, "all");
    const get = needed(statement, "get");
    return {
      all: (params) => cellsOf(all(...params)),
      get: (params) => cellOf(get(...params)),
      // `run` makes an object of what it counts, which costs more than to begin a transaction.
      run: (params) => void get(...params),
      drop: nothing,
    };
  },
  objects: (statement, params) => rowsOf(needed(statement, "all")(...params)),
};

const betterSqlite: Kind = {
  mark: ["pluck"],
  prepared(statement) {
    const run = needed(statement, "run");
    // Those that give no rows have nothing to read.
    if (Reflect.get(statement, "reader") === false) {
      const none = (params: readonly unknown[]) => void run(...params);
      return { all: (params) => (none(params), []), get: none, run: none, drop: nothing };
    }
    needed(statement, "raw")(true);
    const all = needed(statement, "all");
    const get = needed(statement, "get");
    return {
      all: (params) => cellsOf(all(...params)),
      get: (params) => cellOf(get(...params)),
      run: (params) => void all(...params),
      drop: nothing,
    };
  },
  objects: (statement, params) =>
    Reflect.get(statement, "reader") === false
      ? (needed(statement, "run")(...params), [])
      : rowsOf(needed(statement, "all")(...params)),
};

/** The marks of a text, and what is quoted, in which there are none. */
const MARKS = /"(?:[^"]|"")*"|'(?:[^']|'')*'|\?/g;

/** A statement some of whose values a client binds wrongly; with those it is prepared for the one run. */
function casting(
  plain: Prepared,
  text: string,
  fits: (value: unknown) => boolean,
  prepare: (text: string) => Prepared,
): Prepared {
  function run<T>(
    params: readonly unknown[],
    use: (on: Prepared, params: readonly unknown[]) => T,
  ): T {
    if (params.every(fits)) return use(plain, params);
    let at = 0;
    const cast = prepare(
      text.replace(MARKS, (part) => part !== "?" || fits(params[at++]) ? part : "CAST(? AS REAL)"),
    );
    try {
      return use(cast, params.map((value) => fits(value) ? value : String(value)));
    } finally {
      try {
        cast.drop();
      } catch {
        // Finalizing throws the statement's last error once more.
      }
    }
  }
  return {
    all: (params) => run(params, (on, values) => on.all(values)),
    get: (params) => run(params, (on, values) => on.get(values)),
    run: (params) => run(params, (on, values) => on.run(values)),
    drop: () => plain.drop(),
  };
}

const dbSqlite: Kind = {
  mark: ["enableInt64"],
  // It binds whole doubles as integers, and those of 2^63 and more wrongly.
  fits: (value) =>
    typeof value !== "number" || !Number.isInteger(value) || Math.abs(value) < 2 ** 63,
  // It takes a length in UTF-16 for one in bytes, and would cut off the end.
  text: (text) => text + " ".repeat(utf8Length(text) - text.length),
  prepared(statement, db) {
    method(statement, "enableInt64")?.(); // else integers are cut to 32 bits
    const values = needed(statement, "values");
    const value = needed(statement, "value");
    const run = needed(statement, "run");
    // A statement of a closed database would read memory that is not there any more.
    const open = (params: readonly unknown[]) => {
      if (Reflect.get(db, "open") === false) throw new Error("Cannot run: database is not open");
      return params;
    };
    return {
      all: (params) => cellsOf(values(...open(params))),
      get: (params) => cellOf(value(...open(params))),
      run: (params) => void run(...open(params)),
      drop: () => {
        if (Reflect.get(db, "open") !== false) method(statement, "finalize")?.();
      },
    };
  },
  objects(statement, params) {
    method(statement, "enableInt64")?.();
    return rowsOf(needed(statement, "all")(...params));
  },
};

const bunSqlite: Kind = {
  mark: ["isFinalized", "columnTypes"],
  prepared(statement) {
    const values = needed(statement, "values");
    const run = needed(statement, "run");
    return {
      all: (params) => cellsOf(rowsOf(values(...params))),
      get: (params) => cellsOf(rowsOf(values(...params)))[0],
      run: (params) => void run(...params),
      drop: () => void method(statement, "finalize")?.(),
    };
  },
  objects: (statement, params) => rowsOf(needed(statement, "all")(...params)),
};

const KINDS: readonly Kind[] = [nodeSqlite, betterSqlite, dbSqlite, bunSqlite];
