import { DataError, openDatabase } from "../../../mod.ts";
import { memoryDriver } from "../../../drivers/memory.ts";
import { testFaults } from "../../db/faults.ts";
import { schema } from "../../db/faults/scenario.ts";
import { withFaults } from "../../support/faults.ts";

testFaults("memory", {
  errors: {
    "an error of its own": () => new Error("fault"),
    "full": () => new DataError("full", "Cannot write as there is space: it is full"),
  },
  stride: 3,
  place() {
    const driver = memoryDriver();
    return {
      open: (faults) => openDatabase(schema, withFaults(driver, faults)),
      remove: () => {},
    };
  },
});
