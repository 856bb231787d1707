import { keyIn, mapKeyOf } from "../schema/key.ts";
import type { ColumnDef } from "../schema/table.ts";
import type { StoredRow } from "../schema/types.ts";
import type { OrderedIndex } from "./ordered_index.ts";
import type { Match } from "./references.ts";
import type { TableData } from "./table_data.ts";

const NONE: readonly StoredRow[] = [];

/** The rows of a table whose columns have the values of one of some lists, each row once. */
export function matching(
  data: TableData,
  { columns, values }: Omit<Match, "table" | "ask">,
): readonly StoredRow[] {
  const lookup = lookupOf(data, columns);
  const [only] = values;
  if (values.length === 1 && only) return lookup(only);
  const found = new Set<StoredRow>();
  for (const list of values) for (const row of lookup(list)) found.add(row);
  return [...found];
}

function isSame(a: readonly ColumnDef[], b: readonly ColumnDef[]): boolean {
  return a.length === b.length && a.every((column, i) => column === b[i]);
}

/** Finds rows by key, by unique values, by an index that begins with the columns, or by looking at all. */
function lookupOf(
  data: TableData,
  columns: readonly ColumnDef[],
): (values: readonly unknown[]) => readonly StoredRow[] {
  const { key, indexes } = data.def;
  const one = (row: StoredRow | undefined) => row ? [row] : NONE;
  const hasNull = (values: readonly unknown[]) => values.some((value) => value === null);
  if (isSame(columns, key)) return (values) => one(data.get(mapKeyOf(values)));
  const unique = indexes.find((index) => index.unique && isSame(index.columns, columns));
  if (unique) {
    return (values) => hasNull(values) ? NONE : one(data.getUnique(unique, mapKeyOf(values)));
  }
  const index = indexes.find((item) => isSame(item.columns.slice(0, columns.length), columns));
  if (index) {
    const order = data.order(index);
    return (values) => hasNull(values) ? NONE : rangeOf(order, columns, values);
  }
  const byValue = new Map<unknown, StoredRow[]>();
  data.each((row) => {
    if (columns.some(({ name }) => row[name] === null)) return true;
    const value = keyIn(columns, row);
    const list = byValue.get(value);
    if (list) list.push(row);
    else byValue.set(value, [row]);
    return true;
  });
  return (values) => hasNull(values) ? NONE : byValue.get(mapKeyOf(values)) ?? NONE;
}

/** The rows of an index that have these values in its first columns. */
function rangeOf(
  order: OrderedIndex,
  columns: readonly ColumnDef[],
  values: readonly unknown[],
): StoredRow[] {
  const bound = (row: StoredRow): number => {
    for (const [i, { name, compare }] of columns.entries()) {
      const result = compare(row[name], values[i]);
      if (result !== 0) return result;
    }
    return 0;
  };
  const found: StoredRow[] = [];
  order.each(
    order.seek(bound, false),
    order.seek(bound, true),
    false,
    (row) => found.push(row) > 0,
  );
  return found;
}
