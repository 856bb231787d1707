import { CHANNEL } from "../sql/postgres_log.ts";
import { unref } from "../../db/unref.ts";
import type { Shape } from "./shape.ts";

/** Beside notifications one looks as often, since a connection that was lost may have had some. */
const LOOK_MS = 2_000;

/** Somebody who wants to hear of commits. */
export interface Listening {
  stop(): Promise<void>;
}

/**
 * Calls `notify` at once when others have committed, by LISTEN; where that can not be, it is called every
 * `pollMs`, to look.
 */
export async function listening(
  shape: Shape,
  notify: () => void,
  pollMs: number,
): Promise<Listening> {
  let stopped = false;
  let stop: (() => Promise<void>) | undefined;
  try {
    const [row] = shape.listen ? await shape.query({ text: `SELECT ${CHANNEL}`, params: [] }) : [];
    if (row) stop = await shape.listen?.(String(row[0]), notify);
  } catch {
    // Nothing of ours is there yet, or the server is not.
  }
  const timer = setInterval(notify, stop ? LOOK_MS : pollMs);
  unref(timer);
  return {
    async stop() {
      if (stopped) return;
      stopped = true;
      clearInterval(timer);
      try {
        await stop?.();
      } catch {
        // The connection is gone, and with it who listened.
      }
    },
  };
}
