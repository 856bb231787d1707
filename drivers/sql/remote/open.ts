import type { DriverOptions, DriverSession } from "../../../db/driver.ts";
import type { StoredRow } from "../../../schema/types.ts";
import type { AsyncEngine } from "../async/engine.ts";
import { openAsync } from "../async/session.ts";
import { sqliteEngine } from "../async/sqlite_engine.ts";
import { dataError } from "../failure.ts";
import { sqlite } from "../sqlite.ts";
import { type Linking, RemoteClient } from "./client.ts";

function engineOf(counters: string, source: string): AsyncEngine {
  return sqliteEngine({ ...sqlite, name: source }, false, counters);
}

/** Opens a session whose statements run elsewhere; `counters` are those that tell of strangers, as SQL. */
export async function openRemote(
  linking: Linking,
  counters: string,
  source: string,
  options: DriverOptions,
): Promise<DriverSession> {
  options.signal?.throwIfAborted();
  const client = new RemoteClient(linking, () => options.lost("lost"));
  try {
    return await openAsync(client, engineOf(counters, source), options);
  } catch (error) {
    await client.close();
    throw dataError(error, "no");
  }
}

/** What can still be read of a damaged database elsewhere. */
export async function* recoverRemote(
  linking: Linking,
  counters: string,
  source: string,
): AsyncGenerator<{ readonly table: string; readonly row: StoredRow }> {
  const client = new RemoteClient(linking, () => {});
  try {
    yield* engineOf(counters, source).recover((statements) => client.read(statements));
  } catch (error) {
    throw dataError(error);
  } finally {
    await client.close();
  }
}
