import { DataError } from "../../../schema/errors.ts";
import type { DriverOptions } from "../../../db/driver.ts";
import type { SyncClient } from "./client.ts";
import { patiently } from "../patience.ts";

const NONE: readonly never[] = [];
/** So long SQLite itself waits for a lock, which stops the whole program. */
const BUSY_MS = 50;
/**
 * In pages. A commit writes two, one of them for its own row, so that a log of 1,000 goes into the file every 500
 * commits; in four times as many the same pages come up again and again and are written once.
 */
const CHECKPOINT = { own: 1_000, ours: 4_000 } as const;

/** @throws {DataError} With code `"unsupported"` when SQLite is too old, or built without JSON. */
export function requireVersion(client: SyncClient): void {
  const version = String(client.row("SELECT sqlite_version()", NONE)?.[0]);
  const [major = 0, minor = 0] = version.split(".").map(Number);
  let json = true;
  try {
    client.row("SELECT json_valid('1')", NONE);
  } catch {
    json = false;
  }
  if (json && (major > 3 || major === 3 && minor >= 45)) return;
  throw new DataError(
    "unsupported",
    `Cannot open a database as SQLite is 3.45 or later, with JSON: it is ${version}` +
      (json ? "" : " without JSON"),
  );
}

/** Sets a connection, and the file of a new database, to how they are used. */
export async function prepareFile(
  client: SyncClient,
  { adopt, durability }: Pick<DriverOptions, "adopt" | "durability">,
): Promise<void> {
  client.exec(`PRAGMA busy_timeout = ${BUSY_MS}`);
  client.exec(`PRAGMA synchronous = ${durability === "strict" ? "FULL" : "NORMAL"}`);
  if (adopt) return; // the file stays as its owner has it
  const [pages] = client.row("PRAGMA wal_autocheckpoint", NONE) ?? [];
  if (pages === CHECKPOINT.own) client.rows(`PRAGMA wal_autocheckpoint = ${CHECKPOINT.ours}`, NONE);
  await patiently(() => {
    const [mode] = client.row("PRAGMA journal_mode", NONE) ?? [];
    // In memory there is none, and some file systems have none either: then it stays as it is.
    if (mode !== "wal" && mode !== "memory") client.rows("PRAGMA journal_mode = WAL", NONE);
  });
}
