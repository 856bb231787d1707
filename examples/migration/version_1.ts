/**
 * What an installation of long ago has; here to make one. Programs keep their steps, not their old schemas.
 *
 * @module
 */
import { integer, type Schema, table, text } from "@strata/data";

export const contacts = table("contacts", {
  id: integer().primaryKey(),
  name: text(),
  phone: text().optional(),
});

export const version1: Schema = { tables: [contacts], version: 1 };

export const entries = [
  { id: 1, name: "Ada Lovelace", phone: "mobile: 020 7946 0001, work: 020 7946 0002" },
  { id: 2, name: "Alan Mathison Turing", phone: "01908 640404" },
  { id: 3, name: "Hypatia" },
  { id: 4, name: " ", phone: "020 7946 0999" },
];
