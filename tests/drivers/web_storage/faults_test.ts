import { openDatabase } from "../../../mod.ts";
import { webStorageDriver } from "../../../drivers/web_storage.ts";
import { memoryStorage } from "../../../webstorage/mod.ts";
import { testFaults } from "../../db/faults.ts";
import { schema } from "../../db/faults/scenario.ts";
import { faultyStorage } from "./faulty_storage.ts";

testFaults("webStorage", {
  errors: {
    "an error of its own": () => new DOMException("The profile is damaged", "UnknownError"),
  },
  stride: 3,
  place() {
    const storage = memoryStorage();
    return {
      open: (faults) =>
        openDatabase(schema, webStorageDriver(faultyStorage(faults, storage), { name: "faulty" })),
      remove: () => {},
    };
  },
});
