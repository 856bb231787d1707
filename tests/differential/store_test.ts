import { freezeRows } from "../../engine/mod.ts";
import { createStore } from "../../mod.ts";
import type { DifferentialSource } from "./api.ts";
import { testDifferential } from "./differential.ts";

freezeRows(true); // what writes to a row that was given out fails here

// Generated tables have no static types, so the store is used without them.
testDifferential(
  "createStore()",
  (schema) => createStore(schema as never) as unknown as DifferentialSource,
);
