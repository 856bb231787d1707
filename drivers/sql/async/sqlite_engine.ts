import type { TableDef } from "../../../schema/table.ts";
import type { Dialect } from "../dialect.ts";
import type { Failure } from "../failure.ts";
import { describeSqlite } from "../sqlite_describe.ts";
import {
  addCommit,
  COMMITS_AFTER,
  COUNT_OWN,
  IS_KNOWN,
  LAST_SEQ,
  OWN_TABLES,
  READ_META,
  WRITE_META,
} from "../sqlite_log.ts";
import { recoverRows } from "../sqlite_recover.ts";
import { violation } from "../sqlite_violation.ts";
import { sqliteWrites } from "../sqlite_writes.ts";
import type { AsyncEngine, AsyncLog, Run } from "./engine.ts";

const plain = (text: string) => ({ text, params: [] });

/** Two counters of a connection: one moves when another commits, one with each row that it writes itself. */
const COUNTERS = "(SELECT data_version FROM pragma_data_version), total_changes()";

/** The same tables as those of a synchronous client, with the counters of a head as SQL. */
function sqliteLog(columns: string): AsyncLog {
  const counters = columns && `, ${columns}`;
  const head = plain(`SELECT (${LAST_SEQ})${counters}`);
  return {
    create: OWN_TABLES.map(plain),
    exists: plain(`SELECT (${COUNT_OWN}) = 2`),
    meta: plain(READ_META),
    setMeta: (key, value) => ({ text: WRITE_META, params: [key, value] }),
    head: () => head,
    bareHead: plain(`SELECT NULL${counters}`),
    after: (seq) => ({ text: COMMITS_AFTER, params: [seq] }),
    known: (id) => ({ text: IS_KNOWN, params: [id] }),
    add: ({ seq, tables, strangers, ...info }) => addCommit(seq, info, tables, strangers),
  };
}

/**
 * SQLite as an asynchronous session uses it. `tracked` where statements share a connection; `counters` are those
 * of a head, as SQL.
 */
export function sqliteEngine(
  dialect: Dialect,
  tracked: boolean,
  counters: string = tracked ? COUNTERS : "",
): AsyncEngine {
  return {
    dialect,
    writes: sqliteWrites(dialect),
    log: sqliteLog(counters),
    async describe(run) {
      const work = describeSqlite();
      let step = work.next();
      while (!step.done) step = work.next(step.value.length > 0 ? await run(step.value) : []);
      return step.value;
    },
    violation: violationOf,
    async *recover(run: Run) {
      const tables = await this.describe(run);
      yield* recoverRows(tables, async (text, params) => (await run([{ text, params }]))[0] ?? []);
    },
  };
}

/** SQLite names the table and columns of a unique value; of another rule any of the tables will do. */
function violationOf(failure: Failure, tables: readonly TableDef[]): unknown {
  const own = tables.find(({ name }) => failure.words.includes(` ${name}.`));
  const [table = own] = own ? [own] : tables;
  return table ? violation(failure, table) : failure;
}
