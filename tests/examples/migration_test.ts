import { assertEquals } from "@std/assert";
import { openDatabase, query } from "../../mod.ts";
import { people, phones, schema } from "../../examples/migration/schema.ts";
import { contacts, entries, version1 } from "../../examples/migration/version_1.ts";
import { phonesOf } from "../../examples/migration/move_phones.ts";
import { nameParts } from "../../examples/migration/split_names.ts";
import { memoryDriver } from "../../drivers/memory.ts";

Deno.test("migration: the program prints the address book of version 3", async () => {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", new URL("../../examples/migration/main.ts", import.meta.url).href],
    env: { NO_COLOR: "1" },
  }).output();
  const decoder = new TextDecoder();
  assertEquals(code, 0, decoder.decode(stderr));
  assertEquals(decoder.decode(stdout).trim().split("\n"), [
    "Hypatia: no number",
    "Lovelace, Ada: 020 7946 0001 (mobile), 020 7946 0002 (work)",
    "Turing, Alan Mathison: 01908 640404 (home)",
    "A program of version 1 is refused by now.",
  ]);
});

Deno.test("migration: version 1 becomes version 3", async () => {
  const driver = memoryDriver();
  {
    await using old = await openDatabase(version1, driver);
    await old.insert(contacts, entries);
    await old.insert(contacts, { id: 5, name: "Bo", phone: "1, 1,work:2, " });
  }
  await using db = await openDatabase(schema, driver);
  const found = await db.all(query(people));
  assertEquals(found.map(({ id }) => id), [1, 2, 3, 5]);
  assertEquals(found[1], { id: 2, first: "Alan Mathison", last: "Turing", note: null });
  assertEquals(await db.count(query(phones)), 5);
  assertEquals(await db.all(query(phones).where({ person: 5 })), [
    { person: 5, number: "1", kind: "home" },
    { person: 5, number: "2", kind: "work" },
  ]);
});

Deno.test("migration: names and numbers are taken apart", () => {
  assertEquals(nameParts(" Ada  King Lovelace "), { first: "Ada  King", last: "Lovelace" });
  assertEquals(nameParts(""), { first: "", last: "" });
  assertEquals(phonesOf("work:1,  2 ,,mobile: "), [
    { number: "1", kind: "work" },
    { number: "2", kind: "home" },
  ]);
});
