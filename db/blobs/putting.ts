import { commit, read, rowAt } from "./asking.ts";
import { type BlobBody, Chunker, type Source, sourceOf } from "./content.ts";
import { headOf } from "./handle.ts";
import { newHash } from "./hash.ts";
import {
  checkAllBytes,
  checkBlobBytes,
  checkConditions,
  checkKey,
  checkMetadata,
  checkType,
} from "./rules.ts";
import type { Store } from "./store.ts";
import { blobKeys, spaces } from "./tables.ts";
import type { BlobHead, PutOptions } from "./types.ts";
import { type Content, finishWork, type UploadState } from "./upload_works.ts";
import { startUpload, type Stored } from "./uploading.ts";

/** What a `put` was asked for, looked through. */
export interface Putting {
  readonly key: string;
  readonly source: Source;
  readonly type: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly options: PutOptions;
  /** Looks at each size that is reached; what it throws ends the upload. */
  readonly limit?: (bytes: number) => void;
}

/**
 * Looks through what a `put` is asked for, at once.
 *
 * @throws {TypeError} When something has the wrong type. @throws {RangeError} When it is out of its range.
 */
export function puttingOf(key: string, body: BlobBody, options: PutOptions): Putting {
  checkKey("blob", key);
  const source = sourceOf(body);
  const type = checkType(options.type ?? source.type);
  const metadata = checkMetadata(options.metadata ?? {});
  return { key, source, type, metadata, options: { ...options } };
}

/** Stores content under a key. */
export async function put(store: Store, putting: Putting): Promise<BlobHead> {
  const { source, options: { signal } } = putting;
  signal?.throwIfAborted();
  const chunker = new Chunker(source, signal);
  try {
    const check = await limitOf(store, putting);
    if (source.size !== undefined) check(source.size);
    const head = await chunker.hasMore(store.inlineBytes)
      ? await putLarge(store, putting, chunker, check)
      : await putSmall(store, putting, chunker, check);
    chunker.end(undefined);
    return head;
  } catch (error) {
    chunker.end(error);
    throw error;
  }
}

/** Looks whether the key may have new content, and gives what looks at its size. */
async function limitOf(store: Store, { key, options, limit }: Putting): Promise<Check> {
  const [row, sums] = await read(store.tables, function* () {
    return [yield* rowAt(blobKeys, store.id, key), yield* rowAt(spaces, store.id)] as const;
  });
  checkConditions(row, options);
  const others = (sums?.bytes ?? 0) - (row?.size ?? 0);
  return (size) => {
    limit?.(size);
    checkBlobBytes(store, size);
    checkAllBytes(store, others + size);
  };
}
type Check = (size: number) => void;

/** What is small needs no upload: one commit has all of it. */
async function putSmall(
  store: Store,
  putting: Putting,
  chunker: Chunker,
  check: Check,
): Promise<BlobHead> {
  const data = await chunker.next(store.inlineBytes);
  check(data.length);
  const hash = newHash();
  hash.update(data);
  const state: UploadState = {
    ...{ id: store.tables.core.fresh(), space: store, key: putting.key, place: "inline" },
    ...{ chunkBytes: 0, now: store.now, started: false },
  };
  const stored: Stored = { list: [], stored: new Set() };
  const head = await finish(store, putting, state, {
    ...stored,
    ...{ hash: hash.hex(), size: data.length, data },
  });
  putting.options.onProgress?.(data.length);
  return head;
}

async function putLarge(
  store: Store,
  putting: Putting,
  chunker: Chunker,
  check: Check,
): Promise<BlobHead> {
  const { key, options: { signal, onProgress } } = putting;
  const upload = startUpload(store, key, (bytes) => onProgress?.(bytes));
  try {
    const hash = newHash();
    let size = 0;
    for (;;) {
      const chunk = await chunker.next(store.chunkBytes);
      if (chunk.length === 0) break;
      check(size += chunk.length);
      hash.update(chunk);
      await upload.add(chunk);
    }
    signal?.throwIfAborted();
    const hex = hash.hex();
    const stored = await upload.finish(hex);
    signal?.throwIfAborted();
    return await finish(store, putting, upload.state, { ...stored, hash: hex, size, data: null });
  } finally {
    await upload.end();
  }
}

async function finish(
  store: Store,
  { type, metadata, options }: Putting,
  state: UploadState,
  stored: Pick<Content, "hash" | "size" | "data" | "list" | "stored">,
): Promise<BlobHead> {
  const content = { ...stored, type, metadata, createdAt: store.now() };
  return headOf(await commit(store.tables, () => finishWork(state, content, options)));
}
