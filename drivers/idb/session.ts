import { DataError } from "../../schema/errors.ts";
import type { Tables } from "../../engine/mod.ts";
import type {
  Answer,
  Answers,
  DriverOptions,
  DriverSession,
  FoundTable,
  Hold,
  MakeWork,
  Maybe,
  Read,
  TableDef,
  Work,
} from "../../db/driver.ts";
import { Folding } from "../log/folding.ts";
import { framesIn, type Step } from "../log/idb_records.ts";
import type { IdbStorage } from "../log/idb_storage.ts";
import { Reservations } from "../log/reservations.ts";
import { Batch, type Waiting } from "./batch.ts";
import { createTables } from "./create.ts";
import { drive } from "./drive.ts";
import { IdbHold, Writing } from "./hold.ts";
import type { SetupOptions, Stored } from "./setup.ts";
import { IdbTables } from "./tables.ts";

/** What a look gave that came before a commit of this session was told. */
const EARLY = Symbol();

/**
 * A session on IndexedDB: tables in memory whose commits go to a log, and tables that are kept a record a
 * row and read when they are asked for. A request that concerns memory alone is answered at once. Others are
 * answered within one transaction, which begins with what others have written meanwhile: so all of one look
 * see one state, and memory is at that state too.
 */
export class IdbSession implements DriverSession {
  readonly reservations: Reservations = new Reservations();
  readonly #storage: IdbStorage;
  readonly #setup: SetupOptions;
  readonly #options: DriverOptions;
  readonly #tables: IdbTables;
  readonly #folding: Folding;
  #queue: Waiting[] = [];
  #running: Promise<void> | undefined;
  #turn: Promise<void> = Promise.resolve();
  /** Those that wait or are under way. */
  #turns = 0;
  #stop: (() => void) | undefined;
  /** Whether commits of this session may be stored and were not told. */
  #sending = false;
  readonly #looks = new Set<Promise<unknown>>();

  constructor(stored: Stored, storage: IdbStorage, setup: SetupOptions, options: DriverOptions) {
    this.#storage = storage;
    this.#setup = setup;
    this.#options = options;
    this.#tables = new IdbTables(stored, setup.source, options);
    this.#folding = new Folding(storage, () => this.#tables.stored.state);
  }

