import type { Answer, CommitInfo, Committed, MakeWork, Request } from "../../../db/driver.ts";
import type { Statement } from "../compile.ts";
import { dataError, Failure } from "../failure.ts";
import type { AsyncTransaction, Rows } from "./client.ts";
import type { AsyncConnection, Place } from "./connection.ts";
import { drive, MOVED, REFUSED } from "./drive.ts";
import { applyEffects, effectStatements } from "./effects.ts";
import type { AsyncHold } from "./hold.ts";

/** One that waits for its turn: with `info` to commit, else to keep others from it for `ms`. */
export interface Waiting {
  readonly hold: AsyncHold;
  readonly since: number;
  readonly info: CommitInfo | undefined;
  readonly make: MakeWork<unknown>;
  readonly ms: number;
  readonly resolve: (value: Committed<unknown>) => void;
  readonly reject: (error: unknown) => void;
}

/** What became of a batch. */
export interface Done {
  readonly done: readonly { readonly waiting: Waiting; readonly committed: Committed<unknown> }[];
  readonly failed: readonly { readonly waiting: Waiting; readonly error: unknown }[];
  /** Those that have to run again. */
  readonly again: readonly Waiting[];
}

/** How a batch is run. */
export interface How {
  /** No transaction is begun before somebody reads; without one all is written by one batch. */
  readonly lazy: boolean;
  /** Writes are made at once; else with what comes after them, and nobody hears that one was refused. */
  readonly strict: boolean;
}

const NOTHING: Done = { done: [], failed: [], again: [] };

/**
 * Runs the works of a batch and commits what they write.
 *
 * @throws {typeof MOVED} Where a transaction has to be begun first.
 * @throws {typeof REFUSED} Where writes have to be made at once.
 */
export async function attempt(
  connection: AsyncConnection,
  batch: readonly Waiting[],
  how: How,
): Promise<Done> {
  const run = new Run(connection, how);
  try {
    if (!how.lazy) await run.begin();
    for (const waiting of batch) await run.work(waiting);
    return await run.end();
  } catch (error) {
    await run.drop();
    if (!(error instanceof Undone)) throw error;
    // The others begin again without the one that failed half way.
    const rest = await attempt(connection, batch.filter((item) => item !== error.waiting), how);
    const failed = [...rest.failed, { waiting: error.waiting, error: error.cause }];
    return { ...rest, failed };
  }
}

/** A work that failed after it had written. */
class Undone extends Error {
  constructor(readonly waiting: Waiting, cause: unknown) {
    super("Cannot commit a batch as all of its works end: one failed", { cause });
  }
}

/** One run of a batch. */
class Run {
  readonly #connection: AsyncConnection;
  readonly #how: How;
  readonly #done: { waiting: Waiting; value: unknown; tables: Set<string> | undefined }[] = [];
  readonly #failed: { waiting: Waiting; error: unknown }[] = [];
  #place: Place | undefined;
  /** What is to be written with what comes next. */
  #late: Statement[] = [];
  /** How often that was written. */
  #flushed = 0;
  /** Works were made for what was told then. */
  readonly #age: number;

  constructor(connection: AsyncConnection, how: How) {
    this.#connection = connection;
    this.#how = how;
    this.#age = connection.outside.age;
  }

