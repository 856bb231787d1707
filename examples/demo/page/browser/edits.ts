/**
 * Edits go into the browser's database at once, with a note of what the server still has to hear.
 *
 * @module
 */
import type { Database } from "@strata/data";
import { cities } from "../../data/schema.ts";
import { fold } from "../../data/fold.ts";
import type { City } from "../queries.ts";
import { type CityPatch, edits, unsent } from "../schema.ts";

/**
 * Changes a city. Both writes are one commit, so no edit is ever forgotten, and none is sent that is not there.
 *
 * @throws {DataError} When a rule of the schema is broken; nothing has changed then.
 */
export async function editCity(db: Database, city: City, patch: CityPatch): Promise<void> {
  await db.transaction(async (tx) => {
    const { land: _, ...known } = city;
    const change = { ...patch, ...(patch.name !== undefined && { folded: fold(patch.name) }) };
    const changed = await tx.update(cities, city.id, change);
    // The copy of the server's tables may not have got that far.
    if (!changed) await tx.insert(cities, { ...known, ...change });
    await tx.insert(edits, { city: city.id, patch });
  });
}

/** Sends what the server doesn't have yet, one tab at a time; what can't be sent now stays. */
export async function sendEdits(db: Database): Promise<void> {
  await navigator.locks.request("strata-atlas-edits", async () => {
    for (const { id, city, patch } of await db.all(unsent)) {
      const { ok, status } = await fetch("/edits", {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ city, patch }),
      });
      const isRefused = status === 404 || status === 422; // it will be so the next time, too
      if (!ok && !isRefused) return;
      await db.delete(edits, id);
    }
  });
}
