import type { DriverOptions, DriverSession, Setup } from "../../db/driver.ts";
import { copyOf, ResidentTables } from "./answers.ts";
import { changeTables, foundTables } from "./change.ts";
import { LogSession } from "./log_session.ts";
import { scan } from "./scan.ts";
import { readState, snapshotFrames } from "./snapshot.ts";
import type { LogState } from "./state.ts";
import type { LogStorage } from "./storage.ts";

/**
 * Opens a database in a log. A setup works on a copy, which becomes the snapshot if nobody has committed
 * meanwhile; else it begins anew with what is there then.
 */
export async function openLog(
  storage: LogStorage,
  source: string,
  options: DriverOptions,
  closed: () => void,
): Promise<DriverSession> {
  for (;;) {
    options.signal?.throwIfAborted();
    const { frames } = scan(await storage.load());
    const state = readState(frames, options);
    if (options.ready(state.meta)) {
      return new LogSession(state, storage, source, options, closed);
    }
    const next = await changed(state, source, options);
    // A database that is there hears of a migration by its number.
    if (frames.length > 0) next.seq++;
    await storage.fold(state.seq, [...snapshotFrames(next)], true);
  }
}

async function changed(
  state: LogState,
  source: string,
  options: DriverOptions,
): Promise<LogState> {
  const tables = new Map(
    Array.from(state.tables, ([name, data]) => [name, copyOf(data, data.def)]),
  );
  const meta = new Map(state.meta);
  const resident = new ResidentTables(tables);
  const layout: Setup = {
    meta,
    tables: () => foundTables(tables),
    // The answer is of the kind that was asked.
    ask: (request) => {
      if (request.ask === "known") return state.known.has(request.id) as never;
      if (request.ask !== "write") return resident.answer(request, source) as never;
      resident.write(request.effects);
      return undefined as never;
    },
    change: (change) => changeTables(tables, change),
    setMeta: (key, value) => void meta.set(key, value),
  };
  await options.setup(layout);
  return { ...state, tables, meta };
}
