/**
 * A cache in memory.
 *
 * @module
 */
export { openDatabase, table, text } from "../../mod.ts";
export { cache } from "../../db/cache/mod.ts";
export { memoryDriver } from "../../drivers/memory.ts";
