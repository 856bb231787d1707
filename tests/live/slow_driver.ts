import { DataError, type Plan } from "../../mod.ts";
import type { Driver, DriverSession, Hold, Maybe } from "../../db/driver.ts";

/** What slow drivers are busy with. */
let busy = 0;
/** Waits until no slow driver has anything to answer. */
export async function slowIdle(): Promise<void> {
  for (let quiet = 0; quiet < 3; quiet++) {
    await new Promise((resolve) => setTimeout(resolve, 1));
    if (busy > 0) quiet = -1;
  }
}

/** A driver like one over a network: it is asked by live queries, and its answers take a while. */
export function slowDriver(driver: Driver, random: () => number = Math.random): Driver {
  const pause = () => new Promise<void>((resolve) => setTimeout(resolve, random() * 4));
  const after = async <T>(fn: () => Maybe<T>): Promise<T> => {
    busy++;
    try {
      await pause();
      const value = await fn();
      await pause();
      return value;
    } finally {
      busy--;
    }
  };
  const running = new Set<Promise<unknown>>();
  let closing = false;
  const late = <T>(fn: () => Maybe<T>): Promise<T> => {
    if (closing) {
      return Promise.reject(new DataError("closed", "Cannot ask as it is open: it is not"));
    }
    const made = after(fn);
    const ended: Promise<unknown> = made.then(() => {}, () => {}).then(() => running.delete(ended));
    running.add(ended);
    return made;
  };
  return {
    ...driver,
    async open(options) {
      const session = await driver.open(options);
      const hold = (): Hold => {
        const hold = session.hold();
        return {
          look: (make, writes) => late(() => hold.look(make, writes)),
          commit: (info, make) => hold.commit(info, make),
          reserve: (ms) => hold.reserve(ms),
          end: () => hold.end(),
        };
      };
      const slow: DriverSession = {
        seq: session.seq,
        async ask(request) {
          const answer = await late(() => session.ask(request));
          if (request.ask !== "explain") return answer;
          // The answer to that is a plan.
          return { ...(answer as Plan), live: "rerun" } as never;
        },
        hold,
        tables: () => session.tables(),
        live: () => undefined,
        poll: () => session.poll(),
        listen: (on) => session.listen(on),
        create: (tables) => session.create(tables),
        compact: () => session.compact(),
        async close() {
          closing = true;
          await Promise.all(running);
          await session.close();
        },
      };
      return slow;
    },
  };
}
