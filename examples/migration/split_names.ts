/**
 * @module
 */
import { type Migration, text } from "@strata/data";

/** `"Ada Lovelace"`: what comes before the last space, and what comes after it. */
export function nameParts(name: string): { readonly first: string; readonly last: string } {
  const space = name.trim().lastIndexOf(" ");
  return { first: name.trim().slice(0, Math.max(space, 0)), last: name.trim().slice(space + 1) };
}

/** To version 2: `contacts` becomes `people`, and the name two columns. */
export async function splitNames(m: Migration): Promise<void> {
  await m.renameTable("contacts", "people");
  await m.addColumn("people", "first", text(), {
    fill: ({ name }) => nameParts(String(name)).first,
  });
  await m.addColumn("people", "last", text(), { fill: ({ name }) => nameParts(String(name)).last });
  await m.dropColumn("people", "name");
}
