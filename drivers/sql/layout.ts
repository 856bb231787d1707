import type { ColumnDef, TableDef } from "../../schema/table.ts";
import type { Dialect } from "./dialect.ts";

function list(dialect: Dialect, columns: readonly ColumnDef[]): string {
  return columns.map(({ name }) => dialect.quote(name)).join(", ");
}

/**
 * The statements that make a table and its indexes.
 *
 * Columns have the user's names and no CHECK or REFERENCES, which the core sees to. An index has
 * the primary key appended, so that it serves the total order; a unique one has not, since it
 * would not be unique then.
 */
export function createTable(dialect: Dialect, def: TableDef): string[] {
  const columns = def.columns.map(({ name, type, spec }) =>
    `${dialect.quote(name)} ${dialect.columnType(type)}${spec.nullable ? "" : " NOT NULL"}`
  );
  const table = dialect.quote(def.name);
  const key = dialect.primaryKey(def, list(dialect, def.key));
  return [
    `CREATE TABLE ${table} (${[...columns, key].join(", ")})${dialect.tableOptions}`,
    ...def.indexes.map((index) => {
      const name = dialect.quote(dialect.indexName(def, index));
      const of = index.unique ? index.columns : def.withKey(index.columns);
      return `CREATE ${index.unique ? "UNIQUE " : ""}INDEX ${name} ON ${table} (${
        of.map((column) =>
          dialect.indexed(dialect.quote(column.name), column.spec.nullable ?? false)
        ).join(
          ", ",
        )
      })`;
    }),
    ...dialect.created(def),
  ];
}
