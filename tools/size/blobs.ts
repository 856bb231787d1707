/**
 * Blobs in a page: a database on IndexedDB with nothing but content by key.
 *
 * @module
 */
export { openDatabase } from "../../mod.ts";
export { indexedDbDriver } from "../../drivers/indexed_db.ts";
export { blobs } from "../../db/blobs/mod.ts";
