import { type Database, openDatabase, type OpenOptions, type Schema } from "../../../mod.ts";
import { sqliteWorkerDriver } from "../../../drivers/sqlite_worker.ts";
import { closing } from "../../db/subject.ts";
import type { Workers } from "./workers.ts";

type Open = (schema: Schema, options?: OpenOptions) => Promise<Database>;

/** Opens databases on files of their own, which are removed after them. */
export function onFiles({ take: worker }: Workers): Open {
  return async (schema, options) => {
    const folder = await Deno.makeTempDir({ prefix: "strata_" });
    const driver = sqliteWorkerDriver(`${folder}/data.db`, { worker });
    const db = await openDatabase(schema, driver, options);
    return closing(db, () => Deno.removeSync(folder, { recursive: true }));
  };
}

/** Opens databases in memory. */
export function inMemory({ take: worker }: Workers): Open {
  return (schema, options) =>
    openDatabase(schema, sqliteWorkerDriver(":memory:", { worker }), options);
}
