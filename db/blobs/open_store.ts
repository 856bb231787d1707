import { kindOf } from "../../schema/accept.ts";
import { bodiesOf } from "../bodies_of.ts";
import { coreTables } from "../core_tables.ts";
import { coreOf } from "../session_of.ts";
import { builtIn } from "./built_in.ts";
import { folderOf } from "./folder.ts";
import { hashOfText } from "./hash.ts";
import { checkCount, checkKey } from "./rules.ts";
import type { Store } from "./store.ts";
import { TABLES } from "./tables.ts";
import type { BlobsOptions } from "./types.ts";

const CHUNK_BYTES = 256 << 10;
const LEAST_CHUNK = 1 << 10;
const MOST_CHUNK = 16 << 20;
/** What is not longer stands in the row of its body: 4 pages of SQLite at most. */
const INLINE_BYTES = 8 << 10;

/**
 * What opens a store when it is first used.
 *
 * @throws {TypeError} When something has the wrong type. @throws {RangeError} When it is out of its range.
 * @throws {DataError} With code `"unsupported"` for files where there are none.
 */
export function opener(db: object, name: string, options: BlobsOptions): () => Promise<Store> {
  const core = coreOf(db);
  checkKey("store of blobs", name);
  const { maxBytes = Infinity, maxBlobBytes = Infinity, chunkBytes = CHUNK_BYTES } = options;
  checkCount("maxBytes", maxBytes, 0);
  checkCount("maxBlobBytes", maxBlobBytes, 0);
  checkCount("chunkBytes", chunkBytes, LEAST_CHUNK, MOST_CHUNK);
  const id = hashOfText(name).slice(0, 32);
  const { place, maxBytes: most = Infinity } = bodiesOf(core.session);
  const path = options.bodies === undefined ? place : pathOf(options.bodies);
  // Of a driver's own accord content lies in files only where the runtime lets us reach them.
  const inFiles = path !== undefined && (options.bodies !== undefined || builtIn("node:fs"));
  const folder = inFiles ? folderOf(`${path}/${id}`, core.strict) : undefined;
  const tooLong = most < maxBlobBytes && !folder
    ? `${core.source} keeps at most ${most} bytes of one`
    : `one of them has at most ${maxBlobBytes} bytes`;
  return async () => ({
    ...{ id, name, maxBytes, tooLong, chunkBytes, folder },
    maxBlobBytes: folder ? maxBlobBytes : Math.min(most, maxBlobBytes),
    inlineBytes: Math.min(INLINE_BYTES, chunkBytes),
    tables: await coreTables(db, TABLES),
    now: core.now,
  });
}

/** @throws {TypeError} When it is no path. */
function pathOf(bodies: unknown): string {
  if (typeof bodies !== "string" && !(bodies instanceof URL)) {
    throw new TypeError(`Cannot take "bodies" as it is a folder: got ${kindOf(bodies)}`);
  }
  const path = bodies instanceof URL ? decodeURIComponent(bodies.pathname) : bodies;
  return path.replace(/(?<=.)\/+$/, "");
}
