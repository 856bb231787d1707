import type { Setup } from "./driver.ts";
import type { TableDef } from "../schema/table.ts";
export function setupOf(_schema: unknown, _def: unknown, tables: readonly TableDef[], _o: unknown) {
  return {
    async setup(layout: Setup) {
      for (const table of tables) await layout.change({ change: "createTable", table });
      layout.setMeta("layout", 1);
    },
    ready: (meta: ReadonlyMap<string, unknown>) => meta.has("layout"),
    check: () => Promise.resolve([]),
  };
}
