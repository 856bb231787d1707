import { type MapKey, mapKey, tupleKey } from "../schema/key.ts";
import type { Access, IndexRange } from "./access.ts";
import type { Edge } from "./bounds.ts";
import type { Bound, Visit } from "./ordered_index.ts";
import type { TableData } from "./table_data.ts";

/** The rows that an access reaches, before its residual; false when `visit` ended the walk. */
export function eachRow(data: TableData, access: Access, visit: Visit, after?: Bound): boolean {
  if (access.keys) {
    for (const values of access.keys()) {
      const key: MapKey = values.length === 1 ? mapKey(values[0]) : tupleKey(values);
      const row = access.unique ? data.getUnique(access.unique, key) : data.get(key);
      if (row && (!after || after(row) > 0) && !visit(row)) return false;
    }
    return true;
  }
  // Key order is the order of the table itself while keys come in order.
  const plain = access.kind === "scan" && !access.desc && !after && data.inOrder;
  if (!access.range || plain) return data.each(visit);
  const { list, low, high } = access.range;
  if (list) {
    const values = new Map(list.map((value) => [mapKey(value), value]));
    for (const value of values.values()) {
      const edge = { value: () => value, inclusive: true };
      if (!eachInRange(data, access.range, edge, edge, access.desc, visit)) return false;
    }
    return true;
  }
  const first = low?.value();
  const last = high?.value();
  if (first === null || last === null) return true; // a range with null holds nothing
  return eachInRange(data, access.range, low, high, access.desc, visit, after);
}

function eachInRange(
  data: TableData,
  { index, columns, equal }: IndexRange,
  low: Pick<Edge, "value" | "inclusive"> | undefined,
  high: Pick<Edge, "value" | "inclusive"> | undefined,
  desc: boolean,
  visit: Visit,
  after?: Bound,
): boolean {
  const order = data.order(index);
  const values = equal.map((value) => value());
  const against = (all: readonly unknown[]): Bound => (row) => {
    for (let i = 0; i < all.length; i++) {
      const column = columns[i];
      const order = column ? column.compare(row[column.name], all[i]) : 0;
      if (order !== 0) return order;
    }
    return 0;
  };
  const prefix = against(values);
  const edge = (value: unknown, past: boolean) => order.seek(against([...values, value]), past);
  let from = values.length > 0 ? order.seek(prefix, false) : 0;
  let to = values.length > 0 ? order.seek(prefix, true) : order.end;
  // Without a lower end a range begins after the nulls.
  if (low) from = edge(low.value(), !low.inclusive);
  else if (high) from = edge(null, true);
  if (high) to = edge(high.value(), high.inclusive);
  if (after) {
    // The position lies among rows with the same equal values; a walk back goes against it.
    const position = order.seek((row) => prefix(row) || (desc ? -after(row) : after(row)), !desc);
    if (desc) to = Math.min(to, position);
    else from = Math.max(from, position);
  }
  return from >= to || order.each(from, to, desc, visit);
}
