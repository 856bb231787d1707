/**
 * @module
 */
import type { Database } from "@strata/data";
import { cities, countries } from "../../data/schema.ts";
import type { Seed } from "../schema.ts";
import type { SeedBatch } from "../server/seed_batch.ts";

/** How far the copy of the server's tables is; null before it has begun. */
export async function seedOf(db: Database): Promise<Seed | null> {
  // The schema has a column of this type.
  return await db.getValue("seed") as Seed | null;
}

export function isComplete(seed: Seed | null): boolean {
  return seed !== null && seed.rows >= seed.total;
}

/**
 * Copies the server's tables, a batch at a time. Rows and how far they go are one commit, so it goes on where it
 * was if the page is left; of several tabs one does it.
 */
export async function fillDatabase(db: Database): Promise<void> {
  await navigator.locks.request("strata-atlas-seed", async () => {
    for (let seed = await seedOf(db); !isComplete(seed);) {
      seed = await addBatch(db, seed ?? { after: 0, rows: 0, total: 0 });
    }
  });
}

async function addBatch(db: Database, { after, rows }: Seed): Promise<Seed> {
  const response = await fetch(`/seed?after=${after}`);
  if (!response.ok) throw new Error(`Cannot copy the cities: ${response.status}`);
  // Our own server answers in this shape.
  const batch = await response.json() as SeedBatch;
  const last = batch.cities.at(-1);
  const next: Seed = last
    ? { after: last.id, rows: rows + batch.cities.length, total: batch.total }
    : { after, rows: batch.total, total: batch.total };
  await db.transaction(async (tx) => {
    // What the visitor has edited is newer than what the server has.
    await tx.insert(countries, batch.countries, { onConflict: "ignore" });
    await tx.insert(cities, batch.cities, { onConflict: "ignore" });
    await tx.setValue("seed", next);
  });
  return next;
}
