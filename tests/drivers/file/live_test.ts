import { openDatabase } from "../../../mod.ts";
import { fileDriver } from "../../../drivers/file.ts";
import { freezeRows } from "../../../engine/mod.ts";
import {
  testDatabaseLive,
  testHydration,
  testRandomLive,
  testSharedLive,
  turn,
} from "../../live/database.ts";

freezeRows(true); // what writes to a row that was given out fails here

const folder = Deno.makeTempDirSync({ prefix: "strata_" });
addEventListener("unload", () => Deno.removeSync(folder, { recursive: true }));
let files = 0;
const newFile = () => `${folder}/${files++}.strata`;

testDatabaseLive("file", (schema) => openDatabase(schema, fileDriver(newFile())), "maintained");
testSharedLive("file", () => {
  const path = newFile();
  return { open: (schema) => openDatabase(schema, fileDriver(path)), remove: () => {} };
});
testHydration("file", (schema) => openDatabase(schema, fileDriver(newFile())), () => turn(), 40);
testRandomLive("file", (schema) => openDatabase(schema, fileDriver(newFile())), () => turn());
