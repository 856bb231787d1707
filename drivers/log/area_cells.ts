/**
 * The items of one database in an area of texts, by their names within it. Each is written whole or not at
 * all. What fails is a `DataError`: `"full"` when there is no space, and then nothing has changed, else
 * `"unavailable"`.
 */
export interface AreaCells {
  get(name: string): string | undefined;
  set(name: string, text: string): void;
  remove(name: string): void;
  /** In no order. */
  names(): string[];
}

/** Says how far everything that was written goes: written last, so what it names is there. */
export const REVISION = "revision";
/** The snapshot, and at times commits behind it. */
export const SNAPSHOT = "snapshot";
/** Space that is kept for deletes when there is no other. */
export const ROOM = "room";
/** Who has it open, where there are no locks. */
export const OWNER = "owner";

/** The numbers of the first commits of all records. */
export function recordsIn(names: readonly string[]): number[] {
  return names.filter((name) => /^[1-9]\d*$/.test(name)).map(Number).sort((a, b) => a - b);
}
