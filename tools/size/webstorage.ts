/**
 * The cache tier alone, for a page that keeps its settings.
 *
 * @module
 */
export { webstorage } from "../../webstorage/mod.ts";
