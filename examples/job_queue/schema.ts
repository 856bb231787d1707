/**
 * @module
 */
import { date, integer, json, table, text } from "@strata/data";

export const jobs = table("jobs", {
  id: text().primaryKey(),
  kind: text(),
  payload: json<unknown>(),
  state: text(["waiting", "running", "done", "failed"]).default("waiting"),
  /** When the job may be taken: at first at once, after a failure later, and while it runs when its lease ends. */
  dueAt: date().optional(), // null: never again
  attempts: integer().default(0),
  worker: text().optional(),
  error: text().optional(),
}, { indexes: ["dueAt"] });

export const schema = { tables: [jobs] };
