/**
 * Contacts of an address book as of version 3: names in two columns, and any number of numbers to call.
 *
 * What a schema was before is nowhere but in its steps: they work by name on what is stored.
 *
 * @module
 */
import { integer, type Schema, table, text } from "@strata/data";
import { splitNames } from "./split_names.ts";
import { movePhones } from "./move_phones.ts";

export const people = table("people", {
  id: integer().primaryKey(),
  first: text(),
  last: text(),
  note: text().optional(),
}, { indexes: [["last", "first"]] });

export const phones = table("phones", {
  person: integer().references("people", { onDelete: "cascade" }),
  number: text(),
  kind: text(["home", "mobile", "work"]).default("home"),
}, { primaryKey: ["person", "number"] });

export const schema: Schema = {
  tables: [people, phones],
  version: 3,
  migrations: { 2: splitNames, 3: movePhones },
};
