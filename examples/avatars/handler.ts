import { type Database, DataError } from "@strata/data";
import { type Blobs, blobs, serveBlob } from "@strata/data/blobs";
import { users } from "./schema.ts";

const MAX_BYTES = 2_000_000;
const TYPES = ["image/png", "image/jpeg", "image/webp"];

/** Answers `PUT` and `GET /avatars/<user>`, on any server that has requests and responses. */
export function avatars(db: Database): (request: Request) => Promise<Response> {
  const files = blobs(db, "avatars", { maxBlobBytes: MAX_BYTES });
  return async (request) => {
    const [, user] = /^\/avatars\/([\w-]+)$/.exec(new URL(request.url).pathname) ?? [];
    const row = user === undefined ? undefined : await db.get(users, user);
    if (!row) return new Response("There is no such user", { status: 404 });
    if (request.method !== "PUT") return await serveBlob(request, { blobs: files, key: row.id });
    return await receive(db, files, request, row.id);
  };
}

async function receive(
  db: Database,
  files: Blobs,
  request: Request,
  user: string,
): Promise<Response> {
  try {
    // The picture first, then the row that names it: a crash in between leaves no name without one.
    const { etag } = await files.upload(request, { key: user, maxBytes: MAX_BYTES, types: TYPES });
    await db.update(users, user, { avatar: etag });
    return new Response(null, { status: 204, headers: { etag: `"${etag}"` } });
  } catch (error) {
    if (error instanceof RangeError) return new Response(error.message, { status: 413 });
    if (error instanceof TypeError) return new Response(error.message, { status: 415 });
    if (!(error instanceof DataError)) throw error;
    return new Response(error.message, { status: error.code === "full" ? 507 : 503 });
  }
}
