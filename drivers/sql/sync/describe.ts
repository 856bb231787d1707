import type { FoundTable } from "../../../db/driver.ts";
import { describeSqlite } from "../sqlite_describe.ts";
import type { SyncClient } from "./client.ts";

/** The tables and views of a database, without SQLite's own and ours. */
export function describeTables(client: SyncClient): FoundTable[] {
  const work = describeSqlite();
  let step = work.next();
  while (!step.done) {
    step = work.next(step.value.map(({ text, params }) => client.rows(text, params)));
  }
  return step.value;
}
