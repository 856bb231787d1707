import { besideTests } from "./transactions/beside.ts";
import { contentionTests } from "./transactions/contention.ts";
import { insideTests } from "./transactions/inside.ts";
import { isolationTests } from "./transactions/isolation.ts";
import { nestedTests } from "./transactions/nested.ts";
import { runsTests } from "./transactions/runs.ts";
import { serialTests } from "./transactions/serial.ts";
import { type DatabaseSuite, type OpenDatabase, suiteOf } from "./subject.ts";

const PARTS: readonly ((suite: DatabaseSuite) => void)[] = [
  insideTests,
  nestedTests,
  runsTests,
  isolationTests,
  besideTests,
  contentionTests,
  serialTests,
];

/** What transactions keep, for every driver: what `open` gives is empty, and closed by each test. */
export function testTransactions(name: string, open: OpenDatabase): void {
  const suite = suiteOf(name, open);
  for (const part of PARTS) part(suite);
}
