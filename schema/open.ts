import { ColumnBuilder, type OnDelete } from "./column.ts";
import { quote } from "./errors.ts";
import { checkDistinct, checkName } from "./names.ts";
import { ColumnDef, type TableDef, tableDef } from "./table.ts";
import type { Schema } from "./types.ts";

/** A column of `child` whose values are those of `target`, a key or unique column of `parent`. */
export interface Reference {
  readonly child: TableDef;
  readonly column: ColumnDef;
  readonly parent: TableDef;
  readonly target: ColumnDef;
  readonly onDelete: OnDelete;
}

/** A schema that was looked through; `references` are all of its tables'. */
export interface SchemaDef {
  readonly tables: readonly TableDef[];
  readonly byName: ReadonlyMap<string, TableDef>;
  readonly values: ReadonlyMap<string, ColumnDef>;
  readonly version: number;
  readonly references: readonly Reference[];
}

/**
 * Looks a schema through: names, references, values, version.
 *
 * @throws {TypeError} When two names are equal, a reference has no target of its type, or a part is none.
 * @throws {RangeError} When the version is no positive integer.
 */
export function openSchema(schema: Schema): SchemaDef {
  if (typeof schema !== "object" || schema === null || !Array.isArray(schema.tables)) {
    throw new TypeError("Cannot open a schema as it lists its tables: got something else");
  }
  const tables = schema.tables.map(tableDef);
  checkDistinct("table", tables.map(({ name }) => name));
  const byName = new Map(tables.map((def) => [def.name, def]));
  const version = schema.version ?? 1;
  if (!Number.isSafeInteger(version) || version < 1) {
    throw new RangeError("Cannot open a schema as versions are 1, 2, 3: got another version");
  }
  return {
    tables,
    byName,
    values: openValues(schema),
    version,
    references: openReferences(byName),
  };
}

function openValues(schema: Schema): Map<string, ColumnDef> {
  const values = new Map<string, ColumnDef>();
  const names = Object.keys(schema.values ?? {});
  names.forEach((name) => checkName("value", name));
  checkDistinct("value", names);
  names.forEach((name, i) => {
    const builder: unknown = schema.values?.[name];
    if (
      !(builder instanceof ColumnBuilder) || builder.spec.key || builder.spec.reference ||
      builder.spec.unique
    ) {
      throw new TypeError(
        `Cannot declare the value ${
          quote(name)
        } as it is a plain column: it is a key, unique, a reference or none`,
      );
    }
    const column = new ColumnDef("", name, builder.spec, i);
    column.ownDefault();
    values.set(name, column);
  });
  return values;
}

function openReferences(byName: ReadonlyMap<string, TableDef>): Reference[] {
  const references: Reference[] = [];
  for (const child of byName.values()) {
    for (const column of child.columns) {
      const { reference } = column.spec;
      if (!reference) continue;
      const refuse = (state: string) =>
        new TypeError(
          `Cannot reference ${quote(reference.target)} from ${quote(child.name)}.${
            quote(column.name)
          } ` +
            `as the target is a key or unique column of the same type: ${state}`,
        );
      // Names hold no dot, so the first one parts table and column.
      const [table = "", name] = reference.target.split(".", 2);
      const parent = byName.get(table);
      if (!parent) throw refuse("there is no such table");
      const target = name === undefined ? parent.key[0] : parent.byName.get(name);
      if (!target) throw refuse("there is no such column");
      const alone = parent.key.length === 1 && parent.key[0] === target ||
        parent.indexes.some(({ unique, columns }) =>
          unique && columns.length === 1 && columns[0] === target
        );
      if (!alone) throw refuse("it is not unique by itself");
      if (target.type !== column.type) throw refuse("the types differ");
      if (reference.onDelete === "setNull" && !column.spec.nullable) {
        throw refuse("setNull needs an optional column");
      }
      references.push({ child, column, parent, target, onDelete: reference.onDelete });
    }
  }
  return references;
}
