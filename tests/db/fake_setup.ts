import type { LayoutChange, Request, Setup } from "../../db/driver.ts";
import { setupOf, type SetupOptions } from "../../db/setup.ts";
import { changeTables, foundTables } from "../../drivers/log/change.ts";
import { ResidentTables } from "../../drivers/log/answers.ts";
import type { TableData } from "../../engine/mod.ts";
import type { Schema } from "../../mod.ts";
import { openSchema } from "../../schema/open.ts";

/** A setup over tables in memory, as a driver gives it, that shows what is asked of it. */
export class FakeSetup implements Setup {
  readonly meta = new Map<string, unknown>();
  readonly changes: LayoutChange["change"][] = [];
  readonly #tables = new Map<string, TableData>();

  tables(): ReturnType<typeof foundTables> {
    return foundTables(this.#tables);
  }
  ask(request: Request): never {
    const tables = new ResidentTables(this.#tables);
    if (request.ask === "known") return false as never;
    if (request.ask !== "write") return tables.answer(request, "fake") as never;
    tables.write(request.effects);
    return undefined as never;
  }
  change(change: LayoutChange): void {
    this.changes.push(change.change);
    changeTables(this.#tables, change);
  }
  setMeta(key: string, value: unknown): void {
    this.meta.set(key, structuredClone(value));
  }
}

/** What a driver gets for a schema. */
export function setupFor(
  schema: Schema,
  options: Partial<SetupOptions> = {},
): ReturnType<typeof setupOf> {
  const def = openSchema(schema);
  return setupOf(schema, def, def.tables, { adopt: false, now: () => 1e12, ...options });
}
