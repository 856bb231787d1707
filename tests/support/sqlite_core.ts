/**
 * What the stand-ins for SQLite clients share: node:sqlite, read without loss.
 *
 * @module
 */
import { DatabaseSync, type StatementSync } from "node:sqlite";

/** What node:sqlite takes as a parameter. */
export type Bound = null | number | bigint | string | Uint8Array<ArrayBuffer>;
/** A cell as it is stored: whole numbers as bigint, whatever their size. */
export type Cell = null | number | bigint | string | Uint8Array<ArrayBuffer>;

/** What {@linkcode CoreStatement.run} counts. */
export interface Counts {
  readonly changes: number;
  readonly lastInsertRowid: bigint;
}

/** A database of node:sqlite. */
export class Core {
  readonly db: DatabaseSync;

  constructor(path: string) {
    this.db = new DatabaseSync(path);
  }

  exec(sql: string): void {
    this.db.exec(sql);
  }

  prepare(sql: string): CoreStatement {
    return new CoreStatement(this.db.prepare(sql), sql);
  }

  close(): void {
    this.db.close();
  }
}

/** A statement whose rows are arrays. */
export class CoreStatement {
  readonly names: readonly string[];
  readonly parameters: number;
  readonly #statement: StatementSync;

  constructor(statement: StatementSync, sql: string) {
    statement.setReadBigInts(true);
    // Later than the types that come with Deno.
    (statement as unknown as { setReturnArrays(on: boolean): void }).setReturnArrays(true);
    this.#statement = statement;
    this.names = statement.columns().map(({ name }) => name);
    this.parameters = parametersOf(sql);
  }

  /** Whether it gives rows. */
  get reader(): boolean {
    return this.names.length > 0;
  }

  all(params: readonly Bound[]): Cell[][] {
    return this.#statement.all(...params) as unknown as Cell[][];
  }

  get(params: readonly Bound[]): Cell[] | undefined {
    return this.#statement.get(...params) as unknown as Cell[] | undefined;
  }

  iterate(params: readonly Bound[]): IterableIterator<Cell[]> {
    return this.#statement.iterate(...params) as unknown as IterableIterator<Cell[]>;
  }

  run(params: readonly Bound[]): Counts {
    const { changes, lastInsertRowid } = this.#statement.run(...params);
    return { changes: Number(changes), lastInsertRowid: BigInt(lastInsertRowid) };
  }
}

/** How many parameters the statement `sql` has, each a bare question mark. */
function parametersOf(sql: string): number {
  const tokens = sql.matchAll(/'(?:[^']|'')*'|"(?:[^"]|"")*"|`[^`]*`|\[[^\]]*\]|--.*|\?(\d*)/g);
  let count = 0;
  for (const [token, number] of tokens) {
    if (token.startsWith("?")) count = number ? Math.max(count, Number(number)) : count + 1;
  }
  return count;
}

/** A row as an object, by the names of its columns. */
export function objectOf(names: readonly string[], cells: readonly unknown[]): object {
  return Object.fromEntries(names.map((name, i) => [name, cells[i]]));
}

/** SQLite's extended result code of an error of node:sqlite. */
export function codeOf(error: unknown): number | undefined {
  const { errcode } = error as { errcode?: unknown };
  return typeof errcode === "number" ? errcode : undefined;
}

/** The name of a result code, as clients give it. */
export function nameOf(code: number): string {
  return NAMES.get(code) ?? NAMES.get(code & 0xff) ?? "SQLITE_ERROR";
}

const NAMES: ReadonlyMap<number, string> = new Map([
  [5, "SQLITE_BUSY"],
  [6, "SQLITE_LOCKED"],
  [8, "SQLITE_READONLY"],
  [10, "SQLITE_IOERR"],
  [11, "SQLITE_CORRUPT"],
  [13, "SQLITE_FULL"],
  [14, "SQLITE_CANTOPEN"],
  [19, "SQLITE_CONSTRAINT"],
  [20, "SQLITE_MISMATCH"],
  [21, "SQLITE_MISUSE"],
  [26, "SQLITE_NOTADB"],
  [275, "SQLITE_CONSTRAINT_CHECK"],
  [517, "SQLITE_BUSY_SNAPSHOT"],
  [787, "SQLITE_CONSTRAINT_FOREIGNKEY"],
  [1299, "SQLITE_CONSTRAINT_NOTNULL"],
  [1555, "SQLITE_CONSTRAINT_PRIMARYKEY"],
  [2067, "SQLITE_CONSTRAINT_UNIQUE"],
  [2579, "SQLITE_CONSTRAINT_ROWID"],
  [3091, "SQLITE_CONSTRAINT_DATATYPE"],
]);
