import { userKey } from "../../schema/key.ts";
import type { Views } from "./handle.ts";
import { counted, type LiveTables, rowsView } from "./rows_view.ts";
import { View } from "./view.ts";
import type { Watching } from "./watching.ts";

/** A source with its tables in memory. */
export interface TableSource extends LiveTables {
  /** @throws {DataError} With code `"closed"` once closed. */
  check(): void;
  /** @throws {TypeError} When the schema has no such value. */
  getValue(name: string): unknown;
}

/** The views of a source whose tables are in memory: results are maintained. */
export function tableViews(source: TableSource, watching: Watching): Views {
  return {
    check: () => source.check(),
    ended: watching.ended,
    rows: (name, ast) => rowsView(source, watching, name, ast),
    count(name, ast) {
      const view = rowsView(source, watching, name, counted(ast));
      return {
        read: () => view.read()?.length,
        status: view.status,
        get error() {
          return view.error;
        },
      };
    },
    row(table, key) {
      const { def } = source.data(table);
      const at = userKey(def, key);
      const name = `row ${JSON.stringify(def.name)} ${typeof at} ${at}`;
      return watching.share(name, () =>
        new View<unknown>(watching, {
          topics: [{ on: def, guard: { columns: def.key, keys: [at] } }],
          compute: () => source.data(def).get(at),
        }));
    },
    value(name) {
      source.getValue(name);
      return watching.share(`value ${name}`, () =>
        new View<unknown>(watching, {
          topics: [{ on: name }],
          compute: () => source.getValue(name),
        }));
    },
  };
}
