/**
 * Databases in PostgreSQL, on a client that is already open: of postgres.js, pg (a pool or a client) or PGlite.
 *
 * @module
 */
import { DataError } from "../schema/errors.ts";
import type { Driver, DriverOptions, DriverSession } from "../db/driver.ts";
import { PostgresClient } from "./postgres/client.ts";
import { pgShape } from "./postgres/pg.ts";
import { pgliteShape } from "./postgres/pglite.ts";
import { postgresJsShape } from "./postgres/postgres_js.ts";
import type { Shape } from "./postgres/shape.ts";
import { openAsync } from "./sql/async/session.ts";
import { dataError } from "./sql/failure.ts";
import { postgresEngine } from "./sql/postgres_engine.ts";
import { rawOf, registerBind, registerRaw } from "./sql/raw.ts";
import { recoverPostgres } from "./sql/postgres_recover.ts";
import { numberMarks } from "./sql/statement_text.ts";

/**
 * A driver on a client of postgres.js, of pg (`Pool`, or a `Client` that is connected) or PGlite, told apart by
 * their methods; PostgreSQL 15 or later, with UTF-8.
 *
 * Tables have the names and columns of the schema, in the schema that the client's `search_path` begins with, and
 * can be read by any program; what else is kept lies in tables that begin with `strata_`. Others may use the
 * database at once, through Strata or not: what they change is noticed, at once where a connection can be spared
 * for LISTEN (postgres.js makes one for that, a pool of pg needs two or more). Parsers and serializers that
 * the client was given don't matter.
 *
 * A transaction takes one connection at a time, and no more than the pool has. Who opened the client closes it,
 * after the database.
 *
 * @throws {TypeError} When `client` is none of them.
 *
 * @example Keep rows in PostgreSQL
 * ```ts ignore
 * import postgres from "postgres";
 * import { openDatabase, table, text } from "@strata/data";
 * import { postgresDriver } from "@strata/data/drivers/postgres";
 *
 * const notes = table("notes", { id: text().primaryKey(), title: text() });
 * const client = postgres("postgres://localhost/app");
 * const db = await openDatabase({ tables: [notes] }, postgresDriver(client));
 * await db.insert(notes, { id: "a", title: "Buy milk" });
 * await db.close();
 * await client.end();
 * ```
 *
 * @example Keep rows in PGlite
 * ```ts
 * import { PGlite } from "@electric-sql/pglite";
 * import { openDatabase, table, text } from "@strata/data";
 * import { postgresDriver } from "@strata/data/drivers/postgres";
 * import { assertEquals } from "@std/assert";
 *
 * const notes = table("notes", { id: text().primaryKey(), title: text() });
 * const client = new PGlite();
 * const db = await openDatabase({ tables: [notes] }, postgresDriver(client));
 * await db.insert(notes, { id: "a", title: "Buy milk" });
 * const { rows } = await client.query("SELECT title FROM notes");
 * assertEquals(rows, [{ title: "Buy milk" }]);
 * await db.close();
 * await client.close();
 * ```
 */
export function postgresDriver(client: unknown): Driver {
  const shape = postgresJsShape(client) ?? pgliteShape(client) ?? pgShape(client);
  if (!shape) {
    throw new TypeError(
      "Cannot use a client as it is one of postgres.js, pg or PGlite: got something else",
    );
  }
  return {
    name: "postgres",
    supports: { durability: ["relaxed", "strict"], shared: true, sql: true },
    async open(options) {
      try {
        return await open(shape, options);
      } catch (error) {
        throw dataError(error, "no");
      }
    },
    async *recover() {
      const reading = new PostgresClient(shape, false);
      yield* recoverPostgres(async (statements) => {
        const rows = [];
        for (const statement of statements) rows.push(...await reading.read([statement]));
        return rows;
      });
    },
  };
}

const SERVER =
  "SELECT current_setting('server_version_num')::int, current_setting('server_encoding'), " +
  "current_setting('synchronous_commit'), current_schema()";

async function open(shape: Shape, options: DriverOptions): Promise<DriverSession> {
  options.signal?.throwIfAborted();
  const [row = []] = await shape.query({ text: SERVER, params: [] });
  const [version, encoding, durable, schema] = row;
  const wrong = Number(version) < 150_000
    ? `is 15 or later: it is ${Math.floor(Number(version) / 10_000)}`
    : encoding !== "UTF8"
    ? `has the encoding UTF8: it has ${encoding}`
    : schema === null
    ? "has a schema of the search path: it has none"
    : undefined;
  if (wrong) throw new DataError("unsupported", `Cannot open a database as PostgreSQL ${wrong}`);
  const strict = options.durability === "strict" && (durable === "off" || durable === "local");
  const client = new PostgresClient(shape, strict);
  const engine = await postgresEngine(options.tables, (statements) => client.read(statements));
  const session = await openAsync(client, engine, options);
  const raw = rawOf(session);
  if (raw) registerRaw(session, (text, params) => raw(numberMarks(text), params));
  registerBind(session, (value) => value);
  return session;
}
