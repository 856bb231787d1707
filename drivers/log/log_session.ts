import { DataError } from "../../schema/errors.ts";
import { redo, type Tables } from "../../engine/mod.ts";
import type {
  Answers,
  DriverOptions,
  DriverSession,
  FoundTable,
  Hold,
  Maybe,
  Read,
  TableDef,
} from "../../db/driver.ts";
import { ResidentTables, takeBack } from "./answers.ts";
import { Batch, type Waiting } from "./batch.ts";
import { foundTables } from "./change.ts";
import { created, isMade } from "./create.ts";
import { Folding } from "./folding.ts";
import { type Frame, isUnknown, KIND } from "./frame.ts";
import { LogHold } from "./log_hold.ts";
import { Overlay } from "./overlay.ts";
import { commitFrame } from "./record.ts";
import { Reservations } from "./reservations.ts";
import { addCommit, keepUnknown, readState, snapshotFrames } from "./snapshot.ts";
import type { LogState } from "./state.ts";
import type { LogStorage, News } from "./storage.ts";

/** Others are kept waiting so long at most while tables are made. */
const CREATE_MS = 5_000;

/**
 * A session over tables in memory whose commits go to a log. Those of one tick go together; while they
 * are on their way, everybody else sees the state before them.
 */
export class LogSession implements DriverSession {
  readonly reservations: Reservations = new Reservations();
  readonly #storage: LogStorage;
  readonly #options: DriverOptions;
  readonly #source: string;
  readonly #folding: Folding;
  #state: LogState;
  #overlay: Overlay;
  #queue: Waiting[] = [];
  #running: Promise<void> | undefined;
  #turn: Promise<void> = Promise.resolve();
  #stop: (() => void) | undefined;
  #lost = false;
  /** The tables of the core's own that requests name. */
  #created: readonly TableDef[] = [];

