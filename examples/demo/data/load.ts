/**
 * Fills a source with the data, in steps that a progress bar can follow.
 *
 * @module
 */
import type { AnyTable, Insert } from "@strata/data";
import type { Data } from "./data.ts";
import type { Progress } from "./progress.ts";
import { cities, countries, films } from "./schema.ts";
import type { Source } from "../questions/source.ts";

/** Rows of one insert; each is atomic. */
const BATCH = 20_000;

export function rowCount(data: Data): number {
  return data.countries.length + data.cities.length + data.films.length;
}

/** Milliseconds that it took. */
export async function load(source: Source, data: Data, progress: Progress): Promise<number> {
  const start = performance.now();
  let done = 0;
  async function fill<T extends AnyTable>(table: T, rows: readonly Insert<T>[]): Promise<void> {
    for (let i = 0; i < rows.length; i += BATCH) {
      const batch = rows.slice(i, i + BATCH);
      await source.insert(table, batch);
      progress.step(done += batch.length, `${table.name} into ${source.name}`);
    }
  }
  await fill(countries, data.countries); // first, since cities refer to them
  await fill(cities, data.cities);
  await fill(films, data.films);
  progress.end();
  return performance.now() - start;
}
