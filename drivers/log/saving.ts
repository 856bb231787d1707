import type { Answer, CommitInfo, DriverSession, Hold, MakeWork, Work } from "../../db/driver.ts";

/**
 * A session whose commits are saved before anybody sees them: `save` gets the id of the commit when all that it wrote
 * is in the tables, and what it throws takes that back. For media that are written at once, without waiting.
 * When tables of the core's own were made it is called without an id; what it throws then leaves them in memory,
 * and the next commit saves them.
 */
export function savingSession(
  session: DriverSession,
  save: (id: string | undefined) => void,
): DriverSession {
  return {
    get seq() {
      return session.seq;
    },
    ask: (request) => session.ask(request),
    hold: () => savingHold(session.hold(), save),
    tables: () => session.tables(),
    live: () => session.live(),
    poll: () => session.poll(),
    listen: (on) => session.listen(on),
    async create(tables) {
      await session.create(tables);
      save(undefined);
    },
    compact: () => session.compact(),
    close: () => session.close(),
  };
}

function savingHold(hold: Hold, save: (id: string | undefined) => void): Hold {
  let wrote = false;
  function* watched<T>(kept: boolean, make: MakeWork<T>, info?: CommitInfo): Work<T> {
    if (!kept) wrote = false; // the work begins by doing it again
    const work = make(kept);
    let step = work.next();
    while (!step.done) {
      let answer: Answer;
      try {
        answer = yield step.value;
      } catch (error) {
        step = work.throw(error);
        continue;
      }
      wrote ||= step.value.ask === "write";
      step = work.next(answer);
    }
    if (info && wrote) save(info.id);
    return step.value;
  }
  return {
    look: (make, writes) => hold.look((kept) => watched(kept, make), writes),
    commit: (info, make) => hold.commit(info, (kept) => watched(kept, make, info)),
    reserve: (ms) => hold.reserve(ms),
    end: () => hold.end(),
  };
}
