import { freezeRows } from "../../../engine/mod.ts";
import { type Database, openDatabase, type OpenOptions, type Schema } from "../../../mod.ts";
import { fileDriver } from "../../../drivers/file.ts";
import { testSource } from "../../conformance/mod.ts";
import { testDifferential } from "../../differential/differential.ts";
import { testModel } from "../../model/model.ts";
import { testDatabaseReplay } from "../../replay/database.ts";

freezeRows(true); // what writes to a row that was given out fails here

const folder = Deno.makeTempDirSync({ prefix: "strata_" });
addEventListener("unload", () => Deno.removeSync(folder, { recursive: true }));
let count = 0;

/** A database in a file of its own, opened a second time after its layout was made. */
async function open(schema: Schema, options?: OpenOptions): Promise<Database> {
  const path = `${folder}/${count++}.strata`;
  await (await openDatabase(schema, fileDriver(path), options)).close();
  return await openDatabase(schema, fileDriver(path), options);
}

testSource("file", open);
testModel("file", open);
testDatabaseReplay("file", open);
testDifferential(
  "file",
  // Generated tables have no static types, so the database is used without them.
  async (schema) => await open(schema as never) as never,
  { queries: 300 },
);
