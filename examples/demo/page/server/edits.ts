import { type Database, DataError } from "@strata/data";
import { fold } from "../../data/fold.ts";
import { cities } from "../../data/schema.ts";

/** What came of an edit, as a status of HTTP. */
export async function applyEdit(db: Database, edit: unknown): Promise<204 | 404 | 422> {
  const { city, patch } = record(edit);
  const { name, population } = record(patch);
  try {
    // What is of the wrong type, or breaks a rule of the schema, is refused before anything is written.
    const changed = await db.update(cities, city as number, {
      name: name as string,
      population: population as number,
      ...(typeof name === "string" && { folded: fold(name) }),
    });
    return changed ? 204 : 404;
  } catch (error) {
    if (error instanceof TypeError || error instanceof RangeError) return 422;
    if (error instanceof DataError && error.code === "constraint") return 422;
    throw error;
  }
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? { ...value } : {};
}
