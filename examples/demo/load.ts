/**
 * A store filled with the data, in steps that a progress bar can follow.
 *
 * @module
 */
import { type AnyTable, createStore, type Insert, type Store } from "../../mod.ts";
import type { Data } from "./data.ts";
import type { Progress } from "./progress.ts";
import { cities, countries, films, schema } from "./schema.ts";

/** Rows of one insert; each is atomic. */
const BATCH = 5_000;

export function rowCount(data: Data): number {
  return data.countries.length + data.cities.length + data.films.length;
}

export function load(data: Data, progress: Progress): Store {
  const store = createStore(schema);
  let done = 0;
  const fill = <T extends AnyTable>(table: T, rows: readonly Insert<T>[]): void => {
    for (let i = 0; i < rows.length; i += BATCH) {
      const batch = rows.slice(i, i + BATCH);
      store.insert(table, batch);
      progress.step(done += batch.length, table.name);
    }
  };
  fill(countries, data.countries); // first, since cities refer to them
  fill(cities, data.cities);
  fill(films, data.films);
  progress.end();
  return store;
}
