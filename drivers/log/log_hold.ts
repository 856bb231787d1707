import type { RowEntry } from "../../engine/mod.ts";
import type { CommitInfo, Committed, Hold, MakeWork, Maybe } from "../../db/driver.ts";
import type { LogSession } from "./log_session.ts";
import type { Holder } from "./overlay.ts";

/** Writes that are put into the tables while their transaction looks, and taken out for others. */
export class LogHold implements Hold, Holder {
  readonly #session: LogSession;
  /** The writes of each request, while they are in place. */
  #writes: RowEntry[][] = [];
  #release: (() => void) | undefined;

  constructor(session: LogSession) {
    this.#session = session;
  }

  /** Gives its writes away, for good. */
  take(): RowEntry[][] {
    const writes = this.#writes;
    this.#writes = [];
    return writes;
  }
  park(): RowEntry[] {
    return this.take().flat();
  }

  look<T>(make: MakeWork<T>): Maybe<T> {
    const moved = this.#session.moved();
    return moved === false ? this.#look(make) : this.#after(moved, make);
  }
  #look<T>(make: MakeWork<T>): T {
    const { overlay } = this.#session;
    return overlay.run(make(overlay.enter(this)), this.#writes);
  }
  async #after<T>(moved: Maybe<boolean>, make: MakeWork<T>): Promise<T> {
    if (await moved) await this.#session.poll();
    return this.#look(make);
  }

  commit<T>(info: CommitInfo, make: MakeWork<T>): Promise<Committed<T>> {
    return new Promise((resolve, reject) => {
      this.#session.commit({
        ...{ hold: this, info, make, reject },
        // It gets what its own `make` gave.
        resolve: resolve as (committed: Committed<unknown>) => void,
      });
    }).finally(() => this.end()) as Promise<Committed<T>>; // as above
  }

  async reserve(ms: number): Promise<void> {
    await this.#session.reservations.reserve(this, ms); // here
    this.#release?.();
    this.#release = await this.#session.reserve(ms); // and elsewhere
  }

  end(): void {
    this.#release?.();
    this.#release = undefined;
    if (this.#session.overlay.holds(this)) this.#session.overlay.enter(undefined);
    this.#session.reservations.end(this);
  }
}
