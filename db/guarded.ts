import { DataError } from "../schema/errors.ts";
import type { Answer, CommitInfo, Committed, DriverSession, Hold } from "./driver.ts";
import type { MakeWork, Maybe, Request, Work } from "./driver.ts";
import { failure, type Told, withCommitted } from "./failure.ts";
import { Watched } from "./watched.ts";

/** What work threw. */
export interface Thrown {
  thrown: { readonly error: unknown } | undefined;
}

/**
 * A hold whose failures are told as {@linkcode failure} tells them, and what work throws as it is.
 * Where a driver can't say whether a commit is there, it is asked by the commit's id.
 */
export class GuardedHold implements Hold, Thrown {
  thrown: Thrown["thrown"];
  readonly #session: DriverSession;
  readonly #hold: Hold;

  constructor(session: DriverSession) {
    this.#session = session;
    this.#hold = session.hold();
  }

  /** Whether the last call failed by what its work threw, so that the driver is as it was. */
  threw(error: unknown): boolean {
    return this.thrown !== undefined && this.thrown.error === error;
  }
  #guarded<T>(work: Work<T>): Work<T> {
    this.thrown = undefined;
    return work instanceof Watched && work.note === this ? work : new GuardedWork(work, this);
  }

  look<T>(make: MakeWork<T>, writes: boolean): Maybe<T> {
    let value: Maybe<T>;
    try {
      value = this.#hold.look((kept) => this.#guarded(make(kept)), writes);
    } catch (error) {
      throw this.#told(error);
    }
    if (!(value instanceof Promise)) return value;
    return value.catch((error) => {
      throw this.#told(error);
    });
  }
  #told(error: unknown): unknown {
    return this.threw(error) ? error : failure(error, "no");
  }

  commit<T>(info: CommitInfo, make: MakeWork<T>): Maybe<Committed<T>> {
    let committed: Maybe<Committed<T>>;
    try {
      committed = this.#hold.commit(info, (kept) => this.#guarded(make(kept)));
    } catch (error) {
      return this.#failed(error, info.id);
    }
    if (!(committed instanceof Promise)) return committed;
    return committed.catch((error) => this.#failed(error, info.id));
  }
  #failed(error: unknown, id: string): Promise<never> {
    if (this.threw(error)) throw error;
    const told = failure(error, "unknown");
    if (told instanceof DataError && told.committed === "unknown") return this.#lookUp(told, id);
    throw told;
  }
  async #lookUp(error: DataError, id: string): Promise<never> {
    throw withCommitted(error, await this.#find(id));
  }
  async #find(id: string): Promise<NonNullable<Told>> {
    try {
      return await this.#session.ask({ ask: "known", id }) ? "yes" : "no";
    } catch {
      return "unknown";
    }
  }

  async reserve(ms: number): Promise<void> {
    try {
      await this.#hold.reserve(ms);
    } catch (error) {
      throw failure(error, "no");
    }
  }
  end(): void {
    this.#hold.end();
  }
}

/** Work whose requests fail as {@linkcode failure} tells; what it throws itself is noted. */
class GuardedWork<T> implements Work<T> {
  readonly #work: Work<T>;
  readonly #note: Thrown;

  constructor(work: Work<T>, note: Thrown) {
    this.#work = work;
    this.#note = note;
  }
  next(answer?: Answer): IteratorResult<Request, T> {
    try {
      return this.#work.next(answer);
    } catch (error) {
      this.#note.thrown = { error };
      throw error;
    }
  }
  throw(error: unknown): IteratorResult<Request, T> {
    try {
      return this.#work.throw(failure(error, "no"));
    } catch (thrown) {
      this.#note.thrown = { error: thrown };
      throw thrown;
    }
  }
  return(value: T): IteratorResult<Request, T> {
    return this.#work.return(value);
  }
  [Symbol.iterator](): Work<T> {
    return this;
  }
}
