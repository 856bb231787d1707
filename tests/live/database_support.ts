import { effect } from "@preact/signals-core";
import type { Register } from "../conformance/suite.ts";
import { type Database, gte, integer, json, query, type Schema, table, text } from "../../mod.ts";

export const todos = table("todos", { id: text().primaryKey(), n: integer() }, { indexes: ["n"] });
export const others = table("others", { id: text().primaryKey() });
export const notes = table("notes", { id: text().primaryKey(), data: json<unknown>() });
export const schema = {
  tables: [todos, others, notes],
  values: { theme: text().default("light"), size: integer().optional() },
};
export const large = query(todos).where({ n: gte(2) }).orderBy("n");

/** The keys of rows. */
export const ids = (rows: readonly { readonly id: string }[]): string =>
  rows.map((row) => row.id).join("");

/** A turn of the event loop. */
export const turn = (ms = 0): Promise<void> =>
  new Promise<void>((resolve) => setTimeout(resolve, ms));

/** Gives an empty database, which closes what is behind it. */
export type OpenLive = (schema: Schema) => Promise<Database>;
/** Whether a driver's tables are in memory for live queries; if not, whether its answers come at once. */
export type LiveKind = "maintained" | "asked" | "asked slowly";

/** How a suite is run where it isn't Deno that runs it, or where answers come when they come. */
export interface LiveRun {
  /** @default Deno.test */
  readonly register?: Register;
  /** Waits until all answers are there; a driver whose answers come slowly has some time by default. */
  readonly settle?: () => Promise<void>;
}

/** Registers a test by Deno. */
export function denoTest(name: string, fn: () => Promise<void>): void {
  Deno.test(name, fn);
}

/** What waits until all answers are there. */
export function settling(kind: LiveKind, { settle }: LiveRun): () => Promise<void> {
  return settle ?? (() => turn(kind === "asked slowly" ? 40 : 0));
}

/** Registers tests of a driver, each with a database of its own. */
export function testing(
  name: string,
  open: OpenLive,
  { register = denoTest }: LiveRun,
): (title: string, run: (db: Database) => Promise<void>) => void {
  return (title, run) =>
    register(`${name}: ${title}`, async () => {
      await using db = await open(schema);
      await run(db);
    });
}

/** All that something was, as an effect sees it. */
export function seeing(of: () => unknown): { readonly seen: unknown[]; stop(): void } {
  const seen: unknown[] = [];
  return { seen, stop: effect(() => void seen.push(of())) };
}

/** What is told on the console while `fn` runs. */
export async function toldIn(fn: () => Promise<void>): Promise<unknown[]> {
  const { error } = console;
  const told: unknown[] = [];
  console.error = (...all: unknown[]) => void told.push(...all);
  try {
    await fn();
  } finally {
    console.error = error;
  }
  return told;
}
