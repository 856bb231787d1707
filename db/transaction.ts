import { keyIn, type MapKey, mapKeyOf } from "../schema/key.ts";
import type { TableDef } from "../schema/table.ts";
import type { StoredRow } from "../schema/types.ts";
import { tableUses } from "../query/table_uses.ts";
import type { Effect, WriteOptions } from "../engine/mod.ts";
import type { Core } from "./core.ts";
import { type Watch, Watched } from "./watched.ts";
import type { Answer, Answers, CommitInfo, Maybe, Read, Request, Work } from "./driver.ts";
import { same } from "../schema/same.ts";
import { GuardedHold, isRefusal } from "./failure.ts";
import { inTime } from "./runner.ts";
import type { Runner } from "./session.ts";
import type { ReadOptions } from "./types.ts";
import { ask } from "./works.ts";

/** What a run has done, in order: what it read with the answer, and what it wrote. */
type Step =
  | { readonly request: Exclude<Read, { ask: "known" | "explain" }>; readonly answer: Answer }
  | { readonly effects: readonly Effect[]; readonly refused: boolean };

/** Why a run is given up: somebody else has changed what it read. */
export class Lost extends Error {}

/**
 * One run of a transaction's function: what it reads is remembered, what it writes is held back by the
 * driver. Before anything is read or committed, what was read before is verified if a table it is in was
 * written since, so that the function never sees two states.
 */
export class Run implements Runner {
  readonly core: Core;
  readonly hold: GuardedHold;
  readonly #steps: Step[] = [];
  /** What it has written, without what was taken back. */
  #effects: Effect[] = [];
  readonly #read = new Set<TableDef>();
  /** Rows by key as the run sees them. */
  #rows: Rows = new Map();
  /** The clock up to which what was read is right. */
  #since: number;
  #ended: { readonly error: unknown } | undefined;
  /** The last verb, while any is under way. */
  #turn: Promise<unknown> | undefined;
  #underWay = 0;

  constructor(core: Core) {
    this.core = core;
    this.hold = new GuardedHold(core.session);
    this.#since = core.clock;
  }

  get wrote(): boolean {
    return this.#effects.length > 0;
  }
  check(): void {
    if (this.#ended) throw this.#ended.error;
    this.core.checkMaking(); // one that is open goes on while the database closes
  }
  /** From now on every use is this error. */
  end(error: unknown): void {
    this.#ended ??= { error };
  }
  /** Resolves when no verb is under way. */
  async idle(): Promise<void> {
    while (this.#turn) {
      try {
        await this.#turn;
      } catch {
        // Whoever called it knows.
      }
    }
  }

  read<R extends Read>(request: R, options: ReadOptions | undefined): Maybe<Answers[R["ask"]]> {
    options?.signal?.throwIfAborted();
    const answer = this.#look(() => ask(request), false);
    return options === undefined ? answer : inTime(answer, options);
  }
  write<T>(make: () => Work<T>, _options: WriteOptions | undefined): Maybe<T> {
    return this.#look(make, true);
  }

  /** One verb after the other: each begins with all that those before it did. */
  #look<T>(make: () => Work<T>, writes: boolean): Maybe<T> {
    const before = this.#turn;
    const verb = before ? this.#after(before, make, writes) : this.#verb(make, writes);
    if (!(verb instanceof Promise)) return verb;
    this.#underWay++;
    this.#turn = verb;
    return verb.finally(() => {
      if (--this.#underWay === 0) this.#turn = undefined;
    });
  }
  async #after<T>(before: Promise<unknown>, make: () => Work<T>, writes: boolean): Promise<T> {
    try {
      await before;
    } catch {
      // Whoever called it knows.
    }
    return await this.#verb(make, writes);
  }
  #verb<T>(make: () => Work<T>, writes: boolean): Maybe<T> {
    this.check();
    let draft: Draft | undefined;
    const drafted = (kept: boolean): Work<T> => {
      draft = new Draft(this.#rows);
      return this.#drafted(kept, make, draft);
    };
    let value: Maybe<T>;
    try {
      value = this.hold.look(drafted, writes);
    } catch (error) {
      throw this.#failed(draft, error);
    }
    if (value instanceof Promise) {
      return value.then(
        (got) => {
          this.check();
          this.#take(draft);
          return got;
        },
        (error) => {
          throw this.#failed(draft, error);
        },
      );
    }
    this.check();
    this.#take(draft);
    return value;
  }
  /** Takes in what a verb has read that failed, as the function knows it too. */
  #failed(draft: Draft | undefined, error: unknown): unknown {
    // When it was not the verb that failed but what is below it, nobody knows what is in place.
    const broken = !draft?.entered || draft.broken || !this.hold.threw(error);
    // The errors that a run ends with are Errors, but for what a driver threw that is none.
    if (error instanceof Lost || broken) this.end(error);
    else if (!this.#ended) this.#take(draft);
    return error;
  }
  /** Work may be made again, so what it did counts when it has ended. */
  #drafted<T>(kept: boolean, make: () => Work<T>, draft: Draft): Work<T> {
    if (!this.#isReady(kept)) return this.#entered(kept, make, draft);
    draft.entered = true;
    return new Watched(this.core, make(), draft);
  }
  *#entered<T>(kept: boolean, make: () => Work<T>, draft: Draft): Work<T> {
    yield* this.#enter(kept);
    draft.entered = true;
    return yield* new Watched(this.core, make(), draft);
  }
  /** Whether all that was written is in place, and all that was read as it was. */
  #isReady(kept: boolean): boolean {
    const wrote = this.#effects.length > 0;
    // With what it wrote in place nobody can have come between.
    return kept && wrote || !wrote && !this.core.wrote(this.#read, this.#since);
  }
  #take(draft: Draft | undefined): void {
    if (!draft) return;
    const { steps, effects, rows } = draft;
    for (const step of steps) {
      this.#steps.push(step);
      if ("request" in step) { for (const table of tablesOf(step.request)) this.#read.add(table); }
    }
    for (const effect of effects) this.#effects.push(effect);
    for (const [table, changed] of rows) {
      const known = rowsOf(this.#rows, table);
      for (const [key, row] of changed) known.set(key, row);
    }
  }

  /** Begins to work: what was written before is put in place again, what was read is verified. */
  *#enter(kept: boolean): Work<void> {
    if (this.#isReady(kept)) return;
    const { clock } = this.core;
    if (!this.core.wrote(this.#read, this.#since)) yield* this.#again(this.#effects, false);
    else {
      for (const step of this.#steps) {
        if ("effects" in step) yield* this.#again(step.effects, step.refused);
        else if (!same(yield step.request, step.answer)) throw lost();
      }
    }
    this.#since = clock;
  }
  *#again(effects: readonly Effect[], refused: boolean): Work<void> {
    let failed = false;
    try {
      yield { ask: "write", effects };
    } catch (error) {
      if (!isRefusal(error)) throw error;
      failed = true;
    }
    if (failed !== refused) throw lost(); // it was otherwise before, so somebody else was there
  }

  /** Where a nested transaction begins. */
  get mark(): number {
    return this.#effects.length;
  }
  /** Takes back what was written since. */
  async undo(mark: number): Promise<void> {
    await this.idle();
    const undone = this.#effects.slice(mark).toReversed().map(inverse);
    if (undone.length === 0) return;
    await this.#look(function* () {
      yield { ask: "write", effects: undone };
    }, true);
    this.#effects.length = mark;
  }

  /** Commits what was written, if nobody has changed what was read. */
  async commit<T>(info: (effects: Effect[]) => CommitInfo, value: T): Promise<T> {
    const effects: Effect[] = [];
    const work = this.#committed.bind(this);
    await this.hold.commit(info(effects), (kept) => work(kept, effects));
    return value;
  }
  *#committed(kept: boolean, effects: Effect[]): Work<void> {
    yield* this.#enter(kept);
    effects.splice(0, Infinity, ...this.#effects);
    yield* this.core.settle(effects);
    this.core.moved(effects);
  }
}

