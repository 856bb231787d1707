/**
 * A stand-in for better-sqlite3 12 over node:sqlite: its classes, what its statements take and give,
 * and its errors.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { type Bound, type Cell, codeOf, Core, type CoreStatement } from "./sqlite_core.ts";
import { nameOf, objectOf } from "./sqlite_core.ts";

/** An error of SQLite itself. */
export class SqliteError extends Error {
  override readonly name: string = "SqliteError";
  constructor(message: string, readonly code: string) {
    super(message);
  }
}

/** Integers of a statement as bigint or not, and who iterates. */
interface State {
  readonly core: Core;
  open: boolean;
  iterators: number;
  safe: boolean;
}

export class Database {
  readonly name: string;
  readonly #state: State;

  constructor(name = ":memory:") {
    this.name = name;
    this.#state = { core: new Core(name), open: true, iterators: 0, safe: false };
  }

  get open(): boolean {
    return this.#state.open;
  }

  get inTransaction(): boolean {
    return this.#state.open && this.#state.core.db.isTransaction;
  }

  get memory(): boolean {
    return this.name === ":memory:" || this.name === "";
  }

  defaultSafeIntegers(on = true): this {
    this.#state.safe = on;
    return this;
  }

  exec(sql: string): this {
    mustBeFree(this.#state);
    translated(() => this.#state.core.exec(sql));
    return this;
  }

  prepare(sql: string): Statement {
    mustBeFree(this.#state);
    if (/^\s*$/.test(sql)) {
      throw new RangeError("The supplied SQL string contains no statements");
    }
    return new Statement(translated(() => this.#state.core.prepare(sql)), this, this.#state);
  }

  pragma(sql: string): unknown {
    return this.prepare(`PRAGMA ${sql}`).all();
  }

  close(): this {
    if (this.#state.iterators > 0) mustBeFree(this.#state);
    if (this.#state.open) this.#state.core.close();
    this.#state.open = false;
    return this;
  }
}

export class Statement {
  readonly database: Database;
  readonly reader: boolean;
  readonly #core: CoreStatement;
  readonly #state: State;
  #safe: boolean;
  #rows: "objects" | "pluck" | "raw" = "objects";

  constructor(core: CoreStatement, database: Database, state: State) {
    this.#core = core;
    this.database = database;
    this.reader = core.reader;
    this.#state = state;
    this.#safe = state.safe;
  }

  safeIntegers(on = true): this {
    this.#safe = on;
    return this;
  }

  pluck(on = true): this {
    this.#mustRead("The pluck() method is only for statements that return data");
    this.#rows = on ? "pluck" : "objects";
    return this;
  }

  raw(on = true): this {
    this.#mustRead("The raw() method is only for statements that return data");
    this.#rows = on ? "raw" : "objects";
    return this;
  }

  columns(): { readonly name: string }[] {
    this.#mustRead("The columns() method is only for statements that return data");
    return this.#core.names.map((name) => ({ name }));
  }

  run(...params: unknown[]): { changes: number; lastInsertRowid: number | bigint } {
    mustBeFree(this.#state);
    if (this.reader) {
      throw new TypeError(
        "This statement returns data. Use get(), all(), or iterate() instead",
      );
    }
    const bound = this.#bound(params);
    const { changes, lastInsertRowid } = translated(() => this.#core.run(bound));
    return {
      changes,
      lastInsertRowid: this.#safe ? lastInsertRowid : Number(lastInsertRowid),
    };
  }

  get(...params: unknown[]): unknown {
    this.#mustRead();
    mustBeFree(this.#state, true);
    const bound = this.#bound(params);
    const cells = translated(() => this.#core.get(bound));
    return cells && this.#row(cells);
  }

  all(...params: unknown[]): unknown[] {
    this.#mustRead();
    mustBeFree(this.#state, true);
    const bound = this.#bound(params);
    return translated(() => this.#core.all(bound)).map((cells) => this.#row(cells));
  }

  *iterate(...params: unknown[]): IterableIterator<unknown> {
    this.#mustRead();
    mustBeFree(this.#state, true);
    const bound = this.#bound(params);
    this.#state.iterators++;
    try {
      for (const cells of this.#core.iterate(bound)) yield this.#row(cells);
    } finally {
      this.#state.iterators--;
    }
  }

  #mustRead(message = "This statement does not return data. Use run() instead"): void {
    if (!this.reader) throw new TypeError(message);
  }

  #row(cells: readonly Cell[]): unknown {
    const values = cells.map((cell) => this.#read(cell));
    if (this.#rows === "objects") return objectOf(this.#core.names, values);
    return this.#rows === "raw" ? values : values[0];
  }

  #read(cell: Cell): unknown {
    if (typeof cell === "bigint") return this.#safe ? cell : Number(cell);
    return cell instanceof Uint8Array ? Buffer.from(cell) : cell;
  }

  #bound(params: readonly unknown[]): Bound[] {
    const values = params.flatMap((value) => Array.isArray(value) ? value : [value]);
    if (values.some(isPlain)) throw new TypeError("Named parameters are not part of the stand-in");
    const bound = values.map(bind);
    const count = this.#core.parameters;
    if (bound.length === count) return bound;
    const few = bound.length < count;
    throw new RangeError(`Too ${few ? "few" : "many"} parameter values were provided`);
  }
}

/** What runs may only begin while nobody iterates, but for statements that only read. */
function mustBeFree({ open, iterators }: State, reads = false): void {
  if (!open) throw new TypeError("The database connection is not open");
  if (iterators === 0 || reads) return;
  throw new TypeError("This database connection is busy executing a query");
}

function isPlain(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}

function bind(value: unknown): Bound {
  if (value === undefined || value === null) return null;
  if (typeof value === "number" || typeof value === "string") return value;
  if (typeof value === "bigint") {
    if (BigInt.asIntN(64, value) === value) return value;
    throw new RangeError("The bound string, buffer, or bigint is too big");
  }
  if (ArrayBuffer.isView(value)) {
    return new Uint8Array(value.buffer as ArrayBuffer, value.byteOffset, value.byteLength);
  }
  throw new TypeError("SQLite3 can only bind numbers, strings, bigints, buffers, and null");
}

function translated<T>(fn: () => T): T {
  try {
    return fn();
  } catch (error) {
    const code = codeOf(error);
    if (code === undefined || !(error instanceof Error)) throw error;
    throw new SqliteError(error.message, nameOf(code));
  }
}
