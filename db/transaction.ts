import { same } from "../schema/same.ts";
import type { TableDef } from "../schema/table.ts";
import { tableUses } from "../query/table_uses.ts";
import type { Effect, WriteOptions } from "../engine/mod.ts";
import type { Core } from "./core.ts";
import { type Watch, Watched } from "./watched.ts";
import type { Answer, Answers, Maybe, Read, Request, Work } from "./driver.ts";
import { isRefusal } from "./failure.ts";
import { GuardedHold } from "./guarded.ts";
import { inTime } from "./runner.ts";
import type { ReadOptions } from "./types.ts";
import type { Runner } from "./verbs.ts";
import { type Step, Steps } from "./steps.ts";
import { NOTHING, Reading } from "./works.ts";

const NONE: readonly never[] = [];

/** Why a run is given up: somebody else has changed what it read. */
class Lost extends Error {}

/** Whatever the function made of it: a run that was lost is to be run again. */
export function isLost(run: Run, error: unknown): boolean {
  if (error instanceof Lost) return true;
  try {
    run.check();
    return false;
  } catch (ended) {
    return ended instanceof Lost;
  }
}

/** The error of using a transaction whose function has ended. */
export function over(): TypeError {
  return new TypeError("Cannot use a transaction as it is open: its function has ended");
}

/**
 * One run of a transaction's function: what it reads is remembered, what it writes is held back by the
 * driver. Before anything is read or committed, what was read before is verified if a table it is in was
 * written since, so that the function never sees two states.
 */
export class Run implements Runner, Watch {
  readonly core: Core;
  readonly hold: GuardedHold;
  readonly #steps = new Steps();
  /** What it has written, without what was taken back. */
  #effects: Effect[] = [];
  /** The tables that it has read. */
  #read: readonly TableDef[] = NONE;
  /** The clock up to which what was read is right. */
  #since: number;
  #ended: (() => unknown) | undefined;
  /** The last verb, while any is under way. */
  #turn: Promise<unknown> | undefined;
  #underWay = 0;
  /** Of the verb under way: whether what was written and read before is in place and verified. */
  #entered = false;
  /** Whether a write of it failed for no rule, so that it may be in place all the same. */
  #broken = false;
  /** Where its steps and effects begin. */
  #firstStep: Step | undefined;
  #firstEffect = 0;

  constructor(core: Core) {
    this.core = core;
    this.hold = new GuardedHold(core.session);
    this.#since = core.clock;
  }

  get wrote(): boolean {
    return this.#effects.length > 0;
  }
  check(): void {
    if (this.#ended) throw this.#ended();
    this.core.checkMaking(); // one that is open goes on while the database closes
  }
  /** From now on every use is this error; it is made when somebody meets it, as that costs a microsecond. */
  end(error: () => unknown): void {
    this.#ended ??= error;
  }
  /** Whether a verb is under way. */
  get busy(): boolean {
    return this.#turn !== undefined;
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
    const answer = this.#look(() => new Reading(request), false);
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
    this.#entered = this.#broken = false;
    this.#firstStep = this.#steps.last;
    this.#firstEffect = this.#effects.length;
    let value: Maybe<T>;
    try {
      value = this.hold.look((kept) => this.#work(kept, make), writes);
    } catch (error) {
      throw this.#failed(error);
    }
    if (value instanceof Promise) {
      return value.then(
        (got) => (this.check(), got),
        (error) => {
          throw this.#failed(error);
        },
      );
    }
    this.check();
    return value;
  }
  /** What a verb has read that failed stays, as the function knows it too. */
  #failed(error: unknown): unknown {
    // When it was not the verb that failed but what is below it, nobody knows what is in place.
    const broken = !this.#entered || this.#broken || !this.hold.threw(error);
    // The errors that a run ends with are Errors, but for what a driver threw that is none.
    if (error instanceof Lost || broken) this.end(() => error);
    return error;
  }
  /** Work may be made again, so what it did before is dropped. */
  #work<T>(kept: boolean, make: () => Work<T>): Work<T> {
    if (this.#steps.last !== this.#firstStep) {
      this.#steps.backTo(this.#firstStep);
      this.#effects.length = this.#firstEffect;
    }
    this.#entered = this.#broken = false;
    if (!this.#isReady(kept)) return this.#late(kept, make);
    this.#entered = true;
    return new Watched(this.core, make(), this, this.hold);
  }
  *#late<T>(kept: boolean, make: () => Work<T>): Work<T> {
    yield* this.#enter(kept);
    this.#entered = true;
    return yield* new Watched(this.core, make(), this);
  }
  /** Whether all that was written is in place, and all that was read as it was. */
  #isReady(kept: boolean): boolean {
    const wrote = this.#effects.length > 0;
    // With what it wrote in place nobody can have come between.
    return kept && wrote || !wrote && !this.core.wrote(this.#read, this.#since);
  }

  known(request: Request): Answers["keys"] | undefined {
    return this.#steps.known(request);
  }
  answered(request: Request, answer: Answer): void {
    if (request.ask === "known" || request.ask === "explain") return;
    if (request.ask === "write") {
      const { effects } = request;
      this.#steps.wrote(effects, false);
      if (this.#effects.length === 0) this.#effects = [...effects];
      else for (const effect of effects) this.#effects.push(effect);
    } else {
      // Who asked for the rows of a query may sort the list that it got.
      const kept = request.ask === "rows" && Array.isArray(answer) ? [...answer] : answer;
      this.#steps.read(request, kept);
      if ("query" in request) { for (const table of tableUses(request.query)) this.#reads(table); }
      else this.#reads(request.table);
    }
  }
  #reads(table: TableDef): void {
    if (!this.#read.includes(table)) this.#read = [...this.#read, table];
  }
  refused(request: Request, error: unknown): void {
    if (request.ask !== "write") return;
    if (!isRefusal(error)) this.#broken = true;
    else this.#steps.wrote(request.effects, true);
  }
  ended(): void {}

  /** Begins to work: what was written before is put in place again, what was read is verified. */
  *#enter(kept: boolean): Work<void> {
    if (this.#isReady(kept)) return;
    const { clock } = this.core;
    if (!this.core.wrote(this.#read, this.#since)) yield* this.#again(this.#effects, false);
    else {
      for (const step of this.#steps.inOrder()) {
        if (!step.request) yield* this.#again(step.effects, step.refused);
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
  commit(options: WriteOptions): Maybe<unknown> {
    const settles = this.core.schema.references.length > 0;
    const effects = settles ? [] : this.#effects;
    const info = this.core.info(options, effects);
    return this.hold.commit(info, (kept) => {
      if (settles || !this.#isReady(kept)) return this.#committed(kept, effects);
      this.core.moved(effects);
      return NOTHING;
    });
  }
  *#committed(kept: boolean, effects: Effect[]): Work<void> {
    if (!this.#isReady(kept)) yield* this.#enter(kept);
    if (effects !== this.#effects) {
      effects.length = 0; // it may be made again
      for (const effect of this.#effects) effects.push(effect);
      yield* this.core.settle(effects);
    }
    this.core.moved(effects);
  }
}

function lost(): Lost {
  return new Lost("Cannot go on with this run as what it read has not changed: it has");
}

const INVERSE = { insert: "delete", delete: "insert", evict: "insert", update: "update" } as const;

/** What takes an effect back. */
function inverse({ table, kind, columns, before, after }: Effect): Effect {
  const all = kind === "delete" || kind === "evict"
    ? table.columns.map(({ name }) => name)
    : columns;
  return { table, kind: INVERSE[kind], columns: all, before: after, after: before };
}
