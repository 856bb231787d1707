import { DataError, quote } from "../schema/errors.ts";
import { openSchema, type SchemaDef } from "../schema/open.ts";
import { type TableDef, tableDef } from "../schema/table.ts";
import type { AnyTable, Schema } from "../schema/types.ts";
import { uuidSource } from "../schema/uuid.ts";
import {
  checkOrigin,
  type Commit,
  CommitValue,
  type Effect,
  Listeners,
  publicTable,
  type RowWrite,
  settle,
  type ValueEntry,
  type WriteOptions,
} from "../engine/mod.ts";
import type { Answer, CommitInfo, DriverSession, OutsideCommit, Request, Work } from "./driver.ts";
import { call } from "./failure.ts";
import { isCore } from "./layout.ts";
import type { Context } from "./scratch.ts";
import type { OpenOptions } from "./types.ts";
import { type Heard, OwnTables } from "./own_tables.ts";
import { presetValues, valuesTable } from "./values.ts";
import { type Deferred, deferred } from "./deferred.ts";

/** Why a database is of no more use. */
export type ClosedReason = "close" | "version" | "lost";

/** What the verbs and transactions of one database share. */
export class Core implements Context {
  readonly schema: SchemaDef;
  readonly now: () => number;
  readonly fresh: () => string;
  /** Whether tables were made by others, so that what is in them may be anything. */
  readonly adopted: boolean;
  /** Whether what was acknowledged is to be there after a crash. */
  readonly strict: boolean;
  /** The table of named values, and what they are before they are set. */
  readonly values: TableDef = valuesTable();
  readonly presets: ReadonlyMap<string, unknown>;
  /** Resolves when it is closed, whoever did it. */
  readonly closed: Promise<{ readonly reason: ClosedReason }>;
  /** Hears of commits before listeners do: live queries. */
  watch: ((entries: readonly (RowWrite | ValueEntry)[], commit: Commit) => void) | undefined;
  /** Hears of tables that somebody else has written. */
  watchOutside: ((tables: readonly TableDef[]) => void) | undefined;
  /** Goes up with each commit, whoever made it. */
  clock = 0;
  seq = 0;
  readonly #tables: Set<unknown>;
  readonly #own = new OwnTables();
  readonly #listeners = new Listeners();
  /** When each table was written last, by the clock. */
  readonly #written = new Map<TableDef, number>();
  #session: DriverSession | undefined;
  #making = false;
  #running = 0;
  #idle: Deferred<void> | undefined;
  #reason: ClosedReason | undefined;
  readonly #end = deferred<{ readonly reason: ClosedReason }>();

  constructor(
    schema: Schema,
    options: OpenOptions,
    /** What the driver is called. */
    readonly source: string,
  ) {
    this.schema = openSchema(schema);
    this.now = options.now ?? Date.now;
    this.fresh = uuidSource(this.now, options.random);
    this.adopted = options.adopt === true;
    this.strict = options.durability === "strict";
    this.presets = presetValues(this.schema);
    this.#tables = new Set([...this.schema.tables, this.values]);
    this.closed = this.#end.promise;
  }

