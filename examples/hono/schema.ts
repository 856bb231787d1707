/**
 * @module
 */
import { boolean, query, table, text, webstorage } from "@strata/data";

export const notes = table("notes", {
  id: text().primaryKey(),
  title: text(),
  done: boolean().default(false),
});
export const schema = { tables: [notes] };

/** What the page shows; the browser asks the same, so it finds the rows in the page. */
export const open = query(notes).where({ done: false }).orderBy("id");

/** What a visitor has chosen: on the server of one request, in the browser of all of its tabs. */
export const settings = webstorage("local", { namespace: "settings" });
