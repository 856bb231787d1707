/**
 * @module
 */
import { boolean, table, text } from "@strata/data";

/** Their ids are UUIDv7, so that order by id is the order in which they were added. */
export const todos = table("todos", {
  id: text().primaryKey(),
  title: text(),
  done: boolean().default(false),
});

export const schema = { tables: [todos] };
