import { freezeRows } from "../../../engine/mod.ts";
import { testSource } from "../../conformance/mod.ts";
import type { DifferentialSource } from "../../differential/api.ts";
import { testDifferential } from "../../differential/differential.ts";
import { openNew } from "./open.ts";

freezeRows(true); // what writes to a row that was given out fails here

testSource("postgres.js", openNew);
testDifferential(
  "openDatabase(postgres.js)",
  // Generated tables have no static types, so the source is used without them.
  async (schema) => await openNew(schema as never) as unknown as DifferentialSource,
  { exactSums: false, queries: 50 }, // ten times as many with STRATA_LONG
);