  async begin(): Promise<Place> {
    const place = this.#place = await this.#connection.begin("commit", this);
    if (this.#how.lazy) this.#checkAge();
    return place;
  }

  #checkAge(): void {
    if (this.#connection.outside.age !== this.#age) throw MOVED;
  }

  async drop(): Promise<void> {
    if (this.#place) await this.#connection.undo(this.#place);
    this.#place = undefined;
  }

  /** Runs one work. */
  async work(waiting: Waiting): Promise<void> {
    let tables: Set<string> | undefined;
    const mark = this.#late.length;
    const flushed = this.#flushed;
    const answer = async (request: Request): Promise<Answer> => {
      if (request.ask !== "write") return await this.#read(request);
      const { effects } = request;
      const { engine } = this.#connection;
      if (this.#how.strict) {
        await applyEffects((this.#place ?? await this.begin()).transaction, engine, effects);
        this.#flushed++;
      } else this.#late.push(...effectStatements(engine.writes, effects));
      tables ??= new Set();
      for (const { table } of effects) tables.add(table.name);
      return undefined;
    };
    try {
      const value = await drive(waiting.make(false), answer);
      this.#done.push({ waiting, value, tables });
    } catch (error) {
      if (typeof error === "symbol" || error instanceof Failure) throw error;
      // It may have failed for what was not written yet: whoever is told must know.
      if (this.#flushed !== flushed) throw new Undone(waiting, error);
      this.#late.length = mark;
      this.#failed.push({ waiting, error });
    }
  }

  async #read(request: Exclude<Request, { ask: "write" }>): Promise<Answer> {
    const { transaction } = this.#place ?? await this.begin();
    await this.#flush(transaction);
    return await this.#connection.answer((all) => transaction.run(all), request, true);
  }

  /** Writes what was put off. */
  async #flush(transaction: AsyncTransaction): Promise<void> {
    if (this.#late.length === 0) return;
    const late = this.#late;
    this.#late = [];
    this.#flushed++;
    try {
      await transaction.run(late);
    } catch (error) {
      throw refused(error);
    }
  }

  /** Commits. */
  async end(): Promise<Done> {
    const failed = this.#failed;
    const wrote = this.#done.filter(({ tables }) => tables);
    if (wrote.length === 0) {
      await this.drop();
      const done = this.#done.map(({ waiting, value }) => ({
        waiting,
        committed: { value, seq: undefined },
      }));
      return { done, failed, again: [] };
    }
    const place = this.#place;
    if (!place) this.#checkAge();
    // What is refused moves the counters, which are read before the transaction is over.
    else if (this.#connection.client.limits.tracked) await this.#flush(place.transaction);
    this.#place = undefined;
    const entries = wrote.map(({ waiting, tables }) => ({
      waiting,
      tables: [...tables ?? []],
    }));
    let ended: Done;
    try {
      ended = await commit(this.#connection, place, this.#late, entries);
    } catch (error) {
      throw this.#how.strict ? error : refused(error);
    }
    const lost = new Set(ended.failed.map(({ waiting }) => waiting));
    const seqs = new Map(ended.done.map(({ waiting, committed }) => [waiting, committed.seq]));
    const all = this.#done.map(({ waiting, value }) => ({
      waiting,
      committed: { value, seq: seqs.get(waiting) },
    }));
    return {
      done: lost.size > 0 ? [] : all,
      failed: [...failed, ...ended.failed],
      // What wrote nothing may have read what the others wrote, so it has to run again.
      again: lost.size > 0 ? all.flatMap(({ waiting }) => lost.has(waiting) ? [] : [waiting]) : [],
    };
  }
}

function refused(error: unknown): unknown {
  return error instanceof Failure && error.kind === "constraint" ? REFUSED : error;
}

/** Commits what a hold has in place, in that transaction. */
export async function finish(
  connection: AsyncConnection,
  waiting: Waiting,
  place: Place,
): Promise<Done> {
  const { hold, make } = waiting;
  let value: unknown;
  try {
    value = await drive(make(place.wrote), (request) => hold.answer(place, request));
  } catch (error) {
    if (error instanceof Failure) {
      await connection.drop(place);
      throw error;
    }
    await connection.park();
    return { ...NOTHING, failed: [{ waiting, error }] };
  }
  connection.forget();
  const { reserved } = connection;
  if (!place.wrote) {
    if (reserved?.place === place) await connection.release(hold);
    else await connection.undo(place);
    return { ...NOTHING, done: [{ waiting, committed: { value, seq: undefined } }] };
  }
  try {
    const ended = await commit(connection, place, [], [{ waiting, tables: [...place.tables] }]);
    const done = ended.done.map(({ committed: { seq } }) => ({
      waiting,
      committed: { value, seq },
    }));
    return { ...ended, done };
  } finally {
    if (reserved?.place === place) {
      reserved.place = undefined;
      await connection.release(hold);
    }
  }
}

/** Gives commits their numbers and ends the transaction, or writes all as one batch without one. */
async function commit(
  connection: AsyncConnection,
  place: Place | undefined,
  late: readonly Statement[],
  entries: readonly { readonly waiting: Waiting; readonly tables: readonly string[] }[],
): Promise<Done> {
  const { outside, client, engine } = connection;
  let { seq } = outside;
  const statements = [...late];
  const done = entries.map(({ waiting, tables }) => {
    const { id, time, origin, kind } = waiting.info ??
      { id: "", time: 0, origin: undefined, kind: "user" };
    const strangers = outside.strangers && seq === outside.seq;
    statements.push(...engine.log.add({ seq: ++seq, id, time, origin, kind, tables, strangers }));
    return { waiting, committed: { value: undefined, seq } };
  });
  const { tracked } = client.limits;
  if (tracked) statements.push(engine.log.head(false));
  outside.commits();
  let rows: readonly Rows[];
  try {
    rows = place ? await place.transaction.commit(statements) : await client.write(statements);
  } catch (error) {
    outside.told();
    if (!(error instanceof Failure) || error.kind !== "lost") throw error;
    outside.doubt();
    const told = dataError(error);
    return { ...NOTHING, failed: entries.map(({ waiting }) => ({ waiting, error: told })) };
  }
  outside.committed(seq);
  if (tracked) outside.mine(rows.at(-1));
  return { ...NOTHING, done };
}
