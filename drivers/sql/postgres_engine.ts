import type { ColumnType } from "../../schema/compare.ts";
import type { TableDef } from "../../schema/table.ts";
import type { AsyncEngine, Run } from "./async/engine.ts";
import { postgresDialect } from "./postgres.ts";
import { describePostgres, type PostgresTable } from "./postgres_describe.ts";
import { postgresLog } from "./postgres_log.ts";
import { recoverPostgres } from "./postgres_recover.ts";
import { isAlike } from "./postgres_types.ts";
import { postgresViolation } from "./postgres_violation.ts";
import { Writes } from "./write.ts";

/** Expressions that give another value each time. */
const FRESH: Record<ColumnType, string> = {
  text: "gen_random_uuid()::text",
  integer: "(random() * 9007199254740991)::bigint",
  bigint: "('x' || left(md5(gen_random_uuid()::text), 16))::bit(64)::bigint",
  real: "random()",
  boolean: "TRUE",
  date: "to_timestamp(random() * 253402300799)",
  bytes: "decode(md5(gen_random_uuid()::text), 'hex')",
  json: "to_json(gen_random_uuid()::text)",
};

/** The columns of a schema's tables that have other types than ours would have. */
function foreignTypes(
  tables: readonly TableDef[],
  found: ReadonlyMap<string, PostgresTable>,
): Map<string, Map<string, string>> {
  const foreign = new Map<string, Map<string, string>>();
  for (const def of tables) {
    const there = found.get(def.name);
    for (const { name, type } of there?.columns ?? []) {
      const column = def.byName.get(name);
      const collation = there?.collations.get(name);
      const declared = collation === undefined ? type : `${type} "${collation}"`;
      if (!column || isAlike(column.type, declared)) continue;
      const columns = foreign.get(def.name) ?? new Map<string, string>();
      foreign.set(def.name, columns.set(name, type));
    }
  }
  return foreign;
}

/** PostgreSQL as an asynchronous session uses it. Tables that are there may have been made by others. */
export async function postgresEngine(
  tables: readonly TableDef[],
  run: Run,
): Promise<AsyncEngine> {
  const found = new Map((await describePostgres(run)).map((table) => [table.name, table]));
  const dialect = postgresDialect(foreignTypes(tables, found));
  return {
    dialect,
    writes: new Writes(dialect, (type) => FRESH[type]),
    log: postgresLog,
    describe: describePostgres,
    violation: (failure, concerned) => postgresViolation(failure, concerned, dialect, found),
    recover: recoverPostgres,
  };
}
