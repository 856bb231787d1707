/**
 * @module
 */
import { date, table, text } from "@strata/data";

export const notes = table("notes", {
  id: text().primaryKey(),
  text: text().check((text) => text.length <= 1_000),
  at: date().default(() => new Date()),
}, { indexes: ["at"] });

export const schema = { tables: [notes] };
