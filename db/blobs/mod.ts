/**
 * Content by key in a database, on any driver: files, pictures, downloads. Equal content is stored once, readers
 * are not disturbed by who replaces it, and a server answers requests with it.
 *
 * @module
 */
export { blobs } from "./blobs.ts";
export { serveBlob, type ServeOptions } from "./serve.ts";
export { signBlobUrl, type SignOptions, verifyBlobUrl, type VerifyOptions } from "./signed_url.ts";
export type {
  BlobHandle,
  BlobHead,
  BlobList,
  Blobs,
  BlobsOptions,
  PutOptions,
  UploadOptions,
} from "./types.ts";
