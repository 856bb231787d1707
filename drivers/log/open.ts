import type { DriverOptions, DriverSession } from "../../db/driver.ts";
import { ResidentSession, type ResidentState } from "./session.ts";
import { changed } from "./setup.ts";

/** Opens tables in memory: the layout is changed in a copy, which takes their place when it is done. */
export async function openResident(
  state: ResidentState,
  source: string,
  options: DriverOptions,
  closed: () => void,
): Promise<DriverSession> {
  if (!options.ready(state.meta)) {
    const { tables, meta } = await changed(state, source, options.setup);
    state.tables = tables;
    state.meta.clear();
    for (const [key, value] of meta) state.meta.set(key, value);
  }
  return new ResidentSession(state, source, closed);
}
