/**
 * A stand-in for bun:sqlite of Bun 1.4 over node:sqlite: its classes, what its statements take and
 * give, and its errors.
 *
 * @module
 */
import { type Bound, type Cell, codeOf, Core, type CoreStatement } from "./sqlite_core.ts";
import { nameOf, objectOf } from "./sqlite_core.ts";

/** An error of SQLite itself. */
export class SQLiteError extends Error {
  override readonly name: string = "SQLiteError";
  readonly byteOffset: number = -1;
  constructor(message: string, readonly errno: number, readonly code: string) {
    super(message);
  }
}

export class Database {
  readonly filename: string;
  readonly #core: Core;
  readonly #open = new Set<Statement>();
  readonly #safe: boolean;
  #closed = false;

  constructor(filename = ":memory:", options: { readonly safeIntegers?: boolean } = {}) {
    this.filename = filename;
    this.#core = new Core(filename);
    this.#safe = options.safeIntegers === true;
  }

  get inTransaction(): boolean {
    return this.#core.db.isTransaction;
  }

  exec(sql: string, ...params: unknown[]): { changes: number; lastInsertRowid: number } {
    return this.run(sql, ...params);
  }

  run(sql: string, ...params: unknown[]): { changes: number; lastInsertRowid: number } {
    if (this.#closed) throw new Error("Database has closed");
    if (params.length === 0) {
      translated(() => this.#core.exec(sql));
      return { changes: 0, lastInsertRowid: 0 };
    }
    return this.prepare(sql).run(...params);
  }

  prepare(sql: string): Statement {
    if (this.#closed) throw new RangeError("Cannot use a closed database");
    if (sql.trim() === "") throw new RangeError("Invalid SQL statement");
    const statement = new Statement(
      translated(() => this.#core.prepare(sql)),
      (it) => this.#finalized(it),
    );
    statement.safeIntegers(this.#safe);
    this.#open.add(statement);
    return statement;
  }

  query(sql: string): Statement {
    return this.prepare(sql);
  }

  /** Statements that are not finalized go on, and keep the file open. */
  close(throwOnError = false): void {
    if (throwOnError && this.#open.size > 0) throw new Error("database is locked");
    this.#closed = true;
    this.#end();
  }

  #finalized(statement: Statement): void {
    this.#open.delete(statement);
    if (this.#closed) this.#end();
  }

  #end(): void {
    if (this.#open.size === 0 && this.#core.db.isOpen) this.#core.close();
  }
}

export class Statement {
  readonly #core: CoreStatement;
  readonly #ended: (statement: Statement) => void;
  #finalized = false;
  #safe = false;

  constructor(core: CoreStatement, ended: (statement: Statement) => void) {
    this.#core = core;
    this.#ended = ended;
  }

  get isFinalized(): boolean {
    return this.#finalized;
  }

  get columnNames(): readonly string[] {
    return this.#core.names;
  }

  get columnTypes(): readonly string[] {
    if (this.#core.reader) return this.#core.names.map(() => "ANY");
    throw new Error("columnTypes is not available for non-read-only statements");
  }

  get paramsCount(): number {
    return this.#core.parameters;
  }

  safeIntegers(safe: boolean): this {
    this.#safe = safe;
    return this;
  }

  get(...params: unknown[]): object | null {
    return this.all(...params)[0] ?? null;
  }

  all(...params: unknown[]): object[] {
    return this.values(...params).map((cells) => objectOf(this.#core.names, cells));
  }

  values(...params: unknown[]): unknown[][] {
    const bound = this.#bound(params);
    const rows = translated(() => this.#core.all(bound));
    return rows.map((cells) => cells.map((cell) => this.#read(cell)));
  }

  /** Cells as bytes. */
  raw(..._: unknown[]): never {
    throw new Error("Not part of the stand-in");
  }

  run(...params: unknown[]): { changes: number; lastInsertRowid: number } {
    const bound = this.#bound(params);
    const { changes, lastInsertRowid } = translated(() => this.#core.run(bound));
    return { changes, lastInsertRowid: Number(lastInsertRowid) };
  }

  finalize(): void {
    if (this.#finalized) return;
    this.#finalized = true;
    this.#ended(this);
  }

  #read(cell: Cell): unknown {
    return typeof cell === "bigint" && !this.#safe ? Number(cell) : cell;
  }

  #bound(params: readonly unknown[]): Bound[] {
    if (this.#finalized) throw new Error("Statement has finalized");
    const [first] = params;
    const values = Array.isArray(first) ? first : params;
    const count = this.#core.parameters;
    if (count === 0) return [];
    if (isNames(first)) return Array.from({ length: count }, () => null);
    if (values.length !== count) {
      throw new Error(`SQLite query expected ${count} values, received ${values.length}`);
    }
    return values.map(bind);
  }
}

/** An object that is taken for named parameters, of which there are none. */
function isNames(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value) &&
    !ArrayBuffer.isView(value) && !(value instanceof ArrayBuffer) && !(value instanceof Date);
}

function bind(value: unknown): Bound {
  if (value === undefined || value === null || Number.isNaN(value)) return null;
  if (typeof value === "boolean") return value ? 1n : 0n;
  if (typeof value === "bigint") return BigInt.asIntN(64, value);
  if (typeof value === "number") {
    return Number.isSafeInteger(value) && !Object.is(value, -0) ? BigInt(value) : value;
  }
  if (typeof value === "string") return value;
  if (value instanceof ArrayBuffer) return new Uint8Array(value);
  if (ArrayBuffer.isView(value)) {
    return new Uint8Array(value.buffer as ArrayBuffer, value.byteOffset, value.byteLength);
  }
  throw new TypeError(
    "Binding expected string, TypedArray, boolean, number, bigint or null",
  );
}

function translated<T>(fn: () => T): T {
  try {
    return fn();
  } catch (error) {
    const code = codeOf(error);
    if (code === undefined || !(error instanceof Error)) throw error;
    throw new SQLiteError(error.message, code, nameOf(code));
  }
}
