import type { Driver, DriverSession, Hold, Maybe } from "../../../db/driver.ts";

/** A driver of which it is known whether it has anything to answer. */
export class Idle {
  #busy = 0;

  #count<T>(answer: Maybe<T>): Maybe<T> {
    if (!(answer instanceof Promise)) return answer;
    this.#busy++;
    return answer.finally(() => this.#busy--);
  }

  /** The same driver, whose answers are counted. */
  of(driver: Driver): Driver {
    return {
      ...driver,
      open: async (options) => this.#session(await driver.open(options)),
    };
  }
  #session(session: DriverSession): DriverSession {
    return {
      seq: session.seq,
      ask: (request) => this.#count(session.ask(request)),
      hold: () => this.#hold(session.hold()),
      tables: () => session.tables(),
      live: () => session.live(),
      poll: () => session.poll(),
      listen: (on) => session.listen(on),
      create: (tables) => session.create(tables),
      compact: () => session.compact(),
      close: () => session.close(),
    };
  }
  #hold(hold: Hold): Hold {
    return {
      look: (make, writes) => this.#count(hold.look(make, writes)),
      commit: (info, make) => hold.commit(info, make),
      reserve: (ms) => hold.reserve(ms),
      end: () => hold.end(),
    };
  }

  /** Waits until nothing was asked for some turns in a row. */
  async settled(): Promise<void> {
    for (let quiet = 0; quiet < 4; quiet++) {
      await new Promise((resolve) => setTimeout(resolve, 1));
      if (this.#busy > 0) quiet = -1;
    }
  }
}
