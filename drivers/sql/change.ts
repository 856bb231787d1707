import { foldName } from "../../schema/names.ts";
import type { ColumnDef, IndexDef, TableDef } from "../../schema/table.ts";
import type { LayoutChange } from "../../db/driver.ts";
import type { Statement } from "./compile.ts";
import type { Dialect } from "./dialect.ts";
import { encodeValue } from "./encode.ts";
import { createTable } from "./layout.ts";

const plain = (text: string): Statement => ({ text, params: [] });

/** The statements that change a layout, in order. */
export function changeStatements(dialect: Dialect, change: LayoutChange): Statement[] {
  const { quote } = dialect;
  const table = quote(change.table.name);
  switch (change.change) {
    case "createTable":
      return createTable(dialect, change.table).map(plain);
    case "dropTable":
      return [plain(`DROP TABLE ${table}`)];
    case "renameTable": {
      const { table: def, to } = change;
      return [
        ...steps(
          def.name,
          to.name,
          (from, name) => `ALTER TABLE ${quote(from)} RENAME TO ${quote(name)}`,
        ),
        ...dialect.renamed(def, to).map(plain),
        ...def.indexes.flatMap((index) => [
          plain(dropIndex(dialect, def, index)),
          plain(createIndex(dialect, to, index, def.withKey(index.columns))),
        ]),
      ];
    }
    case "addColumn":
      return addColumn(dialect, change.table, change.column, change.value);
    case "dropColumn":
      return [plain(`ALTER TABLE ${table} DROP COLUMN ${quote(change.column.name)}`)];
    case "renameColumn":
      return renameColumn(dialect, change.table, change.column, change.to);
    case "createIndex":
      return [plain(createIndex(
        dialect,
        change.table,
        change.index,
        change.table.withKey(change.index.columns),
      ))];
    case "dropIndex":
      return [plain(dropIndex(dialect, change.table, change.index))];
  }
}

/** Names may differ in the case of letters alone, which no engine renames in one step. */
function steps(from: string, to: string, text: (from: string, to: string) => string): Statement[] {
  if (foldName(from) !== foldName(to)) return [plain(text(from, to))];
  return [plain(text(from, "strata_renamed")), plain(text("strata_renamed", to))];
}

function dropIndex(dialect: Dialect, def: TableDef, index: IndexDef): string {
  return `DROP INDEX IF EXISTS ${dialect.quote(dialect.indexName(def, index))}`;
}

/** `whole` are the columns of the index with those of the key. */
function createIndex(
  dialect: Dialect,
  def: TableDef,
  index: IndexDef,
  whole: readonly Pick<ColumnDef, "name" | "spec">[],
): string {
  const of = index.unique ? whole.slice(0, index.columns.length) : whole;
  return `CREATE ${index.unique ? "UNIQUE " : ""}INDEX ${
    dialect.quote(dialect.indexName(def, index))
  } ON ${dialect.quote(def.name)} (${
    of.map(({ name, spec }) => dialect.indexed(dialect.quote(name), spec.nullable ?? false)).join(
      ", ",
    )
  })`;
}

function addColumn(
  dialect: Dialect,
  table: TableDef,
  { name, type, spec }: ColumnDef,
  value: unknown,
): Statement[] {
  const column = dialect.quote(name);
  const empty = spec.nullable ? "" : ` NOT NULL DEFAULT ${dialect.empty(type)}`;
  const add = `ALTER TABLE ${dialect.quote(table.name)} ADD COLUMN ${column} ` +
    `${dialect.columnType(type)}${empty}`;
  if (value === null || value === undefined) return [plain(add)];
  const text = `UPDATE ${dialect.quote(table.name)} SET ${column} = ${dialect.mark(1)}`;
  return [plain(add), { text, params: [encodeValue(dialect, type, value)] }];
}

function renameColumn(
  dialect: Dialect,
  table: TableDef,
  column: ColumnDef,
  to: string,
): Statement[] {
  const rename = ({ name }: ColumnDef) => name === column.name ? to : name;
  const indexes = table.indexes.filter(({ columns }) => columns.includes(column));
  return [
    ...indexes.map((index) => plain(dropIndex(dialect, table, index))),
    ...steps(
      column.name,
      to,
      (from, name) =>
        `ALTER TABLE ${dialect.quote(table.name)} RENAME COLUMN ${dialect.quote(from)} TO ` +
        dialect.quote(name),
    ),
    ...indexes.map((index) => {
      const names = (columns: readonly ColumnDef[]) =>
        columns.map((item) => ({ name: rename(item), spec: item.spec }));
      const name = index.columns.map(rename).join(".");
      return plain(
        createIndex(
          dialect,
          table,
          { ...index, name },
          names(table.withKey(index.columns)),
        ),
      );
    }),
  ];
}
