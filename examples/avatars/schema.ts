import { type Schema, table, text } from "@strata/data";

/** `avatar` is the etag of the picture, null for who has none. */
export const users = table("users", {
  id: text().primaryKey(),
  name: text(),
  avatar: text().optional(),
});
export const schema: Schema = { tables: [users] };
