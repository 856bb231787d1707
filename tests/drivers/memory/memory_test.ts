import { freezeRows } from "../../../engine/mod.ts";
import { openDatabase } from "../../../mod.ts";
import { memoryDriver } from "../../../drivers/memory.ts";
import { testSource } from "../../conformance/mod.ts";
import { testDifferential } from "../../differential/differential.ts";
import { testModel } from "../../model/model.ts";
import { testDatabaseReplay } from "../../replay/database.ts";

freezeRows(true); // what writes to a row that was given out fails here

testSource("memory", (schema, options) => openDatabase(schema, memoryDriver(), options));
testModel("memory", (schema, options) => openDatabase(schema, memoryDriver(), options));
testDatabaseReplay("memory", (schema, options) => openDatabase(schema, memoryDriver(), options));
testDifferential(
  "memory",
  // Generated tables have no static types, so the database is used without them.
  async (schema) => await openDatabase(schema as never, memoryDriver()) as never,
);
