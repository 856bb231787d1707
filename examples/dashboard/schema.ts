/**
 * @module
 */
import { integer, real, table, text } from "@strata/data";

/** A request that a server has answered. */
export const requests = table("requests", {
  id: integer().primaryKey(),
  page: text(),
  status: integer(),
  bytes: integer(),
  ms: real(),
});

export const schema = { tables: [requests] };
