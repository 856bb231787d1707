import { freezeRows } from "../../../engine/mod.ts";
import { testDatabaseLive, testRandomLive, testSharedLive, turn } from "../../live/database.ts";
import { openInMemory, openOn, openOnFile } from "./open.ts";

freezeRows(true); // what writes to a row that was given out fails here

testDatabaseLive("sqlite", openInMemory, "asked");
testDatabaseLive("sqlite file", openOnFile, "asked");
testSharedLive("sqlite file", () => {
  const folder = Deno.makeTempDirSync({ prefix: "strata_" });
  return {
    open: (schema) => openOn(`${folder}/data.db`, schema),
    remove: () => Deno.removeSync(folder, { recursive: true }),
  };
});
testRandomLive("sqlite", openInMemory, () => turn());
testRandomLive("sqlite file", openOnFile, () => turn(), 30);
