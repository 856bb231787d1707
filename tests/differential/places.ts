import type { ColumnType } from "../reference/model.ts";
import type { Fields } from "../reference/scope.ts";
import { type Holds, JSON_PATHS } from "./pools.ts";

/** A path of the rows so far that has a single value, and what is known about it. */
export interface Place {
  readonly path: string;
  readonly type: ColumnType;
  /** What a path into a document finds; undefined outside JSON. */
  readonly holds?: Holds;
}

/** The types of query paths end at five names. */
const DEEPEST = 5;

/** Every path of `fields` that has a single value. */
export function placesOf(fields: Fields, prefix: readonly string[] = []): Place[] {
  return [...fields].flatMap(([name, shape]): Place[] => {
    const names = [...prefix, name];
    if (shape.kind === "rows") return [];
    if ("fields" in shape) return placesOf(shape.fields, names);
    return columnPlaces(names.join("."), shape.type);
  }).filter(({ path }) => path.split(".").length <= DEEPEST);
}

function columnPlaces(path: string, type: ColumnType): Place[] {
  if (type !== "json") return [{ path, type }];
  return JSON_PATHS.map(([suffix, holds]) => ({ path: `${path}${suffix}`, type, holds }));
}

/** Whether two places can be compared: they have one type, or hold one kind of value. */
export function alike(a: Place, b: Place): boolean {
  return a.type === b.type || (isNumber(a) && isNumber(b)) || (isText(a) && isText(b));
}

export function isNumber({ type, holds }: Place): boolean {
  return type === "integer" || type === "real" || holds === "number";
}

function isText({ type, holds }: Place): boolean {
  return type === "text" || holds === "text";
}

/** Names of joined rows: what a left join may not find, and what `select` takes whole. */
export function joinedNames(fields: Fields): string[] {
  return [...fields].filter(([, shape]) => shape.kind === "row").map(([name]) => name);
}

/** Paths none of which leads into another, so that a result can nest them all. */
export function apart(paths: readonly string[]): string[] {
  const result: string[] = [];
  for (const path of paths) {
    const meets = (other: string) =>
      other === path || other.startsWith(`${path}.`) || path.startsWith(`${other}.`);
    if (!result.some(meets)) result.push(path);
  }
  return result;
}
