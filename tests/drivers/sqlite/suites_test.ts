import { freezeRows } from "../../../engine/mod.ts";
import { testSource } from "../../conformance/mod.ts";
import type { DifferentialSource } from "../../differential/api.ts";
import { testDifferential } from "../../differential/differential.ts";
import { testModel } from "../../model/model.ts";
import { testDatabaseReplay } from "../../replay/database.ts";
import { openInMemory, openOnFile } from "./open.ts";

freezeRows(true); // what writes to a row that was given out fails here

testDatabaseReplay("sqlite in memory", openInMemory);
testDatabaseReplay("sqlite on a file", openOnFile);
testSource("sqlite on a file", openOnFile);
testModel("sqlite on a file", openOnFile);
testDifferential(
  "sqlite on a file",
  (schema) => openOnFile(schema as never) as unknown as DifferentialSource,
  { exactSums: false },
);
