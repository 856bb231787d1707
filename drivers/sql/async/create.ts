import { encode } from "../../../schema/codec.ts";
import { uuidSource } from "../../../schema/uuid.ts";
import type { TableDef } from "../../../db/driver.ts";
import { creationOf } from "../../../db/create.ts";
import { changeStatements } from "../change.ts";
import { metaOf } from "../log.ts";
import type { AsyncConnection } from "./connection.ts";

/** Makes tables of the core's own that are missing, as a commit that others hear of; in the lane. */
export async function createTables(
  connection: AsyncConnection,
  tables: readonly TableDef[],
): Promise<void> {
  const { client, engine: { dialect, log }, options, outside } = connection;
  await connection.park();
  if (outside.logged) {
    const [meta = []] = await client.read([log.meta]);
    if (!creationOf(metaOf(meta), tables)) return;
  }
  const place = await connection.begin("commit", {});
  const { transaction } = place;
  const names = tables.map(({ name }) => name);
  const seq = outside.seq + 1;
  try {
    const [meta = []] = await transaction.run([log.meta]);
    const creation = creationOf(metaOf(meta), tables); // another may have been first
    if (!creation) return await connection.undo(place);
    const [id, time] = [uuidSource(options.now)(), options.now()];
    const { strangers } = outside;
    const rows = await transaction.commit([
      ...creation.changes.flatMap((change) => changeStatements(dialect, change)),
      ...creation.meta.map(([key, value]) => log.setMeta(key, encode(value))),
      ...log.add({ seq, id, time, kind: "migration", origin: undefined, tables: names, strangers }),
      ...(client.limits.tracked ? [log.head(false)] : []),
    ]);
    if (client.limits.tracked) outside.mine(rows.at(-1));
  } catch (error) {
    await transaction.rollback();
    throw error;
  }
  outside.committed(seq);
  options.outside({ seq, tables: names });
}