  constructor(
    state: LogState,
    storage: LogStorage,
    source: string,
    options: DriverOptions,
  ) {
    this.#state = state;
    this.#storage = storage;
    this.#options = options;
    this.#source = source;
    this.#overlay = this.#over(state);
    this.#folding = new Folding(storage, () => this.#settled());
  }
  #over(state: LogState): Overlay {
    return new Overlay(new ResidentTables(state.tables), state.known, this.#source);
  }
  /** The state that is stored, without what is held back. */
  #settled(): LogState {
    this.#overlay.enter(undefined);
    return this.#state;
  }

  get seq(): number {
    return this.#state.seq;
  }
  get overlay(): Overlay {
    return this.#overlay;
  }
  /** @throws {DataError} With code `"closed"` once another version has taken over. */
  check(): void {
    if (this.#lost) {
      throw new DataError(
        "closed",
        "Cannot use the database as it is open: another version took over",
      );
    }
  }

  ask<R extends Read>(request: R): Maybe<Answers[R["ask"]]> {
    const moved = this.moved();
    return moved === false ? this.#answer(request) : this.#answerAfter(moved, request);
  }
  #answer<R extends Read>(request: R): Answers[R["ask"]] {
    this.#overlay.enter(undefined);
    // The answer is of the kind that was asked.
    return this.#overlay.answer(request) as Answers[R["ask"]];
  }
  async #answerAfter<R extends Read>(
    moved: Maybe<boolean>,
    request: R,
  ): Promise<Answers[R["ask"]]> {
    if (await moved) await this.#catchUp();
    return this.#answer(request);
  }
  tables(): readonly FoundTable[] {
    return foundTables(this.#state.tables);
  }
  live(): Tables {
    return { data: (def) => this.#overlay.committed.data(def) };
  }
  hold(): Hold {
    return new LogHold(this);
  }
  /** Nobody commits elsewhere until what this gives is called, for `ms` milliseconds at most. */
  reserve(ms: number): Promise<() => void> {
    return this.#storage.reserve(ms);
  }
  /** Whether there may be commits from outside that were not told yet. */
  moved(): Maybe<boolean> {
    this.check();
    return this.#storage.moved();
  }
  async poll(): Promise<void> {
    if (await this.moved()) await this.#catchUp();
  }
  #catchUp(): Promise<void> {
    return this.#inTurn(() =>
      this.#storage.catchUp(() => this.#state.seq, (news) => this.#takeIn(news))
    );
  }
  /** What moves the state runs one after the other, up to where the state is moved. */
  #inTurn(fn: () => Promise<void>): Promise<void> {
    const done = this.#turn.then(fn);
    this.#turn = done.catch(() => {}); // who waits for it meets it
    return done;
  }
  listen(on: boolean): void {
    this.#stop?.();
    this.#stop = on
      ? this.#storage.listen(() => void this.poll().catch(() => {})) // who reads next meets it
      : undefined;
  }

  /** Commits in turn. */
  commit(waiting: Waiting): void {
    this.#queue.push(waiting);
    this.wake();
  }
  /** Looks whether somebody's turn has come. */
  wake(): void {
    this.#running ??= Promise.resolve().then(() => this.#flush());
  }
  async #flush(): Promise<void> {
    try {
      for (let batch = this.#take(); batch.length > 0; batch = this.#take()) {
        await this.#inTurn(() => this.#commit(batch));
      }
    } finally {
      this.#running = undefined; // at once: who comes a moment later is to wake it again
    }
  }
  /** All that wait, or those alone who may commit while somebody has reserved it. */
  #take(): Waiting[] {
    const batch = this.#queue.filter(({ hold }) => !this.reservations.blocks(hold));
    this.#queue = this.#queue.filter((waiting) => !batch.includes(waiting));
    if (this.#queue.length > 0 && batch.length === 0) {
      void this.reservations.freed.then(() => this.wake());
    }
    return batch;
  }

  async #commit(batch: readonly Waiting[]): Promise<void> {
    let run = new Batch(this.#state.seq);
    try {
      this.check();
      await this.#storage.step(() => this.#state.seq, (news) => {
        if (run.flight.entries.length > 0) this.#overlay.enter(undefined); // it is run once more
        this.#takeIn(news);
        run = new Batch(this.#state.seq);
        for (const waiting of batch) this.#work(waiting, run);
        this.#overlay.enter(run.flight);
        return run.frames;
      }, () => run.whole(this.#state));
    } catch (error) {
      this.#overlay.enter(undefined);
      for (const { reject } of batch) reject(error);
      if (error instanceof DataError && error.code === "full") this.#folding.relieve();
      return;
    }
    if (!this.#overlay.enter(run.flight)) { for (const entry of run.flight.entries) redo(entry); }
    this.#overlay.keep();
    this.#state.seq = run.seq;
    for (const id of run.ids) this.#state.known.add(id);
    for (const tell of run.told) tell();
    this.#folding.look();
  }

  /** Runs the work of one commit on what those before it in the batch have written. */
  #work({ hold, info, make, resolve, reject }: Waiting, run: Batch): void {
    const kept = run.flight.entries.length === 0 && this.#overlay.holds(hold);
    if (!kept) this.#overlay.enter(run.flight);
    const writes = kept ? hold.take() : [];
    let value: unknown;
    try {
      value = this.#overlay.run(make(kept), writes);
    } catch (error) {
      takeBack(writes.flat());
      run.told.push(() => reject(error));
      return;
    } finally {
      this.#overlay.enter(run.flight); // after a hold, whose writes were taken over
    }
    if (writes.length === 0) {
      run.told.push(() => resolve({ value, seq: undefined }));
      return;
    }
    const entries = writes.flat();
    const seq = ++run.seq;
    run.frames.push(
      commitFrame(seq, info, entries.map((entry) => ({ ...entry, table: entry.data.def }))),
    );
    run.ids.push(info.id);
    run.flight.entries.push(...entries);
    run.told.push(() => {
      info.done(seq);
      resolve({ value, seq });
    });
  }

  /** Takes in what others have written, and tells it. */
  #takeIn(news: News): void {
    if (!news.whole && news.frames.length === 0) return;
    this.#overlay.enter(undefined);
    if (news.whole) return this.#reload(news.frames);
    for (const frame of news.frames) {
      if (isUnknown(frame)) keepUnknown(this.#state, frame);
      const commit = frame.kind === KIND.commit ? addCommit(this.#state, frame) : undefined;
      if (!commit) continue;
      const { seq, id, origin, effects } = commit;
      const tables = [...new Set(effects.map(([table]) => table))];
      this.#options.outside({ seq, id, tables, ...(origin !== undefined && { origin }) });
    }
  }
  #reload(frames: readonly Frame[]): void {
    const { ready, tables } = this.#options;
    const state = readState(frames, { ready, tables: [...tables, ...this.#created] });
    if (!ready(state.meta) || !isMade(state.meta, this.#created)) {
      this.#lost = true;
      this.#options.lost("version");
      this.check();
    }
    this.#replace(state);
    this.#options.outside({ seq: state.seq, tables: undefined });
  }
  #replace(state: LogState): void {
    this.#overlay.enter(undefined);
    this.#state = state;
    this.#overlay = this.#over(state);
  }

  /** Tables come to be with a snapshot that has them, in the place of the old one. */
  create(tables: readonly TableDef[]): Promise<void> {
    const create = async () => {
      let release: (() => void) | undefined;
      try {
        while (!await this.#create(tables)) release ??= await this.#storage.reserve(CREATE_MS);
      } finally {
        release?.();
      }
      this.#created = [...new Set([...this.#created, ...tables])];
    };
    return this.#folding.alone(() => this.#inTurn(create));
  }
  /** Whether they are there; not when others have committed meanwhile. */
  async #create(tables: readonly TableDef[]): Promise<boolean> {
    this.check();
    await this.#storage.catchUp(() => this.#state.seq, (news) => this.#takeIn(news));
    const state = this.#settled();
    const next: LogState = {
      ...state,
      ...{ tables: new Map(state.tables), meta: new Map(state.meta) },
    };
    if (!created(next, tables)) return true;
    next.seq++; // others hear of it by its number
    if (!await this.#storage.fold(state.seq, [...snapshotFrames(next)], true)) return false;
    this.#replace(next);
    this.#options.outside({ seq: next.seq, tables: tables.map(({ name }) => name) });
    return true;
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
    this.#overlay.enter(undefined);
    await this.#storage.close();
  }
}
