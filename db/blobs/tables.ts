/**
 * Where blobs lie.
 *
 * ```text
 * strata_blobs         space, key  ->  body        a key, and what is known of its content
 * strata_blob_bodies   id                          content, once however many keys have it (refs)
 * strata_blob_parts    body, n     ->  chunk       its pieces in order; small content is in the body itself
 * strata_blob_chunks   hash                        bytes, once however many bodies have them
 * strata_blob_spaces   id                          sums of each store
 * strata_blob_reads    id          ->  body        streams that other processes are reading
 * ```
 *
 * A chunk is there as long as a part names it. A body whose `hash` is null is an upload, running while its `lease` is
 * in the future, or the rest of one. All names of stores and content are hashes or ids; keys are only ever data.
 *
 * @module
 */
import { bytes, integer, json, text } from "../../schema/column.ts";
import type { Row, Table } from "../../schema/types.ts";
import { coreTable } from "../core_tables.ts";

export const blobKeys = coreTable("strata_blobs", {
  space: text(),
  key: text(),
  body: text(),
  size: integer(),
  type: text(),
  etag: text(),
  metadata: json<Readonly<Record<string, string>>>(),
  createdAt: integer(),
}, { primaryKey: ["space", "key"] });

export const bodies = coreTable("strata_blob_bodies", {
  id: text().primaryKey(),
  space: text(),
  /** Of its content; null while it is uploaded. */
  hash: text().optional(),
  size: integer(),
  /** How many keys have it. */
  refs: integer(),
  /** Bytes of each part but the last. */
  chunkBytes: integer(),
  /** Where its bytes are. */
  place: text(["inline", "rows", "outside"]),
  data: bytes().optional(),
  /** Which process uploads it, and until when others believe that. */
  owner: text().optional(),
  lease: integer().optional(),
  /** The hash that an upload is about to have, so that its file is nobody's litter. */
  wanted: text().optional(),
  /** Bodies whose chunks an upload rests on. */
  pins: json<readonly string[]>().optional(),
}, { indexes: [["space", "hash"], ["space", "refs"], "lease"] });

export const parts = coreTable("strata_blob_parts", {
  body: text(),
  n: integer(),
  chunk: text(),
}, { primaryKey: ["body", "n"], indexes: ["chunk"] });

export const chunks = coreTable("strata_blob_chunks", {
  hash: text().primaryKey(),
  data: bytes(),
});

export const spaces = coreTable("strata_blob_spaces", {
  id: text().primaryKey(),
  name: text(),
  bytes: integer(),
  blobs: integer(),
});

export const reads = coreTable("strata_blob_reads", {
  id: text().primaryKey(),
  body: text(),
  owner: text(),
  until: integer(),
}, { indexes: ["body"] });

/** All of them, as they are made. */
export const TABLES = [blobKeys, bodies, parts, chunks, spaces, reads] as const;

export type KeyRow = Row<typeof blobKeys>;
export type BodyRow = Row<typeof bodies>;
export type PartRow = Row<typeof parts>;
export type ChunkRow = Row<typeof chunks>;
export type SpaceRow = Row<typeof spaces>;

/** Rows of a table by its type. */
export type RowsOf<T> = T extends Table<infer R, infer _I, infer _K, infer _U> ? R : never;
