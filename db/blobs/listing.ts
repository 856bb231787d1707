import { gt, query, startsWith } from "../../query/mod.ts";
import { fromBase64, toBase64 } from "../../schema/base64.ts";
import { read, rowsOf } from "./asking.ts";
import { headOf } from "./handle.ts";
import { checkCount, checkKey } from "./rules.ts";
import type { Store } from "./store.ts";
import { blobKeys } from "./tables.ts";
import type { BlobList } from "./types.ts";

const MOST = 1_000;

/** What {@linkcode listBlobs} takes. */
export interface ListOptions {
  readonly prefix?: string;
  readonly cursor?: string;
  readonly limit?: number;
}

/** A page of the keys of a store. */
export async function listBlobs(store: Store, options: ListOptions): Promise<BlobList> {
  const { prefix = "", cursor } = options;
  checkKey("blob", prefix);
  const limit = checkCount("limit", options.limit ?? MOST, 1, MOST);
  let asked = query(blobKeys).where({ space: store.id });
  if (prefix !== "") asked = asked.where({ key: startsWith(prefix) });
  if (cursor !== undefined) asked = asked.where({ key: gt(keyOf(cursor)) });
  const rows = await read(store.tables, () => rowsOf(asked.orderBy("key").limit(limit + 1)));
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  const blobs = page.map(headOf);
  return rows.length > limit && last ? { blobs, cursor: cursorOf(last.key) } : { blobs };
}

/** Safe in an address. */
function cursorOf(key: string): string {
  return toBase64(new TextEncoder().encode(`k${key}`))
    .replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** @throws {SyntaxError} When it is no cursor of ours. */
function keyOf(cursor: string): string {
  try {
    const base = String(cursor).replaceAll("-", "+").replaceAll("_", "/");
    const bytes = fromBase64(base.padEnd(Math.ceil(base.length / 4) * 4, "="));
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    if (text.startsWith("k")) return text.slice(1);
  } catch {
    // Something else.
  }
  throw new SyntaxError("Cannot list blobs as a cursor comes from the page before: it does not");
}
