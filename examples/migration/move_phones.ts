/**
 * @module
 */
import { integer, type Migration, table, text } from "@strata/data";

/** The table as this step makes it; what comes later does not change what it was. */
const phones = table("phones", {
  person: integer(),
  number: text(),
  kind: text(["home", "mobile", "work"]),
}, { primaryKey: ["person", "number"], indexes: ["person"] });

/** Numbers with a kind before them, such as `"mobile: 079 123 45 67"`, parted by commas. */
export function phonesOf(text: string): readonly { number: string; kind: string }[] {
  return text.split(",").map((part) => {
    const [, kind = "home", number = ""] = /^\s*(?:(home|mobile|work):)?\s*(.*?)\s*$/.exec(part) ??
      [];
    return { number, kind };
  }).filter(({ number }) => number !== "");
}

/** To version 3: the numbers of a person, one text so far, get a table of their own; who has no name goes. */
export async function movePhones(m: Migration): Promise<void> {
  // References are not followed here, so who goes goes before there are numbers.
  await m.each("people", (row) => row.first === "" && row.last === "" ? null : row);
  await m.addTable(phones);
  for await (const { id, phone } of m.rows("people")) {
    const found = new Map(phonesOf(String(phone ?? "")).map((item) => [item.number, item]));
    await m.insert("phones", [...found.values()].map((item) => ({ person: id, ...item })));
  }
  await m.dropColumn("people", "phone");
}
