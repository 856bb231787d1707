import type { OpenClient } from "../drivers/sqlite/clients.ts";

/** The clients that a program may use, by what is imported for them. */
export const CLIENTS = ["node:sqlite", "bun:sqlite", "better-sqlite3"] as const;
export type ClientName = typeof CLIENTS[number];

type Class = new (path: string) => ReturnType<OpenClient>;

/** The client of that name, on a runtime that has it. */
export async function clientOf(name: ClientName): Promise<OpenClient> {
  // The name stays unknown to the bundler, since each runtime has another.
  const module: Record<string, Class> = await import(name);
  const { DatabaseSync, Database = DatabaseSync, default: Default } = module;
  const Client = Database ?? Default;
  if (!Client) throw new TypeError(`Cannot open a database as ${name} has a class: it has none`);
  return (path) => new Client(path);
}
