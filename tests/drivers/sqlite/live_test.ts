import { freezeRows } from "../../../engine/mod.ts";
import { testDatabaseLive, testSharedLive, turn } from "../../live/database.ts";
import { testRandomLive } from "../../live/database_random.ts";
import { openInMemory, openOn, openOnFile } from "./open.ts";

freezeRows(true); // what writes to a row that was given out fails here

testDatabaseLive("sqlite", openInMemory);
testDatabaseLive("sqlite file", openOnFile);
testSharedLive("sqlite file", () => {
  const folder = Deno.makeTempDirSync({ prefix: "strata_" });
  return {
    open: (schema) => openOn(`${folder}/data.db`, schema),
    remove: () => Deno.removeSync(folder, { recursive: true }),
  };
});
testRandomLive("sqlite", openInMemory, () => turn());
testRandomLive("sqlite file", openOnFile, () => turn());
