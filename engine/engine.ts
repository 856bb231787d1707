import { DataError, quote } from "../schema/errors.ts";
import { acceptValue } from "../schema/row.ts";
import { keyIn } from "../schema/key.ts";
import { openSchema, type SchemaDef } from "../schema/open.ts";
import { type TableDef, tableDef } from "../schema/table.ts";
import type { Schema, StoredRow } from "../schema/types.ts";
import { uuidSource } from "../schema/uuid.ts";
import {
  type Commit,
  type CommitHead,
  type CommitKind,
  CommitValue,
  type Entry,
  type RowEntry,
} from "./commit.ts";
import { KnownIds } from "./known_ids.ts";
import { Listeners } from "./listeners.ts";
import { type Effect, settle } from "./references.ts";
import { matching } from "./matching.ts";
import { TableData } from "./table_data.ts";

/** Where time and randomness come from. */
export interface EngineOptions {
  readonly now?: () => number;
  readonly random?: () => number;
}

/** What a write says of itself. */
export interface CommitOptions {
  readonly origin?: string | undefined;
  readonly kind?: CommitKind;
  readonly source?: Commit["source"];
  /** The id of a record that is applied; a new one by default. */
  readonly id?: string;
  /** Gets the writes of the commit instead of whoever records steps: for undo itself. */
  readonly taken?: (entries: Entry[]) => void;
}

/** Hears of a finished commit before listeners do, for undo and eviction; the entries are its own. */
export type Recorder = (entries: Entry[], options: CommitOptions) => void;

const EMPTY: readonly StoredRow[] = [];

/**
 * Tables in memory with synchronous transactions.
 *
 * Writes go into the tables at once and into a log, so that every read inside a transaction
 * sees them; a rollback takes the log back. References are checked when the outermost
 * transaction commits.
 */
export class Engine {
  readonly schema: SchemaDef;
  readonly now: () => number;
  /** Gives UUIDv7s. */
  readonly fresh: () => string;
  readonly #tables: ReadonlyMap<TableDef, TableData>;
  readonly #values = new Map<string, unknown>();
  readonly #listeners = new Listeners();
  /** Commits that are known, so that a record comes in once. */
  readonly known = new KnownIds();
  /** The writes of the open transaction; undefined before the first. */
  #log: Entry[] | undefined;
  #depth = 0;
  #making = false;
  #closed = false;
  /** Told of each commit; costs nothing while absent. */
  recorder: Recorder | undefined;
  /**
   * Brings live queries up to a commit, which is there when somebody listens; without entries
   * when writes were taken back, which some may have read.
   */
  watch: ((entries: readonly Entry[], commit: Commit | undefined) => void) | undefined;
  /** Called when a commit is complete and its listeners are about to hear of it; may write. */
  settled: (() => void) | undefined;
  seq = 0;

  constructor(schema: Schema, options: EngineOptions = {}) {
    this.schema = openSchema(schema);
    this.now = options.now ?? Date.now;
    this.fresh = uuidSource(this.now, options.random);
    this.#tables = new Map(this.schema.tables.map((def) => [def, new TableData(def)]));
    for (const [name, column] of this.schema.values) {
      const { spec } = column;
      const preset: unknown = typeof spec.default === "function" ? spec.default() : spec.default;
      this.#values.set(name, preset === undefined ? null : acceptValue(column, preset));
    }
  }

