import { DataError } from "../../schema/errors.ts";
import type { DriverOptions, DriverSession } from "../../db/driver.ts";
import type { AsyncEngine } from "../sql/async/engine.ts";
import { openAsync } from "../sql/async/session.ts";
import { sqliteEngine } from "../sql/async/sqlite_engine.ts";
import { retrying } from "../sql/patience.ts";
import { LibsqlClient, type LibsqlKind } from "./client.ts";
import { libsqlDialect } from "./dialect.ts";
import { libsqlFailure } from "./failure.ts";
import type { LibsqlShape } from "./shape.ts";

/** A client with what the session does on it. */
export interface LibsqlParts {
  readonly client: LibsqlClient;
  readonly engine: AsyncEngine;
}

/** Opens a session; `closed` is called when it ends. */
export async function openLibsql(
  shape: LibsqlShape,
  options: DriverOptions,
  closed: () => void,
): Promise<DriverSession> {
  options.signal?.throwIfAborted();
  const { client, engine } = await retrying(() => partsOf(shape, closed), options.signal);
  const { remote, replica } = client.kind;
  if (!remote && !replica) await retrying(() => prepareFile(client, options), options.signal);
  return await openAsync(client, engine, options);
}

/** What is needed to use a client. */
export async function partsOf(
  shape: LibsqlShape,
  closed: () => void = () => {},
): Promise<LibsqlParts> {
  const kind = await kindOf(shape);
  const client = new LibsqlClient(shape, kind, closed);
  const [rows] = await client.read([plain("SELECT sqlite_version(), 1")]);
  const [version, one] = rows?.[0] ?? [];
  requireVersion(String(version));
  const dialect = libsqlDialect(kind.remote, typeof one === "string");
  return { client, engine: sqliteEngine(dialect, client.limits.tracked) };
}

const plain = (text: string) => ({ text, params: [] });

/** What kind of database a client has. */
async function kindOf(shape: LibsqlShape): Promise<LibsqlKind> {
  if (shape.protocol !== "file") return { remote: true, memory: false, replica: false };
  try {
    const { rows } = await shape.execute({ sql: "PRAGMA database_list", args: [] });
    const memory = rows.every((row) => row[1] !== "main" || !row[2]);
    return { remote: false, memory, replica: !memory && await isReplica(shape) };
  } catch (error) {
    throw libsqlFailure(error);
  }
}

/** Whether there is somewhere to be synchronised with; also while that can't be reached. */
async function isReplica(shape: LibsqlShape): Promise<boolean> {
  try {
    await shape.sync();
    return true;
  } catch (error) {
    return !/not ?supported/i.test(error instanceof Error ? error.message : "");
  }
}

/** @throws {DataError} With code `"unsupported"` when SQLite is too old. */
function requireVersion(version: string): void {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  if (major > 3 || major === 3 && minor >= 45) return;
  throw new DataError(
    "unsupported",
    `Cannot open a database as SQLite is 3.45 or later: it is ${version}`,
  );
}

/** Sets a connection, and the file of a new database, to how they are used. */
async function prepareFile(
  client: LibsqlClient,
  { adopt, durability }: Pick<DriverOptions, "adopt" | "durability">,
): Promise<void> {
  const synchronous = durability === "strict" ? "FULL" : "NORMAL";
  await client.execute(`PRAGMA synchronous = ${synchronous}`);
  if (adopt) return; // the file stays as its owner has it
  const [rows] = await client.read([plain("PRAGMA journal_mode")]);
  const mode = rows?.[0]?.[0];
  // In memory there is none, and some file systems have none either: then it stays as it is.
  if (mode !== "wal" && mode !== "memory") {
    await client.execute("PRAGMA journal_mode = WAL");
  }
}
