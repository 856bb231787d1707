/**
 * A stand-in for `@db/sqlite` 0.12 over node:sqlite: its classes, what its statements take and give,
 * and its errors, with what it does wrong.
 *
 * @module
 */
import { type Bound, type Cell, codeOf, Core, type CoreStatement } from "./sqlite_core.ts";
import { objectOf } from "./sqlite_core.ts";

/** What would have ended the process: memory was read that is not there any more. */
export class Crash extends Error {
  override readonly name: string = "Crash";
}

/** What statements and their database know of each other. */
interface State {
  readonly core: Core;
  open: boolean;
  /** Statements that failed as the database was locked, and hold on to what they have read. */
  readonly stuck: Set<Statement>;
}

const COMMIT = /^\s*(?:COMMIT|END)\b/i;

export class Database {
  /** Whether integers are read whole; else they are cut to 32 bits. */
  int64: boolean;
  readonly #path: string;
  readonly #state: State;

  constructor(path: string, options: { readonly int64?: boolean } = {}) {
    this.#path = path;
    this.int64 = options.int64 ?? false;
    this.#state = { core: new Core(path), open: true, stuck: new Set() };
  }

  get open(): boolean {
    return this.#state.open;
  }

  get path(): string {
    return this.#path;
  }

  get inTransaction(): boolean {
    return this.#state.core.db.isTransaction;
  }

  /** Runs statements and gives how many rows the last one changed. */
  exec(sql: string, ...params: unknown[]): number {
    if (params.length > 0) return this.prepare(sql).run(...params);
    const { core, stuck, open } = this.#state;
    if (!open) throw new Crash("A closed database was used");
    if (COMMIT.test(sql)) mustEnd(stuck);
    translated(() => core.exec(sql));
    return changesOf(core);
  }

  run(sql: string, ...params: unknown[]): number {
    return this.exec(sql, ...params);
  }

  prepare(sql: string): Statement {
    const { core, open } = this.#state;
    if (!open) throw new Crash("A closed database was used");
    // Its length is counted in UTF-16 and taken for bytes.
    const text = new TextDecoder().decode(new TextEncoder().encode(sql).slice(0, sql.length));
    return new Statement(this, translated(() => core.prepare(text)), this.#state, text);
  }

  close(): void {
    const { core, open, stuck } = this.#state;
    if (!open) return;
    this.#state.open = false;
    stuck.clear();
    core.close();
  }
}

export class Statement {
  readonly db: Database;
  int64?: boolean;
  readonly #core: CoreStatement;
  readonly #state: State;
  readonly #commits: boolean;
  #finalized = false;
  #failed: Error | undefined;

  constructor(db: Database, core: CoreStatement, state: State, sql: string) {
    this.db = db;
    this.#core = core;
    this.#state = state;
    this.#commits = COMMIT.test(sql);
  }

  get bindParameterCount(): number {
    return this.#core.parameters;
  }

  enableInt64(): this {
    this.int64 = true;
    return this;
  }

  disableInt64(): this {
    this.int64 = false;
    return this;
  }

  columnNames(): readonly string[] {
    return this.#core.names;
  }

  run(...params: unknown[]): number {
    this.#rows(params);
    return changesOf(this.#state.core);
  }

  values(...params: unknown[]): unknown[][] {
    return this.#rows(params);
  }

  value(...params: unknown[]): unknown[] | undefined {
    return this.#rows(params)[0];
  }

  all(...params: unknown[]): object[] {
    return this.#rows(params).map((cells) => objectOf(this.#core.names, cells));
  }

  get(...params: unknown[]): object | undefined {
    return this.all(...params)[0];
  }

  /** Frees it. What went wrong when it last ran is thrown once more, by its code alone. */
  finalize(): void {
    if (this.#finalized) return;
    if (!this.#state.open) throw new Crash("A statement of a closed database was finalized");
    this.#finalized = true;
    this.#state.stuck.delete(this);
    const failed = this.#failed;
    this.#failed = undefined;
    if (failed) throw new Error("Unknown Error", { cause: failed });
  }

  #rows(params: readonly unknown[]): unknown[][] {
    const { open, stuck } = this.#state;
    if (!open) throw new Crash("A statement of a closed database was used");
    if (this.#finalized) throw new Error("bad parameter or other API misuse");
    stuck.delete(this);
    this.#failed = undefined;
    const bound = this.#bound(params);
    if (this.#commits) mustEnd(stuck);
    try {
      const rows = translated(() => this.#core.all(bound));
      return rows.map((cells) => cells.map((cell) => this.#read(cell)));
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      this.#failed = error;
      if (/database is locked/.test(error.message)) stuck.add(this);
      throw error;
    }
  }

  #read(cell: Cell): unknown {
    if (typeof cell === "string") return cut(cell);
    if (typeof cell !== "bigint") return cell;
    if (!(this.int64 ?? this.db.int64)) return Number(BigInt.asIntN(32, cell));
    const number = Number(cell);
    return Number.isSafeInteger(number) ? number : cell;
  }

  #bound(params: readonly unknown[]): Bound[] {
    const count = this.#core.parameters;
    if (count === 0) return [];
    const [first] = params;
    let values = params;
    if (Array.isArray(first)) values = first;
    else if (isNames(first)) {
      const [name] = Object.keys(first);
      if (name !== undefined) throw new Error(`No such parameter "${name}"`);
      values = [];
    }
    if (values.length > count) throw new Error("column index out of range");
    return Array.from({ length: count }, (_, i) => bind(values[i]));
  }
}

/** An object as the first argument is taken for named parameters. */
function isNames(value: unknown): value is object {
  return typeof value === "object" && value !== null && !(value instanceof Uint8Array) &&
    !(value instanceof Date);
}

function bind(value: unknown): Bound {
  switch (typeof value) {
    case "undefined":
      return null;
    case "number":
      return Number.isInteger(value) ? BigInt.asIntN(64, BigInt(value)) : value;
    case "bigint":
      return BigInt.asIntN(64, value);
    case "boolean":
      return value ? 1n : 0n;
    case "string":
      return cut(value);
    case "object":
      if (value === null) return null;
      if (value instanceof Uint8Array) return new Uint8Array(value);
      return value instanceof Date ? value.toISOString() : JSON.stringify(value);
    default:
      throw new Error(`Value of unsupported type: ${String(value)}`);
  }
}

/** Text ends at the first NUL. */
function cut(text: string): string {
  const end = text.indexOf("\0");
  return end < 0 ? text : text.slice(0, end);
}

function changesOf(core: Core): number {
  return Number(core.prepare("SELECT changes()").get([])?.[0]);
}

function mustEnd(stuck: ReadonlySet<Statement>): void {
  if (stuck.size === 0) return;
  throw new Error("cannot commit transaction - SQL statements in progress");
}

/** Errors have a message and nothing else. */
function translated<T>(fn: () => T): T {
  try {
    return fn();
  } catch (error) {
    if (codeOf(error) === undefined || !(error instanceof Error)) throw error;
    throw new Error(error.message);
  }
}
