import type {
  Answer,
  CommitInfo,
  Committed,
  Hold,
  MakeWork,
  Read,
  Request,
  Work,
} from "../../../db/driver.ts";
import { closedError, Failure } from "../failure.ts";
import { retrying } from "../patience.ts";
import type { Begun } from "./client.ts";
import type { AsyncCommits } from "./commits.ts";
import { type AsyncConnection, type Place, until } from "./connection.ts";
import { drive, MOVED, once, SEVERAL, WRITES } from "./drive.ts";
import { applyEffects, effectStatements } from "./effects.ts";
import { takesSeveral } from "./reader.ts";
import { users } from "./users.ts";

/** Writes held back: in a transaction for as long as somebody uses them; see `AsyncConnection`. */
export class AsyncHold implements Hold {
  ended = false;
  #wrote = false;
  #looked = false;
  /** Aborts when it ends; what it has asked for is nobody's then. */
  #gone: AbortController | undefined;
  /** The age of what it has seen. */
  #age: number;
  readonly #connection: AsyncConnection;
  readonly #commits: AsyncCommits;

  constructor(connection: AsyncConnection, commits: AsyncCommits) {
    this.#connection = connection;
    this.#commits = commits;
    this.#age = connection.outside.age;
  }

  async look<T>(make: MakeWork<T>, writes: boolean): Promise<T> {
    try {
      return await users(() => this.#look(make, writes));
    } finally {
      this.#age = this.#connection.outside.age;
    }
  }

  async #look<T>(make: MakeWork<T>, writes: boolean): Promise<T> {
    if (!this.#wrote && !writes) {
      try {
        return await retrying(() => this.#read(make));
      } catch (error) {
        if (error !== WRITES) throw error;
      }
    }
    return await retrying(() => this.#connection.turn(this, () => this.#write(make)));
  }

  /** Runs work that only reads. */
  async #read<T>(make: MakeWork<T>): Promise<T> {
    this.#check();
    const connection = this.#connection;
    if (connection.reserved?.hold === this && connection.reserved.place) {
      return await connection.turn(this, () => this.#write(make));
    }
    const { looked } = this;
    try {
      return looked
        ? await connection.looking(() => this.#oneLook(make))
        : await connection.beside(() => this.#first(make));
    } catch (error) {
      if (error !== SEVERAL && error !== MOVED) throw error;
    }
    return await connection.looking(() => {
      const read = (run: Parameters<typeof connection.answer>[0]) =>
        drive(make(false), (request) => {
          if (request.ask === "write") throw WRITES;
          return connection.answer(until(run, this.#ends), request);
        });
      // While somebody keeps others from committing there is nothing to tell.
      return connection.reserved?.place ? connection.reading([], read) : connection.looked(read);
    });
  }

  /** Whether it has looked before. */
  get looked(): boolean {
    const looked = this.#looked;
    this.#looked = true;
    return looked;
  }

  #check(): void {
    if (this.ended) throw closedError();
    this.#connection.check();
  }

  /** The first request has nothing to agree with, and one statement is one state. */
  async #first<T>(make: MakeWork<T>): Promise<T> {
    let count = 0;
    return await drive(make(false), (request) => {
      if (request.ask === "write") throw WRITES;
      if (count++ > 0 || request.ask !== "known" && takesSeveral(request)) throw SEVERAL;
      return this.#connection.one(request, this.#ends);
    });
  }

  get #ends(): AbortSignal {
    return (this.#gone ??= new AbortController()).signal;
  }

  /** A single statement, with a look whether anything has happened since the last. */
  async #oneLook<T>(make: MakeWork<T>): Promise<T> {
    const { age } = this.#connection.outside;
    let count = 0;
    return await drive(make(false), (request) => {
      if (request.ask === "write") throw WRITES;
      if (count++ > 0) throw SEVERAL;
      return this.#lookedAt(request, age);
    });
  }

  /** The answer of one statement, if nothing has happened since `age`. */
  async #lookedAt(request: Read, age: number): Promise<Answer> {
    const connection = this.#connection;
    const { outside, client } = connection;
    if (request.ask !== "known" && takesSeveral(request)) throw SEVERAL;
    if (connection.still) return await connection.one(request);
    const query = once(async (statement) => {
      const rows = await client.read([...outside.head(false), statement], this.#ends);
      if (!outside.isUnmoved(rows) || outside.age !== age) throw MOVED;
      return rows.at(-1) ?? [];
    });
    return await connection.answer(
      async ([statement]) => [statement ? await query(statement) : []],
      request,
    );
  }

  /** Runs work with what this hold has written in place. */
  async #write<T>(make: MakeWork<T>): Promise<T> {
    const connection = this.#connection;
    this.#check();
    this.#looked = true;
    const reserved = connection.reserved?.place;
    let place = reserved ?? connection.applied;
    if (place && place.hold !== this) {
      await connection.park();
      place = undefined;
    }
    const kept = place?.wrote ?? false;
    if (!place && connection.client.limits.remote) {
      const done = await this.#writeFirst(make).catch(unlessSignal);
      if (done) return done.value;
    }
    place ??= await connection.begin("hold", this);
    return await this.#drive(place, reserved === place, make(kept));
  }

  /**
   * Runs work whose first request is a write by one round trip with the beginning of the transaction; it is
   * given up where anything stands against it.
   */
  async #writeFirst<T>(make: MakeWork<T>): Promise<{ readonly value: T } | undefined> {
    const connection = this.#connection;
    const { outside, engine, client } = connection;
    if (!outside.logged) return undefined;
    const { age } = outside;
    const work = make(false);
    const step = work.next();
    if (step.done) return step;
    if (step.value.ask !== "write") {
      // Where somebody has committed it looks first whether what it read is as it was; mostly it is not.
      if (age !== this.#age) work.next(await this.#lookedAt(step.value, age));
      return undefined;
    }
    const { effects } = step.value;
    const statements = effectStatements(engine.writes, effects);
    if (statements.length === 0) return undefined;
    let begun: Begun;
    try {
      begun = await client.begin("hold", [...outside.head(true), ...statements]);
    } catch (error) {
      if (error instanceof Failure && error.kind === "constraint") return undefined;
      throw error;
    }
    const { transaction, rows } = begun;
    const place: Place = { hold: this, transaction, tables: new Set(), wrote: false };
    if (outside.age !== age || !outside.isUnmoved(rows)) {
      await connection.undo(place);
      return undefined;
    }
    this.#wrote = place.wrote = true;
    for (const { table } of effects) place.tables.add(table.name);
    return { value: await this.#drive(place, false, work) };
  }

  async #drive<T>(writing: Place, reserved: boolean, work: Work<T>): Promise<T> {
    const connection = this.#connection;
    connection.applied = reserved ? undefined : writing;
    try {
      return await drive(work, (request) => this.answer(writing, request));
    } catch (error) {
      // What runs in it is lost, or nobody knows what is in place.
      if (error instanceof Failure) await connection.drop(writing);
      throw error;
    } finally {
      if (connection.applied === writing) {
        if (writing.wrote) connection.keep(writing);
        else await connection.park(); // no need to keep the lock
      }
    }
  }

  /** Answers a request where this hold's writes are in place. */
  async answer(place: Place, request: Request): Promise<Answer> {
    const connection = this.#connection;
    if (request.ask !== "write") {
      return await connection.answer(
        (statements) => place.transaction.run(statements, this.#ends),
        request,
        true,
      );
    }
    const { effects } = request;
    await applyEffects(place.transaction, connection.engine, effects);
    place.wrote = this.#wrote = true;
    for (const { table } of effects) place.tables.add(table.name);
    return undefined;
  }

  async commit<T>(info: CommitInfo, make: MakeWork<T>): Promise<Committed<T>> {
    return await this.#commits.commit(this, info, make);
  }

  async reserve(ms: number): Promise<void> {
    await this.#commits.reserve(this, ms);
  }

  end(): void {
    if (this.ended) return;
    this.ended = true;
    this.#gone?.abort();
    const connection = this.#connection;
    if (connection.applied?.hold !== this && connection.reserved?.hold !== this) return;
    void connection.lane.run(async () => {
      if (connection.applied?.hold === this) await connection.park();
      await connection.release(this);
    });
  }
}

/** What begins again in another way. */
function unlessSignal(error: unknown): undefined {
  if (typeof error !== "symbol") throw error;
}
