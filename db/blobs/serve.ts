import { etagOf, evaluate, modifiedOf, rangeCounts } from "./conditions.ts";
import { attachment } from "./disposition.ts";
import { releaseHandle } from "./handle.ts";
import { contentRange, multipart } from "./multipart.ts";
import { parseRanges } from "./ranges.ts";
import type { BlobHandle, Blobs } from "./types.ts";

/** What {@linkcode serveBlob} takes beside the request. */
export interface ServeOptions {
  /** Where it is. */
  readonly blobs: Pick<Blobs, "get">;
  /** Its key. */
  readonly key: string;
  /** The name that a browser is to save it under; without one it is shown. */
  readonly download?: string;
}

/**
 * Answers a request with a blob: `GET` and `HEAD`, conditions by entity tag and date, one range or several, so that
 * media elements seek and downloads resume. The body is read as the client takes it.
 *
 * 404 when the key has no content, 405 for other methods, 412 when a condition fails, 416 for a range that is not
 * there. The type is the blob's own, and browsers are told not to guess another; content of strangers that a
 * browser would run, such as HTML, belongs under `download` or on an origin of its own.
 *
 * @example Serve a part of a blob
 * ```ts
 * import { openDatabase } from "@strata/data";
 * import { blobs, serveBlob } from "@strata/data/blobs";
 * import { memoryDriver } from "@strata/data/drivers/memory";
 * import { assertEquals } from "@std/assert";
 *
 * await using db = await openDatabase({ tables: [] }, memoryDriver());
 * const files = blobs(db, "files");
 * await files.put("hello.txt", "Hello, world", { type: "text/plain" });
 *
 * const request = new Request("http://localhost/hello.txt", { headers: { range: "bytes=7-" } });
 * const response = await serveBlob(request, { blobs: files, key: "hello.txt" });
 * assertEquals(response.status, 206);
 * assertEquals(response.headers.get("content-range"), "bytes 7-11/12");
 * assertEquals(await response.text(), "world");
 * ```
 */
export async function serveBlob(request: Request, options: ServeOptions): Promise<Response> {
  const { blobs, key, download } = options;
  const { method } = request;
  if (method !== "GET" && method !== "HEAD") {
    return plain(405, { allow: "GET, HEAD" });
  }
  const blob = await blobs.get(key);
  if (!blob) return plain(404);
  const validators = { "etag": etagOf(blob), "last-modified": modifiedOf(blob) };
  const outcome = evaluate(request.headers, blob);
  if (outcome !== "send" || method === "HEAD") releaseHandle(blob);
  if (outcome === "failed") return plain(412, validators);
  if (outcome === "not modified") return new Response(null, { status: 304, headers: validators });
  const type = blob.type || "application/octet-stream";
  const headers = new Headers({
    ...validators,
    "accept-ranges": "bytes",
    "content-type": type,
    "x-content-type-options": "nosniff",
    ...(download !== undefined && { "content-disposition": attachment(download) }),
  });
  const asked = request.headers.get("range");
  const ranges = method === "GET" && asked !== null && rangeCounts(request.headers, blob)
    ? parseRanges(asked, blob.size)
    : undefined;
  if (!ranges) {
    headers.set("content-length", String(blob.size));
    return new Response(method === "HEAD" ? null : bodyOf(blob), { headers });
  }
  const [range] = ranges;
  if (!range) {
    return plain(416, { ...validators, "content-range": `bytes */${blob.size}` });
  }
  if (ranges.length > 1) {
    const { body, length, type: parted } = multipart(blob, type, ranges);
    headers.set("content-type", parted);
    headers.set("content-length", String(length));
    return new Response(body, { status: 206, headers });
  }
  headers.set("content-range", contentRange(range, blob.size));
  headers.set("content-length", String(range.end - range.start));
  return new Response(bodyOf(blob.slice(range.start, range.end)), { status: 206, headers });
}

function bodyOf(blob: BlobHandle): ReadableStream<Uint8Array<ArrayBuffer>> | null {
  return blob.size === 0 ? null : blob.stream();
}

function plain(status: number, headers: Readonly<Record<string, string>> = {}): Response {
  return new Response(null, {
    status,
    headers: { "content-length": "0", "x-content-type-options": "nosniff", ...headers },
  });
}