  /** The tables that are stored: the user's, and the core's own. */
  get stored(): readonly TableDef[] {
    const { tables, values } = this.schema;
    return values.size > 0 ? [...tables, this.values] : tables;
  }
  table(table: unknown): TableDef {
    if (this.#tables.has(table)) return table as TableDef; // a member of the set, which has these
    throw new TypeError(
      `Cannot use the table ${
        quote(tableDef(table).name)
      } as the schema lists its tables: it is not there`,
    );
  }
  /** Makes tables of the core's own that requests name from then on; see {@linkcode DriverSession.create}. */
  async create(tables: readonly TableDef[]): Promise<void> {
    this.enter();
    try {
      await call(() => this.session.create(tables));
      this.#own.add(tables);
      for (const table of tables) this.#tables.add(table);
    } finally {
      this.leave();
    }
  }
  /** Hears of what was written to such tables; gives what ends it. */
  onOwn(listener: (heard: Heard) => void): () => void {
    this.check();
    const stop = this.#own.listen(listener);
    this.session.listen(true);
    return () => {
      stop();
      this.#unlisten();
    };
  }
  #unlisten(): void {
    const wanted = this.#listeners.any || this.watch || this.#own.any;
    if (!wanted && !this.#reason) this.session.listen(false);
  }
  /** The session of the driver. */
  get session(): DriverSession {
    if (this.#session) return this.#session;
    throw new TypeError("Cannot use the database as it is open: it is being opened");
  }

  /** @throws {DataError} With code `"closed"` once closed. */
  check(): void {
    if (this.#reason) {
      throw new DataError("closed", "Cannot use the database as it is open: it was closed");
    }
    this.checkMaking();
  }
  /** @throws {TypeError} While a verb calls what is the user's. */
  checkMaking(): void {
    if (this.#making) {
      throw new TypeError(
        "Cannot use the database while a row is made as defaults, checks, validators and patches only compute: one uses it",
      );
    }
  }
  /** Begins a call, for which `close` waits. */
  enter(): void {
    this.check();
    this.#running++;
  }
  leave(): void {
    if (--this.#running === 0) this.#idle?.resolve();
  }

  opened(session: DriverSession): void {
    this.#session = session;
    this.seq = session.seq;
  }
  async close(): Promise<void> {
    if (this.#reason) return void await this.closed;
    this.#reason = "close";
    await this.#finish("close");
  }
  /** Ends it because it is of no more use. */
  async lose(reason: "version" | "lost"): Promise<void> {
    if (this.#reason) return;
    this.#reason = reason;
    await this.#finish(reason);
  }
  async #finish(reason: ClosedReason): Promise<void> {
    try {
      if (this.#running > 0) await (this.#idle = deferred<void>()).promise;
      const session = this.#session;
      if (session) await call(() => session.close());
    } finally {
      this.#listeners.clear();
      this.#own.clear();
      this.#end.resolve({ reason });
    }
  }

  /** What a commit is called; `effects` has what it wrote when it is done. */
  info(
    options: WriteOptions | undefined,
    effects: readonly Effect[],
    head: CommitHead = {},
  ): CommitInfo {
    const origin = options?.origin;
    checkOrigin(origin);
    const { id = this.fresh(), kind = "user", time = this.now(), source = "local" } = head;
    return new Info(this, effects, source, id, kind, head.origin ?? origin, time);
  }
  /** Takes in a commit of its own. */
  done(
    info: CommitInfo,
    seq: number,
    effects: readonly Effect[],
    source: Commit["source"],
  ): void {
    this.seq = seq;
    this.moved(effects);
    const seen = this.#own.pass(effects);
    if (!this.#listeners.any && !this.watch) return;
    if (seen.length === 0 && effects.length > 0) return; // nobody else has anything to hear
    const head = { ...info, seq, schema: this.schema, source };
    const entries = seen.flatMap((effect) =>
      effect.table === this.values ? valueWrites(effect) : rowWrites(effect)
    );
    const commit = new CommitValue(head, entries);
    this.#listeners.push(commit);
    this.watch?.(entries, commit);
    this.#listeners.tell();
  }
  /** Takes in that somebody else has committed. */
  outside({ seq, id, origin, tables }: OutsideCommit): void {
    this.seq = seq;
    const concerned = this.stored.filter(({ name }) => tables?.includes(name) ?? true);
    this.clock++;
    for (const table of concerned) this.#written.set(table, this.clock);
    for (const table of this.#own.passOutside(tables)) this.#written.set(table, this.clock);
    // Of tables that only the core knows nobody else has anything to hear.
    if (concerned.length === 0 && tables?.some(isCore)) return;
    this.watchOutside?.(concerned);
    if (!this.#listeners.any) return;
    const unknown = concerned.filter((table) => table !== this.values)
      .map((table): [AnyTable, "unknown"] => [publicTable(table), "unknown"]);
    this.#listeners.push({
      ...{ id: id ?? this.fresh(), seq, source: "process", tables: new Map(unknown) },
      ...(origin !== undefined && { origin }),
    });
    this.#listeners.tell();
  }
  changes(listener: (commit: Commit) => void): () => void {
    this.check();
    const stop = this.#listeners.add(listener);
    this.session.listen(true);
    return () => {
      stop();
      this.#unlisten();
    };
  }

  /** Notes which tables were written. */
  moved(effects: readonly Effect[]): void {
    this.clock++;
    for (const { table } of effects) this.#written.set(table, this.clock);
  }
  /** Whether one of some tables was written after a time. */
  wrote(tables: Iterable<TableDef>, since: number): boolean {
    if (this.clock === since) return false;
    for (const table of tables) if ((this.#written.get(table) ?? 0) > since) return true;
    return false;
  }

  /** A step of work, which may not use the database. */
  next<T>(work: Work<T>, answer: Answer): IteratorResult<Request, T> {
    this.#making = true;
    try {
      return work.next(answer);
    } finally {
      this.#making = false;
    }
  }
  /** The same with the error of its request. */
  fail<T>(work: Work<T>, error: unknown): IteratorResult<Request, T> {
    this.#making = true;
    try {
      return work.throw(error);
    } finally {
      this.#making = false;
    }
  }

  /** Follows and checks the references of what was written; what that writes comes behind it. */
  *settle(effects: Effect[]): Work<void> {
    if (this.schema.references.length === 0 || effects.length === 0) return;
    const steps = settle(this.schema.references, effects);
    this.#making = true;
    let step: ReturnType<typeof steps.next>;
    try {
      step = steps.next();
    } finally {
      this.#making = false;
    }
    while (!step.done) {
      const request = step.value;
      const answer = yield request;
      if (request.ask === "write") effects.push(...request.effects);
      const rows = Array.isArray(answer) ? answer : []; // of a match; a write has no answer
      this.#making = true;
      try {
        step = steps.next(rows);
      } finally {
        this.#making = false;
      }
    }
  }
}

/** What a commit is called where that is not up to now. */
interface CommitHead extends Partial<Omit<CommitInfo, "done">> {
  readonly source?: Commit["source"];
}

/** Tells the core of a commit; a class, as each commit makes one. */
class Info implements CommitInfo {
  readonly #core: Core;
  readonly #effects: readonly Effect[];
  readonly #source: Commit["source"];

  constructor(
    core: Core,
    effects: readonly Effect[],
    source: Commit["source"],
    readonly id: string,
    readonly kind: CommitInfo["kind"],
    readonly origin: string | undefined,
    readonly time: number,
  ) {
    this.#core = core;
    this.#effects = effects;
    this.#source = source;
  }
  done(seq: number): void {
    this.#core.done(this, seq, this.#effects, this.#source);
  }
}

function rowWrites(effect: Effect): (RowWrite | ValueEntry)[] {
  return [{ ...effect, data: { def: effect.table } }];
}

function valueWrites({ before, after }: Effect): (RowWrite | ValueEntry)[] {
  return after.map((row, i) => ({
    value: String(row["name"]),
    before: before[i]?.["data"] ?? null,
    after: row["data"] ?? null,
  }));
}
