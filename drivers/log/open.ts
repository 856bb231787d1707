import type { DriverOptions, DriverSession, Request } from "../../db/driver.ts";
import { copyOf, ResidentTables } from "./answers.ts";
import { changeTables, foundTables } from "./change.ts";
import { ResidentSession, type ResidentState } from "./session.ts";

/** Opens tables in memory: the layout is changed in a copy, which takes their place when it is done. */
export async function openResident(
  state: ResidentState,
  source: string,
  options: DriverOptions,
  closed: () => void,
): Promise<DriverSession> {
  if (!options.ready(state.meta)) {
    const tables = new Map(
      Array.from(state.tables, ([name, data]) => [name, copyOf(data, data.def)]),
    );
    const meta = new Map(state.meta);
    const resident = new ResidentTables(tables);
    await options.setup({
      meta,
      tables: () => foundTables(tables),
      // The answer is of the kind that was asked.
      ask: (request) => ask(resident, state, request, source) as never,
      change: (change) => changeTables(tables, change),
      setMeta: (key, value) => void meta.set(key, value),
    });
    state.tables = tables;
    state.meta.clear();
    for (const [key, value] of meta) state.meta.set(key, value);
  }
  return new ResidentSession(state, source, closed);
}

function ask(
  tables: ResidentTables,
  { known }: ResidentState,
  request: Request,
  source: string,
): unknown {
  if (request.ask === "known") return known.has(request.id);
  if (request.ask !== "write") return tables.answer(request, source);
  tables.write(request.effects);
  return undefined;
}
