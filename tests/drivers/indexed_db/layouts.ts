import type { Driver, TableDef } from "../../../db/driver.ts";
import { indexedDbDriver } from "../../../drivers/indexed_db.ts";

/** How the tables of a schema are kept: all in a log, all a record a row, or in turn. */
export type Layouts = "log" | "rows" | "mixed";

function layoutOf(tables: readonly TableDef[], layouts: Layouts): Record<string, "log" | "rows"> {
  const own = tables.filter(({ name }) => !name.startsWith("strata_"));
  return Object.fromEntries(own.map(({ name }, i) => [
    name,
    layouts === "rows" || layouts === "mixed" && i % 2 === 0 ? "rows" : "log",
  ]));
}

/** A driver on IndexedDB that keeps the tables of whatever schema it is opened with so. */
export function layoutDriver(factory: IDBFactory, name: string, layouts: Layouts): Driver {
  const plain = indexedDbDriver(factory, { name });
  return {
    ...plain,
    open(options) {
      const layout = layoutOf(options.tables, layouts);
      return indexedDbDriver(factory, { name, layout }).open(options);
    },
  };
}
