import type { DriverOptions, DriverSession } from "../../db/driver.ts";
import { LogSession } from "./log_session.ts";
import { changed } from "./setup.ts";
import { readState, snapshotFrames } from "./snapshot.ts";
import type { LogStorage } from "./storage.ts";

/** Others are kept waiting so long at most while the layout changes. */
const SETUP_MS = 5_000;

/**
 * Opens a database in a log. A setup works on a copy, which becomes the snapshot if nobody has committed
 * meanwhile; else it begins anew with what is there then. When it fails the storage is closed.
 */
export async function openLog(
  storage: LogStorage,
  source: string,
  options: DriverOptions,
): Promise<DriverSession> {
  let release: (() => void) | undefined;
  try {
    for (;;) {
      options.signal?.throwIfAborted();
      const frames = await storage.load();
      const state = readState(frames, options);
      if (options.ready(state.meta)) return new LogSession(state, storage, source, options);
      if (!release) {
        // Of several that open it one alone runs the setup.
        release = await storage.reserve(SETUP_MS);
        continue;
      }
      const next = { ...state, ...await changed(state, source, options.setup) };
      // A database that is there hears of a migration by its number.
      if (frames.length > 0) next.seq++;
      await storage.fold(state.seq, [...snapshotFrames(next)], true);
    }
  } catch (error) {
    release?.(); // closing waits for it
    await storage.close().catch(() => {}); // why it could not be opened counts
    throw error;
  } finally {
    release?.();
  }
}
