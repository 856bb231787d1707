/**
 * Columns, tables and the rules of their values.
 *
 * @module
 */
export { bigint, boolean, bytes, date, integer, json, real, text } from "./column.ts";
export {
  DataError,
  type DataErrorCode,
  type DataErrorFields,
  type DataErrorRule,
} from "./errors.ts";
export { increment } from "./increment.ts";
export { table } from "./table.ts";
export type {
  AnyColumn,
  AnyTable,
  Column,
  Columns,
  Flat,
  Increment,
  Insert,
  InsertOf,
  Key,
  KeyColumn,
  KeyNames,
  KeyOf,
  Migration,
  Needed,
  Patch,
  PatchOf,
  Row,
  RowOf,
  Schema,
  StandardSchema,
  StoredRow,
  t,
  Table,
  TableOptions,
  TupleOf,
} from "./types.ts";
