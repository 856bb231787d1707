/**
 * @module
 */
import type { Database } from "@strata/data";
import { blobs } from "@strata/data/blobs";
import { pictures } from "../schema.ts";

export const MAX_BYTES = 5_000_000;

const filesOf = (db: Database) => blobs(db, "pictures", { maxBlobBytes: MAX_BYTES });

/**
 * Keeps a picture of a city: first the bytes, then the row that names them.
 *
 * @throws {DataError} When it is too long, or there is no room.
 */
export async function putPicture(db: Database, city: number, file: Blob): Promise<void> {
  const { etag } = await filesOf(db).put(`${city}`, file);
  await db.upsert(pictures, { city, etag });
}

/** An address of the bytes, for as long as the page needs it. */
export async function pictureUrl(db: Database, city: number): Promise<string | undefined> {
  const found = await filesOf(db).get(`${city}`);
  return found && URL.createObjectURL(await found.blob());
}