  get seq(): number {
    return this.#tables.seq;
  }
  /** See {@linkcode IdbTables.generation}. */
  get generation(): number {
    return this.#tables.generation;
  }
  /** See {@linkcode IdbTables.leave}. */
  leave(writing: Writing): void {
    this.#tables.leave(writing);
  }
  #moved(): boolean {
    this.#tables.check();
    return this.#storage.moved();
  }
  hold(): Hold {
    return new IdbHold(this);
  }
  /** Nobody commits elsewhere until what this gives is called, for `ms` milliseconds at most. */
  reserve(ms: number): Promise<() => void> {
    return this.#storage.reserve(ms);
  }
  tables(): readonly FoundTable[] {
    return this.#tables.found();
  }
  live(): Tables | undefined {
    return this.#tables.live();
  }

  ask<R extends Read>(request: R): Maybe<Answers[R["ask"]]> {
    const answer = this.#moved() || this.#tables.hasRows(request)
      ? this.#look(undefined, () => one(request))
      : this.#tables.answer(request);
    return answer as Maybe<Answers[R["ask"]]>; // it is of the kind that was asked
  }
  /** Runs work of a hold at one state, at once where memory alone is concerned. */
  look<T>(hold: IdbHold, make: MakeWork<T>): Maybe<T> {
    if (this.#moved()) return this.#look(hold, make);
    const tables = this.#tables;
    const kept = hold.begin();
    const work = make(kept);
    const { writing } = hold;
    const { mark, requests } = writing;
    let step = work.next();
    while (!step.done) {
      if (tables.hasRows(step.value)) {
        // One state can't be had without a transaction: it begins anew in one.
        tables.enter(writing);
        writing.takeBack(mark);
        writing.requests = requests;
        if (!kept) hold.drop(); // what it was to write again is not there
        return this.#look(hold, make);
      }
      let answer: Answer;
      try {
        answer = tables.inMemory(step.value, writing, writing);
      } catch (error) {
        step = work.throw(error);
        continue;
      }
      step = work.next(answer);
    }
    return step.value;
  }
  #look<T>(hold: IdbHold | undefined, make: MakeWork<T>): Promise<T> {
    const look = this.#lookIn(hold, make);
    this.#looks.add(look);
    return look.finally(() => this.#looks.delete(look));
  }
  async #lookIn<T>(hold: IdbHold | undefined, make: MakeWork<T>): Promise<T> {
    const tables = this.#tables;
    for (;;) {
      tables.check();
      const outcome = await this.#storage.read(
        () => this.seq,
        async (news, stores, again): Promise<typeof EARLY | { value: T } | { error: unknown }> => {
          if (this.#sending) return EARLY;
          tables.takeIn(news, this.#storage.catalog);
          if (again) hold?.drop();
          const kept = hold?.begin() ?? false;
          const writing = hold?.writing ?? new Writing();
          try {
            const work = make(kept);
            const perform = tables.perform.bind(tables);
            return {
              value: await drive(work, (request) => perform(request, writing, writing, stores)),
            };
          } catch (error) {
            return { error }; // it is that of the work, and not of the transaction
          }
        },
      );
      if (outcome === EARLY) await this.#turn;
      else if ("error" in outcome) throw outcome.error;
      else return outcome.value;
    }
  }

  async poll(): Promise<void> {
    if (this.#moved()) await this.#look(undefined, nothing);
  }
  /** What moves the state runs one after the other, up to where the state is moved. */
  #inTurn(fn: () => Promise<void>): Promise<void> {
    this.#turns++;
    const done = this.#turn.then(fn).finally(() => this.#turns--);
    this.#turn = done.catch(() => {}); // who waits for it meets it
    return done;
  }
  listen(on: boolean): void {
    this.#stop?.();
    this.#stop = on
      ? this.#storage.listen(
        () => void this.poll().catch(() => {}), // who reads next meets it
        (step) => this.#hear(step),
      )
      : undefined;
  }

  /** Takes in a step that another tab has told of, if it is the next one and nothing is under way. */
  #hear({ seq, record }: Step): boolean {
    if (seq <= this.seq) return true;
    if (this.#running || this.#turns > 0 || this.#looks.size > 0) return false;
    try {
      this.#tables.check();
      const frames = framesIn([record]);
      if (seq !== this.seq + frames.length) return false;
      this.#tables.takeIn({ whole: false, frames }, undefined);
      return this.seq === seq;
    } catch {
      return false; // what is stored counts
    }
  }
  /** Commits in turn. */
  commit(waiting: Waiting): void {
    this.#queue.push(waiting);
    this.#wake();
  }
  /** Looks whether somebody's turn has come. */
  #wake(): void {
    this.#running ??= Promise.resolve().then(() => this.#flush());
  }
  async #flush(): Promise<void> {
    try {
      for (let batch = this.#next(); batch.length > 0; batch = this.#next()) {
        await this.#inTurn(() => this.#commit(batch));
      }
    } finally {
      this.#running = undefined; // at once: who comes a moment later is to wake it again
    }
  }
  /** All that wait, or those alone who may commit while somebody has reserved it. */
  #next(): Waiting[] {
    const batch = this.#queue.filter(({ hold }) => !this.reservations.blocks(hold));
    this.#queue = this.#queue.filter((waiting) => !batch.includes(waiting));
    if (this.#queue.length > 0 && batch.length === 0) {
      void this.reservations.freed.then(() => this.#wake());
    }
    return batch;
  }
  async #commit(waiting: readonly Waiting[]): Promise<void> {
    const tables = this.#tables;
    let batch = new Batch(tables);
    try {
      tables.check();
      await this.#storage.step(() => this.seq, async (news, stores) => {
        this.#sending = false;
        tables.leave(batch.flight); // it is run once more
        tables.takeIn(news, this.#storage.catalog);
        batch = new Batch(tables);
        for (const one of waiting) await batch.add(one, stores);
        this.#sending = batch.frames.length > 0;
        return batch.frames;
      });
      tables.settle(batch.flight, batch.seq, batch.ids);
    } catch (error) {
      tables.leave(batch.flight);
      for (const { reject } of waiting) reject(error);
      if (error instanceof DataError && error.code === "full") this.#folding.relieve();
      return;
    } finally {
      this.#sending = false;
    }
    for (const tell of batch.told) tell();
    this.#folding.look();
  }

  create(defs: readonly TableDef[]): Promise<void> {
    const tables = this.#tables;
    const create = async () => {
      tables.check();
      const made = await createTables(this.#storage, defs, {
        ...this.#setup,
        settle: () => void tables.stored,
        now: async () => {
          await this.#storage.catchUp(
            () => this.seq,
            (news) => tables.takeIn(news, this.#storage.catalog),
          );
          return tables.stored;
        },
      });
      tables.created = [...new Set([...tables.created, ...defs])];
      if (!made) return;
      tables.replace(made);
      this.#options.outside({ seq: this.seq, tables: defs.map(({ name }) => name) });
    };
    return this.#folding.alone(() => this.#inTurn(create));
  }

  async compact(): Promise<void> {
    await this.#running;
    await this.#folding.fold();
  }
  async close(): Promise<void> {
    this.listen(false);
    while (this.#running) await this.#running;
    await this.#turn;
    await this.#folding.idle();
    await Promise.allSettled(this.#looks);
    void this.#tables.stored; // nothing is held back any more
    await this.#storage.close();
  }
}

function* one(request: Read): Work<Answer> {
  return yield request;
}
/** Work that asks for nothing: what others have written is told before it runs. */
function* nothing(): Work<void> {}
