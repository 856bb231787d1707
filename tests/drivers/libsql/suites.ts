import type { Database, OpenOptions, Schema } from "../../../mod.ts";
import { testSource } from "../../conformance/mod.ts";
import { testTransactions } from "../../db/transactions.ts";
import { testDifferential } from "../../differential/differential.ts";
import { testModel } from "../../model/model.ts";
import { setting } from "../../model/runs.ts";
import { testDatabaseReplay } from "../../replay/database.ts";

type Open = (schema: Schema, options?: OpenOptions) => Promise<Database>;

/** What takes so many ways to a server that its limit of time says nothing of the driver. */
const TIMED = /a slow transaction among 100 increments/;

/**
 * The suites of a database: ten times as many histories and queries with STRATA_LONG, and over a network
 * what takes the most ways only then.
 */
export function testSuites(name: string, open: Open, remote: boolean): void {
  const long = setting("STRATA_LONG") !== undefined;
  testModel(name, open, undefined, remote ? 5 : 20);
  testDifferential(
    name,
    // Generated tables have no static types, so the database is used without them.
    async (schema) => await open(schema as never) as never,
    { exactSums: false, queries: long ? 200 : remote ? 20 : 100 },
  );
  testDatabaseReplay(name, open, remote ? 3 : 10);
  if (remote && !long) return;
  testSource(name, open);
  testTransactions(name, open, (title, fn) => {
    if (!remote || !TIMED.test(title)) return Deno.test(title, fn);
    Deno.test.ignore(`${title} (its limit of time is for a database without a network)`, fn);
  });
}
