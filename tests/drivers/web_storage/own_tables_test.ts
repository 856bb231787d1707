import { openDatabase } from "../../../mod.ts";
import { webStorageDriver } from "../../../drivers/web_storage.ts";
import { memoryStorage } from "../../../webstorage/mod.ts";
import { testOwnTables } from "../../db/own_tables.ts";

testOwnTables({
  name: "webStorage",
  shared: true,
  make() {
    const driver = webStorageDriver(memoryStorage(), { name: "own tables" });
    return {
      open: (schema, options, through = (driver) => driver) =>
        openDatabase(schema, through(driver), options),
      remove: () => {},
    };
  },
});