  /** @throws {TypeError} When the table is not in the schema. @throws {DataError} Once closed. */
  data(table: unknown): TableData {
    // A table that the schema has is the map's key itself.
    const data = this.#tables.get(table as TableDef);
    if (this.#closed) this.check();
    if (data) return data;
    throw new TypeError(
      `Cannot use the table ${
        quote(tableDef(table).name)
      } as the schema lists its tables: it is not there`,
    );
  }
  /** @throws {DataError} With code `"closed"` once closed. */
  check(): void {
    if (this.#closed) {
      throw new DataError("closed", "Cannot use the store as it is open: it was disposed");
    }
  }
  close(): void {
    if (this.inTransaction) {
      throw new TypeError(
        "Cannot dispose a store inside a transaction as it is to end first: it is open",
      );
    }
    this.#closed = true;
    this.#listeners.clear();
  }

  getValue(name: string): unknown {
    this.check();
    if (this.#values.has(name)) return this.#values.get(name);
    throw new TypeError(
      `Cannot use the value ${quote(String(name))} as the schema names its values: it is not there`,
    );
  }
  setValue(name: string, value: unknown): void {
    const before = this.getValue(name);
    const column = this.schema.values.get(name);
    if (!column) return;
    if (value === undefined) {
      throw new TypeError(
        `Cannot set the value ${quote(name)} as undefined is no value: got undefined`,
      );
    }
    const after = acceptValue(column, value);
    this.#values.set(name, after);
    this.log({ value: name, before, after });
  }

  /** Sets a value that was there before; null also where it was never set. */
  restoreValue(name: string, value: unknown): void {
    if (value !== null) return this.setValue(name, value);
    const before = this.getValue(name);
    this.#values.set(name, null);
    this.log({ value: name, before, after: null });
  }

  get inTransaction(): boolean {
    return this.#depth > 0;
  }
  /** Adds a write that was made to the open transaction. */
  log(entry: Entry): void {
    // Most transactions have one entry, and a list that grows has room for many.
    if (this.#log) this.#log.push(entry);
    else this.#log = [entry];
  }

  /**
   * Runs `fn` as one step: all of its writes or, when it throws, none. Inside another
   * transaction it is a savepoint; outside it ends with a commit.
   *
   * `making` says that `fn` is one verb. What a verb calls of the user's (defaults, checks,
   * validators, patch functions) sees tables half way, so it may read but not write.
   */
  write<T>(fn: () => T, options: CommitOptions = {}, making = false): T {
    checkOrigin(options.origin);
    if (this.#making) {
      throw new TypeError(
        "Cannot write while a row is made as defaults, checks, validators and patches only compute: one writes",
      );
    }
    const mark = this.#log?.length ?? 0;
    const outermost = this.#depth++ === 0;
    let result: T;
    let reverted = false;
    try {
      this.#making = making;
      result = fn();
      if (
        outermost && this.#log && (options.kind ?? "user") === "user" && options.source !== "remote"
      ) {
        this.#making = true;
        if (this.schema.references.length > 0) this.#settle(this.#log);
      }
    } catch (error) {
      const wrote = (this.#log?.length ?? 0) > mark;
      this.#revert(mark);
      reverted = outermost && wrote;
      throw error;
    } finally {
      this.#making = false;
      this.#depth--;
      if (reverted) this.watch?.([], undefined);
    }
    if (outermost && this.#log) {
      const log = this.#log;
      this.#log = undefined;
      this.#commit(log, options);
    }
    return result;
  }

  /** Follows and checks the references of what was written. */
  #settle(log: readonly Entry[]): void {
    const done: Effect[] = [];
    for (const entry of log) {
      if (!("value" in entry)) done.push({ ...entry, table: entry.data.def });
    }
    const steps = settle(this.schema.references, done);
    let step = steps.next();
    while (!step.done) {
      const request = step.value;
      if (request.ask === "match") step = steps.next(matching(this.data(request.table), request));
      else {
        for (const effect of request.effects) {
          this.apply({ ...effect, data: this.data(effect.table) });
        }
        step = steps.next([]);
      }
    }
  }

  /** Makes a write to rows and logs it; the caller has looked at keys and unique values. */
  apply(entry: RowEntry): void {
    redo(entry);
    this.log(entry);
  }

  #revert(mark: number): void {
    const log = this.#log ?? [];
    while (log.length > mark) {
      const entry = log.pop();
      if (!entry) break;
      if ("value" in entry) this.#values.set(entry.value, entry.before);
      else undo(entry);
    }
    if (log.length === 0) this.#log = undefined;
  }

  #commit(log: Entry[], options: CommitOptions): void {
    this.seq++;
    this.recorder?.(log, options);
    // Where nobody listens no record can come back, so there is no id to know.
    const id = options.id ?? (this.#listeners.any ? this.fresh() : undefined);
    if (id !== undefined) this.known.add(id);
    let commit: Commit | undefined;
    if (this.#listeners.any && id !== undefined) {
      const head: CommitHead = {
        schema: this.schema,
        id,
        seq: this.seq,
        time: this.now(),
        kind: options.kind ?? "user",
        origin: options.origin,
        source: options.source ?? "local",
      };
      commit = new CommitValue(head, log);
      this.#listeners.push(commit);
    }
    this.watch?.(log, commit);
    this.settled?.();
    this.#listeners.tell();
  }

  changes(listener: (commit: Commit) => void): () => void {
    this.check();
    return this.#listeners.add(listener);
  }
}

/** @throws {TypeError} When an origin is no string. @throws {RangeError} When it is longer than 64. */
export function checkOrigin(origin: unknown): void {
  if (origin === undefined) return;
  if (typeof origin !== "string") {
    throw new TypeError(`Cannot write with an origin as it is a string: got ${typeof origin}`);
  }
  if (origin.length > 64) {
    throw new RangeError(
      "Cannot write with an origin as it has at most 64 characters: it is longer",
    );
  }
}

/** Puts the rows of an entry into their table. */
export function redo({ data, before, after }: RowEntry): void {
  const { key } = data.def;
  for (let i = 0; i < Math.max(before.length, after.length); i++) {
    const from = before[i];
    const to = after[i];
    const at = keyIn(key, to ?? from ?? {});
    if (from && to) data.replace(at, from, to);
    else if (to) data.add(at, to);
    else if (from) data.remove(at, from);
  }
}

/** Takes the rows of an entry back, the last one first. */
function undo({ data, before, after }: RowEntry): void {
  const back = (rows: readonly StoredRow[]) => rows.length > 0 ? [...rows].reverse() : EMPTY;
  redo({ data, kind: "update", columns: [], before: back(after), after: back(before) });
}
