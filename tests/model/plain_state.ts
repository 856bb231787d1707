import type { Fields } from "./operation.ts";
import type { TableName } from "./schema.ts";

/**
 * What a step must give: a value, or one of some errors.
 * An error is named by its rule ("unique"), its code ("conflict") or its class ("type").
 */
export interface Outcome {
  readonly value?: unknown;
  readonly errors: ReadonlySet<string>;
  /** What the steps of a transaction gave, and the contents after each. */
  readonly steps?: readonly { readonly outcome: Outcome; readonly after: Contents }[];
}
export type Contents = Readonly<Record<TableName, readonly Fields[]>>;

export const NAMES: readonly TableName[] = ["teams", "people", "marks"];

/** A part of a key as text that is its own. */
export function text(value: unknown): string {
  return JSON.stringify(value instanceof Date ? value.getTime() : String(value));
}

/** Rows by the text of their keys. */
export type Tables = Record<TableName, Map<string, Fields>>;

export function copyOf({ teams, people, marks }: Tables): Tables {
  return { teams: new Map(teams), people: new Map(people), marks: new Map(marks) };
}
