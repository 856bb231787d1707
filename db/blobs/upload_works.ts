/**
 * The steps of an upload, each work at one state.
 *
 * ```text
 * chunks of content -> addWork, a batch at a time -> finishWork: it is content, and its key has it
 *                      (parts of new chunks, and pins of the bodies that have the others)
 * ```
 *
 * @module
 */
import { query } from "../../query/mod.ts";
import type { Work } from "../driver.ts";
import { rowAt, rowsOf, Writing } from "./asking.ts";
import { Counts, setKey, type Space } from "./key_works.ts";
import { isUploading, LEASE_MS, ownerHere } from "./leases.ts";
import { checkConditions, ended } from "./rules.ts";
import {
  blobKeys,
  bodies,
  type BodyRow,
  chunks,
  type KeyRow,
  type PartRow,
  parts,
} from "./tables.ts";
import type { PutOptions } from "./types.ts";

/** An upload as its steps know it. */
export interface UploadState {
  readonly id: string;
  readonly space: Space;
  readonly key: string;
  readonly place: BodyRow["place"];
  readonly chunkBytes: number;
  readonly now: () => number;
  /** Whether its row is there. */
  started: boolean;
}

/** A chunk of an upload. */
export interface Chunk {
  readonly n: number;
  readonly hash: string;
  readonly data: Uint8Array<ArrayBuffer>;
}

/** Sees to it that the row of an upload is there and nobody takes it for dead. */
function* renew(
  upload: UploadState,
  writing: Writing,
  patch: Pick<BodyRow, "size"> & Partial<BodyRow>,
): Work<BodyRow> {
  const now = upload.now();
  const lease = now + LEASE_MS;
  if (!upload.started) {
    const row: BodyRow = {
      ...{ id: upload.id, space: upload.space.id, hash: null, refs: 0, place: upload.place },
      ...{
        chunkBytes: upload.chunkBytes,
        data: null,
        owner: ownerHere(),
        lease,
        wanted: null,
        pins: null,
      },
      ...patch,
    };
    writing.insert(bodies, row);
    return row;
  }
  const row = yield* rowAt(bodies, upload.id);
  if (!row || !isUploading(row, now)) throw ended(row);
  return writing.update(bodies, row, { ...patch, lease });
}

/** Renews the lease of an upload; with `wanted`, says which hash its content has. */
export function* renewWork(upload: UploadState, size: number, wanted?: string): Work<void> {
  const writing = new Writing();
  yield* renew(upload, writing, { size, ...(wanted !== undefined && { wanted }) });
  yield* writing.end();
}

/** Stores chunks that are new; gives the numbers of those that got a part. */
export function* addWork(
  upload: UploadState,
  batch: readonly Chunk[],
  pinned: readonly string[],
  size: number,
): Work<{ readonly stored: readonly number[]; readonly pins: readonly string[] }> {
  const fresh = new Map<string, Chunk>();
  const pins = new Set(pinned);
  for (const chunk of batch) {
    if (fresh.has(chunk.hash)) continue;
    const [part] = yield* rowsOf(query(parts).where({ chunk: chunk.hash }).limit(1));
    if (!part) fresh.set(chunk.hash, chunk);
    else if (part.body !== upload.id) pins.add(part.body);
  }
  const news = [...fresh.values()];
  const writing = new Writing();
  yield* renew(upload, writing, { size, pins: pins.size > 0 ? [...pins] : null });
  writing.insert(chunks, ...news.map(({ hash, data }) => ({ hash, data })));
  writing.insert(parts, ...news.map(({ n, hash }) => ({ body: upload.id, n, chunk: hash })));
  yield* writing.end();
  return { stored: news.map(({ n }) => n), pins: [...pins] };
}

/** What a key is to have. */
export interface Content {
  readonly hash: string;
  readonly size: number;
  /** All of it, where it is small. */
  readonly data: Uint8Array<ArrayBuffer> | null;
  /** Its chunks, and the numbers of those that have a part. */
  readonly list: readonly string[];
  readonly stored: ReadonlySet<number>;
  readonly type: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly createdAt: number;
}

/**
 * Makes an upload the content of its key. Where the same content is there already, that is what the key has, and the
 * upload is what is left.
 *
 * @throws {DataError} With code `"conflict"` when a precondition fails, `"full"` when a limit is passed.
 */
export function* finishWork(
  upload: UploadState,
  content: Content,
  options: Pick<PutOptions, "ifMatch" | "ifNoneMatch">,
): Work<KeyRow> {
  const { space, key, id } = upload;
  const before = yield* rowAt(blobKeys, space.id, key);
  checkConditions(before, options);
  const writing = new Writing();
  const counts = new Counts(writing);
  const same = yield* sameBody(upload, content);
  if (same) {
    yield* counts.add(same.id, 1);
    yield* leave(upload, content, writing);
  } else yield* keep(upload, content, writing);
  const { hash: etag, size, type, metadata, createdAt } = content;
  const row: KeyRow = {
    ...{ space: space.id, key, body: same?.id ?? id, size, type, etag, metadata, createdAt },
  };
  yield* setKey(writing, space, before, row, counts);
  counts.end();
  yield* writing.end();
  return row;
}

/** A body with this content that is kept in the same way. */
export function* sameBody(
  { space, place }: UploadState,
  { hash }: Pick<Content, "hash">,
): Work<BodyRow | undefined> {
  const found = yield* rowsOf(query(bodies).where({ space: space.id, hash }));
  return found.find((body) => body.place === place);
}

function* keep(upload: UploadState, content: Content, writing: Writing): Work<void> {
  const { hash, size, data, list, stored } = content;
  const body = { hash, size, refs: 1, data, owner: null, lease: null, wanted: null, pins: null };
  if (!upload.started) {
    const { id, space, place, chunkBytes } = upload;
    writing.insert(bodies, { id, space: space.id, place, chunkBytes, ...body });
    return;
  }
  const row = yield* rowAt(bodies, upload.id);
  if (!row || !isUploading(row, upload.now())) throw ended(row);
  writing.update(bodies, row, body);
  const missing: PartRow[] = [];
  for (const [n, chunk] of list.entries()) {
    if (!stored.has(n)) missing.push({ body: upload.id, n, chunk });
  }
  writing.insert(parts, ...missing);
}

/** Ends an upload that nobody needs: its row goes, or stays until its parts are collected. */
function* leave(upload: UploadState, { stored }: Content, writing: Writing): Work<void> {
  if (!upload.started) return;
  const row = yield* rowAt(bodies, upload.id);
  if (!row) return;
  if (stored.size === 0) writing.remove(bodies, row);
  else writing.update(bodies, row, { lease: 0, pins: null, wanted: null });
}
