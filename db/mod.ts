/**
 * DATABASE: tables and values on a driver that is chosen at run time.
 *
 * @module
 */
export { openDatabase } from "./open.ts";
export type { Driver, Supports } from "./driver.ts";
export type {
  AsyncReads,
  AsyncVerbs,
  Database,
  OpenOptions,
  ReadOptions,
  Transaction,
  TransactionOptions,
} from "./types.ts";
