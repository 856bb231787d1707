/**
 * @module
 */
import { date, integer, table, text } from "@strata/data";

export const rooms = table("rooms", {
  id: text().primaryKey(),
  /** The number of the last message. */
  last: integer().default(0),
});

/**
 * Messages count 1, 2, 3... in each room, so their order is that in which they came in. Clocks would not do: one
 * that is late puts a message before some that were read already.
 */
export const messages = table("messages", {
  room: text().references("rooms", { onDelete: "cascade" }),
  number: integer(),
  author: text(),
  body: text(),
  sentAt: date(),
}, { primaryKey: ["room", "number"] });

export const schema = { tables: [rooms, messages] };