type Rows = Map<TableDef, Map<MapKey, StoredRow | undefined>>;

/** What one verb does until it is known to have worked. */
class Draft implements Watch {
  /** Whether what was written and read before is in place and verified. */
  entered = false;
  /** Whether a write failed for no rule, so that it may be in place all the same. */
  broken = false;
  readonly steps: Step[] = [];
  readonly effects: Effect[] = [];
  readonly rows: Rows = new Map();
  /** Rows that the run knew before. */
  readonly #earlier: Rows;

  constructor(earlier: Rows) {
    this.#earlier = earlier;
  }

  /** The answer to a request by key where the run knows each row. */
  known(request: Request): Answers["keys"] | undefined {
    if (request.ask !== "keys") return undefined;
    const own = this.rows.get(request.table);
    const earlier = this.#earlier.get(request.table);
    if (!own && !earlier) return undefined;
    const rows: (StoredRow | undefined)[] = [];
    for (const key of request.keys) {
      const at = mapKeyOf(key);
      if (own?.has(at)) rows.push(own.get(at));
      else if (earlier?.has(at)) rows.push(earlier.get(at));
      else return undefined;
    }
    return rows;
  }
  answered(request: Request, answer: Answer): void {
    if (request.ask === "write") {
      const { effects } = request;
      this.steps.push({ effects, refused: false });
      for (const effect of effects) {
        this.effects.push(effect);
        noteEffect(this.rows, effect);
      }
    } else if (request.ask !== "known" && request.ask !== "explain") {
      // Who asked may sort the list that it got.
      this.steps.push({ request, answer: Array.isArray(answer) ? [...answer] : answer });
      if (request.ask !== "keys") return;
      // An answer to keys has a row, or nothing, for each.
      const found = answer as Answers["keys"];
      const rows = rowsOf(this.rows, request.table);
      for (const [i, key] of request.keys.entries()) rows.set(mapKeyOf(key), found[i]);
    }
  }
  ended(): void {}
  refused(request: Request, error: unknown): void {
    if (request.ask !== "write") return;
    if (!isRefusal(error)) this.broken = true;
    else this.steps.push({ effects: request.effects, refused: true });
  }
}

function lost(): Lost {
  return new Lost("Cannot go on with this run as what it read has not changed: it has");
}

function rowsOf<T>(tables: Map<TableDef, Map<MapKey, T>>, table: TableDef): Map<MapKey, T> {
  let rows = tables.get(table);
  if (!rows) tables.set(table, rows = new Map());
  return rows;
}

function noteEffect(
  tables: Rows,
  { table, before, after }: Effect,
): void {
  const rows = rowsOf(tables, table);
  for (const row of before) rows.set(keyIn(table.key, row), undefined);
  for (const row of after) rows.set(keyIn(table.key, row), row);
}

function tablesOf(request: Extract<Step, { request: Read }>["request"]): readonly TableDef[] {
  return "query" in request ? tableUses(request.query) : [request.table];
}

const INVERSE = { insert: "delete", delete: "insert", evict: "insert", update: "update" } as const;

/** What takes an effect back. */
function inverse({ table, kind, columns, before, after }: Effect): Effect {
  const all = kind === "delete" || kind === "evict"
    ? table.columns.map(({ name }) => name)
    : columns;
  return { table, kind: INVERSE[kind], columns: all, before: after, after: before };
}
