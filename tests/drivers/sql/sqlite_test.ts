import { assert } from "@std/assert";
import { freezeRows } from "../../../engine/mod.ts";
import { testSource } from "../../conformance/mod.ts";
import type { DifferentialSource } from "../../differential/api.ts";
import { testDifferential } from "../../differential/differential.ts";
import { CheckedPlans } from "./checked_plans.ts";
import { openSource } from "./source.ts";

freezeRows(true); // what writes to a row that was given out fails here

/** What SQLite may refuse, so that memory answers. */
const REFUSALS = ["malformed JSON", "integer overflow"];

/** All plans that the suites below ask for. */
const checked = { found: 0, compiled: 0 };

testSource(
  "SQL in SQLite",
  (schema, options) => openSource(schema, options, new CheckedPlans(checked)),
);

testDifferential(
  "SQL in SQLite",
  (schema) => {
    const source = openSource(schema as never, {}, new CheckedPlans(checked));
    const { shadow } = source;
    const all = shadow.all.bind(shadow);
    shadow.all = (ast) => {
      const rows = all(ast);
      for (const message of shadow.refused) assert(REFUSALS.includes(message), message);
      shadow.asked = [];
      return rows;
    };
    // Generated tables have no static types, so the source is used without them.
    return source as unknown as DifferentialSource;
  },
  { exactSums: false },
);

Deno.test("SQL in SQLite finds most plans by shape when the values are others", () => {
  assert(checked.compiled > 1_000, `${checked.compiled} compiled`);
  assert(checked.found > checked.compiled, `${checked.found} found, ${checked.compiled} compiled`);
});
