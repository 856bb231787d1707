import type { Cells } from "../decode.ts";
import { SyncClient } from "../sync/client.ts";
import type { Prepares } from "../sync/shapes.ts";

/** What is used of a statement of `@sqlite.org/sqlite-wasm`. */
interface Oo1Statement {
  readonly pointer: unknown;
  bind(values: readonly unknown[]): unknown;
  finalize(): unknown;
}

/** What is used of a database of its. */
export interface Oo1Database {
  readonly pointer: unknown;
  exec(sql: string): unknown;
  prepare(sql: string): Oo1Statement;
  close(): void;
}

/** What is used of SQLite's own functions. Their statements say on the console when a step fails. */
interface Capi {
  sqlite3_bind_double(statement: unknown, at: number, value: number): number;
  sqlite3_step(statement: unknown): number;
  sqlite3_reset(statement: unknown): number;
  sqlite3_column_count(statement: unknown): number;
  sqlite3_column_js(statement: unknown, at: number): unknown;
  sqlite3_column_type(statement: unknown, at: number): number;
  sqlite3_column_name(statement: unknown, at: number): string;
  sqlite3_errmsg(database: unknown): string;
  sqlite3_extended_errcode(database: unknown): number;
}

/** The files of one folder, which SQLite opens by name. */
export interface Oo1Pool {
  readonly OpfsSAHPoolDb: new (path: string) => Oo1Database;
  /** Lets go of the files. */
  pauseVfs(): unknown;
  /** Takes them again. */
  unpauseVfs(): Promise<unknown>;
}

/** What is used of the module. */
export interface Sqlite3 {
  readonly oo1: { readonly DB: new (path: string) => Oo1Database };
  readonly capi: Capi;
  installOpfsSAHPoolVfs?(options: {
    readonly name: string;
    readonly directory: string;
    readonly initialCapacity: number;
    readonly verbosity: number;
    readonly forceReinitIfPreviouslyFailed: boolean;
  }): Promise<Oo1Pool>;
}

/**
 * The module as it comes from `sqlite3InitModule()`.
 *
 * @throws {TypeError} When it is something else.
 */
export function sqlite3Of(module: unknown): Sqlite3 {
  if (typeof module === "object" && module !== null && "oo1" in module && "capi" in module) {
    const { oo1 } = module;
    const DB: unknown = typeof oo1 === "object" && oo1 !== null && Reflect.get(oo1, "DB");
    // It has what tells it from other modules.
    if (typeof DB === "function") return module as unknown as Sqlite3;
  }
  throw new TypeError(
    "Cannot make a driver as its module is what sqlite3InitModule() of @sqlite.org/sqlite-wasm " +
      "resolves with: it is something else",
  );
}

/** A database of the module as a client. */
export function oo1Client({ capi }: Sqlite3, database: Oo1Database): SyncClient {
  return new SyncClient({
    exec: (sql) => coded(() => database.exec(sql)),
    close: () => database.close(),
  }, preparesOf(capi, database));
}

function preparesOf(capi: Capi, database: Oo1Database): Prepares {
  const prepare = (text: string) => coded(() => database.prepare(text));
  return {
    prepare(text) {
      const statement = prepare(text);
      const columns = capi.sqlite3_column_count(statement.pointer);
      const cells = () => {
        const row: unknown[] = new Array(columns);
        for (let i = 0; i < columns; i++) row[i] = cellOf(capi, statement, i);
        return row;
      };
      const all = (params: readonly unknown[]) =>
        rowsOf<Cells>(capi, database, statement, params, cells);
      return {
        all,
        get: (params) => all(params)[0],
        run: (params) => void all(params),
        drop: () => drop(statement),
      };
    },
    objects(text, params) {
      const statement = prepare(text);
      const { pointer } = statement;
      const columns = Array.from(
        { length: capi.sqlite3_column_count(pointer) },
        (_, i) => capi.sqlite3_column_name(pointer, i),
      );
      try {
        return rowsOf(
          ...[capi, database, statement, params] as const,
          () =>
            Object.fromEntries(
              columns.map((name, i) => [name, cellOf(capi, statement, i)]),
            ),
        );
      } finally {
        drop(statement);
      }
    },
  };
}

const BLOB = 4;

/** The module gives null for bytes of which there are none. */
function cellOf(capi: Capi, { pointer }: Oo1Statement, at: number): unknown {
  const cell = capi.sqlite3_column_js(pointer, at);
  return cell === null && capi.sqlite3_column_type(pointer, at) === BLOB ? new Uint8Array() : cell;
}

const ROW = 100;
const DONE = 101;

function rowsOf<Row>(
  capi: Capi,
  database: Oo1Database,
  statement: Oo1Statement,
  params: readonly unknown[],
  read: () => Row,
): Row[] {
  coded(() => bind(capi, statement, params));
  const { pointer } = statement;
  const rows: Row[] = [];
  let code = capi.sqlite3_step(pointer);
  for (; code === ROW; code = capi.sqlite3_step(pointer)) rows.push(read());
  if (code !== DONE) {
    const error = new Error(capi.sqlite3_errmsg(database.pointer));
    throw Object.assign(error, { errcode: capi.sqlite3_extended_errcode(database.pointer) });
  }
  capi.sqlite3_reset(pointer);
  return rows;
}

function bind(capi: Capi, statement: Oo1Statement, values: readonly unknown[]): void {
  if (values.length === 0) return;
  if (!values.some(isLarge)) return void statement.bind(values);
  statement.bind(values.map((value) => isLarge(value) ? null : value));
  for (const [i, value] of values.entries()) {
    if (isLarge(value)) capi.sqlite3_bind_double(statement.pointer, i + 1, value);
  }
}

/** Whether the module would bind a number as an integer and cut it. */
function isLarge(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value) && !Number.isSafeInteger(value);
}

/** Its result is the error of the last step once more. */
function drop(statement: Oo1Statement): void {
  try {
    statement.finalize();
  } catch {
    // It is over either way.
  }
}

/** Errors of the module have their code under a name of its own. */
function coded<T>(fn: () => T): T {
  try {
    return fn();
  } catch (error) {
    const errcode: unknown = error instanceof Error ? Reflect.get(error, "resultCode") : undefined;
    throw typeof errcode === "number" && error instanceof Error
      ? Object.assign(error, { errcode })
      : error;
  }
}
