import type { Driver, DriverSession, Hold, Maybe } from "../../db/driver.ts";

/** A driver like one over a network: it is asked by live queries, and its answers take a while. */
export function slowDriver(driver: Driver, random: () => number = Math.random): Driver {
  const late = async <T>(fn: () => Maybe<T>): Promise<T> => {
    await new Promise((resolve) => setTimeout(resolve, random() * 4));
    const value = await fn();
    await new Promise((resolve) => setTimeout(resolve, random() * 4));
    return value;
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
        ask: (request) => late(() => session.ask(request)),
        hold,
        tables: () => session.tables(),
        live: () => undefined,
        poll: () => session.poll(),
        listen: (on) => session.listen(on),
        compact: () => session.compact(),
        close: () => session.close(),
      };
      return slow;
    },
  };
}
