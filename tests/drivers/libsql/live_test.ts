import { freezeRows } from "../../../engine/mod.ts";
import { testDatabaseLive, testSharedLive } from "../../live/database.ts";
import { openAt, openOnFile } from "./open.ts";

freezeRows(true); // what writes to a row that was given out fails here

testDatabaseLive("libsql on a file", openOnFile, "asked slowly");
testSharedLive("libsql on a file", () => {
  const folder = Deno.makeTempDirSync({ prefix: "strata_" });
  return {
    open: (schema) => openAt(`file:${folder}/data.db`, schema),
    remove: () => Deno.removeSync(folder, { recursive: true }),
  };
});
