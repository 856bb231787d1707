import { boolean, query, type Row, table, text } from "@strata/data";

export const notes = table("notes", {
  id: text().primaryKey(),
  title: text(),
  done: boolean().default(false),
});
export type Note = Row<typeof notes>;
export const schema = { tables: [notes] };

/** What the page shows. The island asks the same, so it finds the rows in the page. */
export const open = query(notes).where({ done: false }).orderBy("id");
