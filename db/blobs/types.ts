/** What is known of a blob without its content. */
export interface BlobHead {
  /** Its key, as it was put. */
  readonly key: string;
  /** Bytes of its content. */
  readonly size: number;
  /** Its media type; empty when none was given. */
  readonly type: string;
  /** SHA-256 of the content, hexadecimal, unquoted. */
  readonly etag: string;
  /** What was stored beside it. */
  readonly metadata: Readonly<Record<string, string>>;
  /** When this content was put under this key, in milliseconds since 1970. */
  readonly createdAt: number;
}

/**
 * A blob whose content can be read, as often as wanted. It stays what it was when it was got: a `put` to the same
 * key disturbs nobody who reads. Content that was replaced is there until `gc()` takes it, which
 * waits for streams that are being read.
 */
export interface BlobHandle extends BlobHead {
  /** The content in pieces, read as they are asked for. */
  stream(): ReadableStream<Uint8Array<ArrayBuffer>>;
  /** A part of it, `end` excluded; as `Blob.slice` counts, negative numbers from the end. `size` is the part's. */
  slice(start: number, end?: number): BlobHandle;
  /** All of it in memory. */
  bytes(): Promise<Uint8Array<ArrayBuffer>>;
  /** All of it as text, decoded from UTF-8. */
  text(): Promise<string>;
  /** All of it as a `Blob` of its type. */
  blob(): Promise<Blob>;
}

/** What `put` takes beside the content. */
export interface PutOptions {
  /** A media type. @default that of the Blob, else empty */
  readonly type?: string;
  /** Text beside the content. */
  readonly metadata?: Readonly<Record<string, string>>;
  /** Puts only if the key has content with this `etag`. */
  readonly ifMatch?: string;
  /** Puts only if the key has not this content; `"*"`: if it has none. */
  readonly ifNoneMatch?: string | "*";
  /** Gives it up; rejects with the signal's reason, and nothing of it stays. */
  readonly signal?: AbortSignal;
  /** Hears how many bytes are stored so far. */
  readonly onProgress?: (bytes: number) => void;
}

/** What {@linkcode Blobs.upload} takes. */
export interface UploadOptions extends PutOptions {
  /** Where it goes. */
  readonly key: string;
  /** The most bytes that it may have. */
  readonly maxBytes: number;
  /** Media types that are allowed, as `"image/png"` or `"image/*"`. @default all */
  readonly types?: readonly string[];
}

/** A part of the keys of a store, see {@linkcode Blobs.list}. */
export interface BlobList {
  /** In the order of their keys, by code point. */
  blobs: BlobHead[];
  /** Where the next page begins; absent on the last one. */
  cursor?: string;
}

/** Content by key, beside the tables of a database. */
export interface Blobs {
  /**
   * Stores content under a key, in place of what is there. Its bytes are stored as they come, in constant memory; the key
   * has the old content until all of the new one is there.
   *
   * @throws {RangeError} When the key is longer than 1,024 bytes, holds U+0000 or a lone surrogate.
   * @throws {DataError} With code `"conflict"` when a precondition fails, `"full"` when a limit of the store is
   * passed or there is no space. Then the old content is there.
   */
  put(
    key: string,
    body: Blob | Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array> | string,
    options?: PutOptions,
  ): Promise<BlobHead>;
  /** What is known of the blob with a key. */
  head(key: string): Promise<BlobHead | undefined>;
  /** The blob with a key, or a range of it; `end` is exclusive. */
  get(
    key: string,
    options?: { range?: { start: number; end?: number } },
  ): Promise<BlobHandle | undefined>;
  /**
   * Blobs in the order of their keys, in pages of `limit`; those alone whose keys begin with `prefix`.
   *
   * @throws {RangeError} When the limit is no whole number from 1 to 1,000.
   * @throws {SyntaxError} When the cursor is none.
   */
  list(options?: { prefix?: string; cursor?: string; limit?: number }): Promise<BlobList>;
  /**
   * Gives a second key the same content, type and metadata; no byte is copied.
   *
   * @throws {DataError} With code `"conflict"` when `from` has no content.
   */
  copy(from: string, to: string): Promise<BlobHead>;
  /** Takes a key away; false when it has no content. `gc()` gives its bytes back. */
  delete(key: string): Promise<boolean>;
  /** Reads all content, and tells what is not as it was put. */
  verify(): Promise<readonly { key: string; problem: string }[]>;
  /**
   * Gives back the space of content that no key has any more, and of uploads that ended without success; tells how
   * many bytes. What is being uploaded or streamed stays, in other processes too.
   */
  gc(): Promise<{ bytes: number }>;
  /**
   * Stores the body of a request. The type is that of the request, unless `options` has one.
   *
   * @throws {TypeError} When the type is not allowed; answer 415.
   * @throws {RangeError} When the body has over `maxBytes` bytes; answer 413.
   * @throws {DataError} As `put` does.
   */
  upload(request: Request, options: UploadOptions): Promise<BlobHead>;
}

/** What `blobs` takes. */
export interface BlobsOptions {
  /** The most bytes of all blobs together, each counted under each of its keys. @default no limit */
  readonly maxBytes?: number;
  /** The most bytes of one blob. @default no limit */
  readonly maxBlobBytes?: number;
  /** Bytes of a chunk, from 1,024 to 16 MiB. @default 262,144 */
  readonly chunkBytes?: number;
  /**
   * A folder for content as files, in Deno, Node and Bun; it is made when it is missing, and nobody else is to
   * write there.
   *
   * @default beside the file of `fileDriver`; other drivers keep content in tables
   */
  readonly bodies?: string | URL;
}
