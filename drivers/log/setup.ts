import type { TableData } from "../../engine/mod.ts";
import type { Request, Setup } from "../../db/driver.ts";
import { copyOf, ResidentTables } from "./answers.ts";
import { changeTables, foundTables } from "./change.ts";
import type { ResidentState } from "./session.ts";

/** What a setup has made of a database, which is as it was. */
export interface Changed {
  readonly tables: Map<string, TableData>;
  readonly meta: Map<string, unknown>;
}

/** Runs a setup on a copy of a database. */
export async function changed(
  state: ResidentState,
  source: string,
  setup: (layout: Setup) => Promise<void>,
): Promise<Changed> {
  const tables = new Map(
    Array.from(state.tables, ([name, data]) => [name, copyOf(data, data.def)]),
  );
  const meta = new Map(state.meta);
  const resident = new ResidentTables(tables);
  const ask = (request: Request): unknown => {
    if (request.ask === "known") return state.known.has(request.id);
    if (request.ask !== "write") return resident.answer(request, source);
    return void resident.write(request.effects);
  };
  await setup({
    meta,
    tables: () => foundTables(tables),
    // The answer is of the kind that was asked.
    ask: (request) => ask(request) as never,
    change: (change) => changeTables(tables, change),
    setMeta: (key, value) => void meta.set(key, value),
  });
  return { tables, meta };
}
