import type { Register } from "../conformance/suite.ts";
import { besideTests } from "./transactions/beside.ts";
import { contentionTests } from "./transactions/contention.ts";
import { errorsTests } from "./transactions/errors.ts";
import { insideTests } from "./transactions/inside.ts";
import { isolationTests } from "./transactions/isolation.ts";
import { nestedTests } from "./transactions/nested.ts";
import { runsTests } from "./transactions/runs.ts";
import { serialTests } from "./transactions/serial.ts";
import { togetherTests } from "./transactions/together.ts";
import { type DatabaseSuite, type OpenDatabase, suiteOf } from "./subject.ts";

const PARTS: readonly ((suite: DatabaseSuite) => void)[] = [
  insideTests,
  nestedTests,
  runsTests,
  isolationTests,
  besideTests,
  togetherTests,
  errorsTests,
  contentionTests,
  serialTests,
];

/** What transactions keep, for every driver: what `open` gives is empty, and closed by each test. */
export function testTransactions(
  name: string,
  open: OpenDatabase,
  register: Register = (title, fn) => Deno.test(title, fn),
): void {
  const suite = suiteOf(name, open, register);
  for (const part of PARTS) part(suite);
}
