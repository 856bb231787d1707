import { DataError } from "../../schema/errors.ts";
import type { ColumnDef, TableDef } from "../../schema/table.ts";
import { taken } from "../../engine/write.ts";
import { dataError, Failure } from "./failure.ts";

const UNIQUE = "UNIQUE constraint failed: ";

/** The error of a broken rule; any other as it is. */
export function violation(error: unknown, table: TableDef): unknown {
  if (!(error instanceof Failure) || error.kind !== "constraint") return error;
  const at = error.words.indexOf(UNIQUE);
  if (at >= 0) {
    const named = error.words.slice(at + UNIQUE.length).trim();
    const names = (columns: readonly ColumnDef[]) =>
      columns.map(({ name }) => `${table.name}.${name}`).join(", ");
    if (named === names(table.key)) return taken(table, undefined);
    const index = table.indexes.find(({ unique, columns }) => unique && named === names(columns));
    if (index) return taken(table, index);
  }
  const general = dataError(error);
  if (!(general instanceof DataError)) return general;
  return new DataError("constraint", general.message, {
    ...{ table: table.name, cause: error.cause },
    ...(general.rule && { rule: general.rule }),
  });
}
