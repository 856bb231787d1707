import { boolean, integer, json, type Schema, table, text } from "../../mod.ts";

export const users = table("users", {
  id: text().primaryKey(),
  email: text().optional().unique(),
});

export const todos = table("todos", {
  id: text().primaryKey(),
  title: text(),
  done: boolean().default(false),
  priority: integer().default(0),
  ownerId: text().optional().references("users", { onDelete: "cascade" }),
}, { indexes: ["priority"] });

export const schema: Schema = {
  tables: [users, todos],
  values: {
    theme: text().default("light"),
    filter: json<{ tags: string[] }>().optional(),
  },
};

/** A whole row of `todos`. */
export function task(id: string, title = "x"): {
  id: string;
  title: string;
  done: boolean;
  priority: number;
  ownerId: string | null;
} {
  return { id, title, done: false, priority: 0, ownerId: null };
}
