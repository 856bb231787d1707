import {
  type Database,
  integer,
  json,
  openDatabase,
  query,
  type Schema,
  table,
  text,
} from "../../../mod.ts";
import { type FakeDisk, fakeDriver } from "./fake_file.ts";

export const people = table("people", {
  id: text().primaryKey(),
  name: text().optional().unique(),
  more: json<unknown>().optional(),
});
/** Rows that come two in a commit. */
export const pairs = table("pairs", { id: text().primaryKey(), batch: integer() });
export const schema: Schema = {
  tables: [people, pairs],
  values: { motto: text().default("none") },
};

export function open(disk: FakeDisk): Promise<Database> {
  return openDatabase(schema, fakeDriver(disk), { durability: "strict" });
}

/** All that it holds, as text. */
export async function contents(db: Database): Promise<string> {
  const rows = [await db.all(query(people)), await db.all(query(pairs))];
  return JSON.stringify([...rows, await db.getValue("motto")]);
}

export function pair(batch: number): { id: string; batch: number }[] {
  return [{ id: `${batch} a`, batch }, { id: `${batch} b`, batch }];
}
