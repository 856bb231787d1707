import {
  type Database,
  integer,
  json,
  type OpenOptions,
  type Schema,
  table,
  text,
} from "../../mod.ts";

/** Gives an empty database; each test opens its own, and closes it. */
export type OpenDatabase = (schema: Schema, options?: OpenOptions) => Promise<Database>;

/** What a part of a suite gets: where to register, and how to open what is tested. */
export interface DatabaseSuite {
  test(name: string, fn: () => Promise<void>): void;
  readonly open: OpenDatabase;
}

export function suiteOf(
  name: string,
  open: OpenDatabase,
  register: (title: string, fn: () => Promise<void>) => void,
): DatabaseSuite {
  return { open, test: (title, fn) => register(`${name}: ${title}`, fn) };
}

export const people = table("people", {
  id: text().primaryKey(),
  email: text().unique(),
  city: text().default(""),
}, { indexes: ["city"] });

export const notes = table("notes", {
  id: text().primaryKey(),
  personId: text().optional().references("people", { onDelete: "cascade" }),
  text: text().default(""),
}, { indexes: ["personId"] });

/** Its rows keep a person from being deleted. */
export const loans = table("loans", {
  id: text().primaryKey(),
  personId: text().references("people"),
});

export const accounts = table("accounts", {
  id: text().primaryKey(),
  amount: integer().default(0),
  kind: text().default("plain"),
}, { indexes: ["kind"] });

export const schema: Schema = {
  tables: [people, notes, loans, accounts],
  values: { motto: text().default("none"), data: json<unknown>().optional() },
};

/** Lets a while pass, and everything that waits go on. */
export function sleep(ms = 0): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** A point that one reaches and another waits for. */
export function gate(): { readonly reached: Promise<void>; reach(): void } {
  let reach = () => {};
  const reached = new Promise<void>((resolve) => reach = resolve);
  return { reached, reach };
}

/** The rows of `rows`, collected. */
export async function collected<R>(rows: AsyncIterable<R>): Promise<R[]> {
  const all: R[] = [];
  for await (const row of rows) all.push(row);
  return all;
}

/** `db`, with something to do after it was closed. */
export function closing(db: Database, after: () => void): Database {
  const { close } = db;
  let done: Promise<void> | undefined;
  const closed = () => done ??= close().finally(after);
  return Object.assign(db, { close: closed, [Symbol.asyncDispose]: closed });
}
