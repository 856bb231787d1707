import { acceptTests } from "./accept.ts";
import { changesTests } from "./changes.ts";
import { claimTests } from "./claim.ts";
import { constraintsTests } from "./constraints.ts";
import { defaultsAndNullsTests } from "./defaults_and_nulls.ts";
import { deleteTests } from "./delete.ts";
import { groupsTests } from "./groups.ts";
import { hostileTests } from "./hostile.ts";
import { insertTests } from "./insert.ts";
import { joinsTests } from "./joins.ts";
import { jsonPathsTests } from "./json_paths.ts";
import { limitsTests } from "./limits.ts";
import { nestedTests } from "./nested.ts";
import { operatorsTests } from "./operators.ts";
import { orderTests } from "./order.ts";
import { paramsTests } from "./params.ts";
import { readsTests } from "./reads.ts";
import { referencesTests } from "./references.ts";
import { selectDistinctTests } from "./select_distinct.ts";
import type { Open } from "./subject.ts";
import { type Register, type Suite, suiteOf } from "./suite.ts";
import { textMatchingTests } from "./text_matching.ts";
import { transactionsTests } from "./transactions.ts";
import { updateTests } from "./update.ts";
import { upsertReplaceTests } from "./upsert_replace.ts";
import { valuesTests } from "./values.ts";
import { windowsTests } from "./windows.ts";

export type { Open, Source } from "./subject.ts";

const PARTS: readonly ((suite: Suite) => void)[] = [
  insertTests,
  upsertReplaceTests,
  updateTests,
  deleteTests,
  claimTests,
  defaultsAndNullsTests,
  acceptTests,
  constraintsTests,
  referencesTests,
  readsTests,
  operatorsTests,
  orderTests,
  windowsTests,
  joinsTests,
  groupsTests,
  selectDistinctTests,
  paramsTests,
  jsonPathsTests,
  textMatchingTests,
  limitsTests,
  hostileTests,
  transactionsTests,
  nestedTests,
  changesTests,
  valuesTests,
];

/**
 * The contract as tests, for a store or a database alike: what `open` gives must be
 * empty, and is closed by each test.
 *
 * `register` is `Deno.test` unless given, so that the suite runs in a browser too.
 */
export function testSource(
  name: string,
  open: Open,
  register: Register = (title, fn) => Deno.test(title, fn),
): void {
  const suite = suiteOf(name, open, register);
  for (const part of PARTS) part(suite);
}
