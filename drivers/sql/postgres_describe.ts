import type { FoundTable } from "../../db/driver.ts";
import type { Run } from "./async/engine.ts";

/** The tables that names lead to without a schema, but for PostgreSQL's own and ours. */
const VISIBLE =
  "FROM pg_catalog.pg_class t JOIN pg_catalog.pg_namespace n ON n.oid = t.relnamespace " +
  "AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'";
const WHERE = "WHERE t.relkind IN ('r', 'p', 'v', 'm', 'f') AND t.relname NOT LIKE 'strata\\_%' " +
  "AND pg_catalog.pg_table_is_visible(t.oid)";

const COLUMNS = `SELECT t.relname, a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod), ` +
  `a.attnotnull, coalesce(array_position(k.indkey::int2[], a.attnum) + 1, 0), c.collname ${VISIBLE} ` +
  `JOIN pg_catalog.pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped ` +
  `LEFT JOIN pg_catalog.pg_index k ON k.indrelid = t.oid AND k.indisprimary ` +
  `LEFT JOIN pg_catalog.pg_collation c ON c.oid = a.attcollation ${WHERE} ` +
  `ORDER BY t.relname, a.attnum`;

// An index over some rows alone, or over expressions, is no rule for all rows.
const INDEXES =
  `SELECT t.relname, i.relname, x.indisunique, x.indisprimary, a.attname ${VISIBLE} ` +
  `JOIN pg_catalog.pg_index x ON x.indrelid = t.oid AND x.indisvalid AND x.indpred IS NULL ` +
  `AND x.indexprs IS NULL JOIN pg_catalog.pg_class i ON i.oid = x.indexrelid ` +
  `CROSS JOIN LATERAL unnest(x.indkey::int2[]) WITH ORDINALITY AS p(attnum, place) ` +
  `JOIN pg_catalog.pg_attribute a ON a.attrelid = t.oid AND a.attnum = p.attnum ${WHERE} ` +
  `AND p.place <= x.indnkeyatts ORDER BY t.relname, i.relname, p.place`;

/** A table as PostgreSQL describes it. */
export interface PostgresTable extends FoundTable {
  /** The collations of its columns of text, by their names. */
  readonly collations: ReadonlyMap<string, string>;
  /** The index of its primary key. */
  readonly keyIndex: string | undefined;
}

type Column = FoundTable["columns"][number];
interface Index {
  readonly name: string;
  readonly columns: string[];
  readonly unique: boolean;
}

/** The tables that names lead to. */
export async function describePostgres(run: Run): Promise<PostgresTable[]> {
  const [columns = [], indexes = []] = await run([
    { text: COLUMNS, params: [] },
    { text: INDEXES, params: [] },
  ]);
  const tables = new Map<string, {
    readonly columns: Column[];
    readonly indexes: Map<string, Index>;
    readonly collations: Map<string, string>;
    keyIndex: string | undefined;
  }>();
  for (const [table, column, type, notNull, key, collation] of columns) {
    const name = String(table);
    let found = tables.get(name);
    if (!found) {
      found = { columns: [], indexes: new Map(), collations: new Map(), keyIndex: undefined };
      tables.set(name, found);
    }
    const place = Number(key);
    found.columns.push({
      ...{ name: String(column), type: String(type), nullable: notNull !== true, key: place },
    });
    if (collation !== null) found.collations.set(String(column), String(collation));
  }
  for (const [table, index, unique, primary, column] of indexes) {
    const found = tables.get(String(table));
    const name = String(index);
    if (!found) continue;
    if (primary === true) found.keyIndex = name;
    else {
      const known = found.indexes.get(name) ?? { name, columns: [], unique: unique === true };
      known.columns.push(String(column));
      found.indexes.set(name, known);
    }
  }
  return [...tables].map(([name, found]) => ({
    ...{ name, ...found, indexes: [...found.indexes.values()] },
  }));
}
