import { uuidSource } from "../../../schema/uuid.ts";
import type { DriverOptions, TableDef } from "../../../db/driver.ts";
import { creationOf } from "../../../db/create.ts";
import { changeStatements } from "../change.ts";
import type { Writes } from "../write.ts";
import type { Connection } from "./connection.ts";
import { Failure } from "../failure.ts";
import { addCommit, readMeta, writeMeta } from "./log.ts";

/**
 * Makes tables of the core's own that are missing, as a commit that others hear of. Nobody holds writes
 * in place meanwhile; while somebody has reserved the next commit, the database is busy.
 */
export function createTables(
  connection: Connection,
  writes: Writes,
  options: DriverOptions,
  tables: readonly TableDef[],
): void {
  const { client, outside } = connection;
  connection.check();
  connection.park();
  if (outside.logged && !creationOf(readMeta(client), tables)) return;
  if (connection.reserved) {
    throw new Failure(
      new Error("Cannot make tables as nobody has reserved the next commit: database is locked"),
    );
  }
  connection.lock();
  const names = tables.map(({ name }) => name);
  let { seq } = outside;
  try {
    const creation = creationOf(readMeta(client), tables); // another may have been first
    if (!creation) return connection.rollback();
    for (const change of creation.changes) {
      for (const { text, params } of changeStatements(writes.dialect, change)) {
        client.run(text, params);
      }
    }
    for (const [key, value] of creation.meta) writeMeta(client, key, value);
    const [id, time] = [uuidSource(options.now)(), options.now()];
    const info = { id, time, kind: "migration", origin: undefined } as const;
    addCommit(client, ++seq, info, names, outside.strangers);
    outside.wrote(undefined);
    connection.commit();
  } catch (error) {
    connection.abort();
    throw error;
  }
  outside.seq = seq;
  outside.strangers = false;
  outside.logged = true;
  options.outside({ seq, tables: names });
}
