import { engineOf, insertRows } from "../engine/mod.ts";
import { readQuery } from "../query/parse.ts";
import type { Store } from "../store/mod.ts";
import type { Item } from "./page.ts";
import { addRow, collectWholeRows, type RowsByTable } from "./whole_rows.ts";

/** Puts a dehydrated item into a store: all of a store, or rows and values where it has none. */
export function hydrateStore(store: Store, { kind, value, query, table, of }: Item): void {
  if (kind === "store") return store.fromJSON(value);
  const engine = engineOf(store);
  const rows: RowsByTable = new Map();
  if (kind === "rows" && Array.isArray(value)) {
    collectWholeRows(readQuery(engine.schema, query).ast, value, rows);
  } else if (kind === "row" && value) {
    const def = engine.schema.byName.get(String(table));
    // A row that was dehydrated is an object.
    if (def) addRow(def, value as Readonly<Record<string, unknown>>, rows);
  }
  engine.write(() => {
    for (const [def, list] of rows) insertRows(engine, def, list, "ignore");
    if (kind === "value" && value !== null && engine.getValue(String(of)) === null) {
      engine.setValue(String(of), value);
    }
  }, { kind: "seed" });
}
