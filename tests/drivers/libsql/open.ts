import { type Client, createClient } from "@libsql/client";
import { type Database, openDatabase, type OpenOptions, type Schema } from "../../../mod.ts";
import { libsqlDriver } from "../../../drivers/libsql.ts";
import { closing } from "../../db/subject.ts";
import { type Sqld, startSqld } from "../../support/sqld.ts";

/** Opens a database with a client of its own, which is closed after it. */
export async function openAt(
  url: string,
  schema: Schema,
  options?: OpenOptions,
): Promise<Database> {
  const client = createClient({ url });
  try {
    const db = await openDatabase(schema, libsqlDriver(client), options);
    return closing(db, () => client.close());
  } catch (error) {
    client.close();
    throw error;
  }
}

/** Opens a database in memory. */
export async function openInMemory(schema: Schema, options?: OpenOptions): Promise<Database> {
  return await openAt(":memory:", schema, options);
}

/** Opens a database on a file of its own, which is removed after it. */
export async function openOnFile(schema: Schema, options?: OpenOptions): Promise<Database> {
  const folder = await Deno.makeTempDir({ prefix: "strata_" });
  const db = await openAt(`file:${folder}/data.db`, schema, options);
  return closing(db, () => Deno.removeSync(folder, { recursive: true }));
}

/** Takes out all that a database has. */
export async function empty(client: Client): Promise<void> {
  const { rows } = await client.execute(
    "SELECT type, name FROM sqlite_schema WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite_%'",
  );
  if (rows.length === 0) return;
  const quoted = (name: unknown) => `"${String(name).replaceAll('"', '""')}"`;
  await client.batch(rows.map(({ type, name }) => `DROP ${String(type)} ${quoted(name)}`), "write");
}

type Open = (schema: Schema, options?: OpenOptions) => Promise<Database>;

/** Servers for the tests of one file: each has one database at a time, which is empty at first. */
export class Servers {
  readonly #all: Sqld[] = [];
  readonly #free: Sqld[] = [];

  /** A server whose database is empty. */
  async take(): Promise<Sqld> {
    const free = this.#free.pop();
    if (!free) {
      const sqld = await startSqld();
      this.#all.push(sqld);
      return sqld;
    }
    const client = createClient({ url: free.http });
    try {
      await empty(client);
    } finally {
      client.close();
    }
    return free;
  }

  /** Gives a server back. */
  give(sqld: Sqld): void {
    this.#free.push(sqld);
  }

  /** Opens empty databases. */
  opener(protocol: "http" | "ws"): Open {
    return async (schema, options) => {
      const sqld = await this.take();
      try {
        const db = await openAt(sqld[protocol], schema, options);
        return closing(db, () => this.give(sqld));
      } catch (error) {
        this.give(sqld);
        throw error;
      }
    };
  }

  /** Ends them all; the last test of a file. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const sqld of this.#all) await sqld[Symbol.asyncDispose]();
  }
}

/** Servers for the tests that `register` registers, of which `most` have one at the same time. */
export function withServers(register: (servers: Servers) => void, most = 2): void {
  const servers = new Servers();
  // One that a test had started would be a leak of that test.
  Deno.test.beforeAll(async () => {
    const begun = await Promise.all(Array.from({ length: most }, () => servers.take()));
    for (const sqld of begun) servers.give(sqld);
  });
  Deno.test.afterAll(() => servers[Symbol.asyncDispose]());
  register(servers);
}
