import { freezeRows } from "../../../engine/mod.ts";
import type { Register } from "../../conformance/suite.ts";
import type { PlaceKind } from "../../support/places.ts";
import { testCacheFaults } from "./faults.ts";
import { testCacheKeeping } from "./keeping.ts";
import { testCacheMaking } from "./making.ts";
import { testCacheModel } from "./model.ts";
import { suiteOf, testCacheVerbs } from "./suite.ts";

freezeRows(true); // what writes to a row that was given out fails here

/** What caches keep, on one driver. */
export function testCacheOn(
  kind: PlaceKind,
  verbs = 1_000,
  register: Register = (title, fn) => Deno.test(title, fn),
): void {
  const suite = suiteOf(kind, register);
  testCacheVerbs(suite);
  testCacheKeeping(suite, kind.shared);
  testCacheMaking(suite, kind.shared);
  testCacheModel(suite, verbs);
  testCacheFaults(suite);
}
