/**
 * Puts content without end until it is killed, and tells of each that was acknowledged: the kind of driver, its
 * path, and the number to begin with.
 *
 * @module
 */
import { DatabaseSync } from "node:sqlite";
import { type Database, openDatabase, type OpenOptions } from "../../../mod.ts";
import { blobs } from "../../../db/blobs/mod.ts";
import { fileDriver } from "../../../drivers/file.ts";
import { sqliteDriver } from "../../../drivers/sqlite.ts";
import { bytesOf, cut, streamOf } from "../subject.ts";

export type Kind = "file" | "sqlite";
export const KEYS = ["a", "b"];

export async function openKind(
  kind: string,
  path: string,
  options: OpenOptions = {},
): Promise<Database> {
  const driver = kind === "file" ? fileDriver(path) : sqliteDriver(new DatabaseSync(path));
  return await openDatabase({ tables: [] }, driver, { durability: "strict", ...options });
}

/** What is put as the one with this number: its beginning says which it is. */
export function contentOf(n: number): Uint8Array<ArrayBuffer> {
  const bytes = bytesOf(n % 3 === 0 ? 5_000 : 6_000_000, 1 + n % 4);
  new DataView(bytes.buffer).setUint32(0, n);
  return bytes;
}

async function main(): Promise<void> {
  const [kind = "", path = "", first = "1"] = Deno.args;
  const db = await openKind(kind, path);
  const files = blobs(db, "files");
  for (let n = Number(first);; n++) {
    await files.put(KEYS[n % 2]!, streamOf(cut(contentOf(n), 500_000)));
    Deno.stdout.writeSync(new TextEncoder().encode(`${n}\n`));
    if (n % 5 === 4) await files.gc();
  }
}

if (import.meta.main) await main();
