import postgres from "postgres";
import type { Driver } from "../../../db/driver.ts";
import { type Database, openDatabase, type OpenOptions, type Schema } from "../../../mod.ts";
import { postgresDriver } from "../../../drivers/postgres.ts";
import { closing } from "../../db/subject.ts";
import { type Cluster, startCluster } from "../../support/postgres/cluster.ts";

export type Sql = ReturnType<typeof postgres>;

/** A client with a schema of its own, which is used by one test after the other. */
interface Lane {
  readonly sql: Sql;
  readonly name: string;
}

/** So many databases are open at once in a test, of those that are opened by `openNew`. */
const LANES = 3;
const CONNECTIONS = 4;

/** The server of a file of tests. */
export const cluster: Cluster = await startCluster();
const admin = connect(cluster.url(), 1);
const lanes: Lane[] = [];
// Connections are made before the tests, as they outlive each.
for (let i = 0; i < LANES; i++) lanes.push(await newLane(`lane_${i}`));
await admin`SELECT 1`;

Deno.test.afterAll(async () => {
  for (const { sql } of lanes) await end(sql);
  await end(admin);
  await cluster[Symbol.asyncDispose]();
});

async function newLane(name: string): Promise<Lane> {
  const sql = connect(cluster.url(name), CONNECTIONS);
  await Promise.all(Array.from({ length: CONNECTIONS }, () => sql`SELECT pg_sleep(0.05)`));
  await sql.listen("strata_test", () => {});
  return { sql, name };
}

/** Makes a schema empty. */
async function clear(name: string): Promise<void> {
  await admin.unsafe(`DROP SCHEMA IF EXISTS "${name}" CASCADE; CREATE SCHEMA "${name}"`);
}

let schemas = 0;

/** Makes a schema, and gives the address with which its names are found. */
export async function newSchema(): Promise<string> {
  const name = `test_${++schemas}`;
  await clear(name);
  return cluster.url(name);
}

/** A client of postgres.js. */
export function connect(url: string, max = CONNECTIONS, options: object = {}): Sql {
  return postgres(url, { max, onnotice() {}, fetch_types: false, backoff: () => 0.02, ...options });
}

/** Ends a client, also one whose server is gone. */
export async function end(sql: Sql): Promise<void> {
  await sql.end({ timeout: 1 });
}

/** Opens the database at an address; its client is closed after it. */
export async function openAt(
  url: string,
  schema: Schema,
  options?: OpenOptions,
  max?: number,
): Promise<Database> {
  const sql = connect(url, max);
  try {
    const db = await openDatabase(schema, postgresDriver(sql), options);
    return closing(db, () => end(sql));
  } catch (error) {
    await end(sql);
    throw error;
  }
}

/** A place for one database, which is empty when it is opened first. */
export interface Place extends Disposable {
  /** A driver on it each time, all on one client. */
  driver(): Driver;
  readonly sql: Sql;
}

/** A place on a client that others have used before and will use again. */
export function newPlace(): Place {
  const lane = lanes.pop();
  if (!lane) throw new Error(`There are ${LANES} places at once`);
  let cleared: Promise<void> | undefined;
  let disposed = false;
  return {
    sql: lane.sql,
    driver() {
      const driver = postgresDriver(lane.sql);
      const { open } = driver;
      return {
        ...driver,
        async open(options) {
          await (cleared ??= clear(lane.name));
          return await open(options);
        },
      };
    },
    [Symbol.dispose]() {
      if (!disposed) lanes.push(lane);
      disposed = true;
    },
  };
}

/** Opens an empty database. */
export async function openNew(schema: Schema, options?: OpenOptions): Promise<Database> {
  const place = newPlace();
  try {
    const db = await openDatabase(schema, place.driver(), options);
    return closing(db, () => place[Symbol.dispose]());
  } catch (error) {
    place[Symbol.dispose]();
    throw error;
  }
}
