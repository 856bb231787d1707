import {
  contains,
  endsWith,
  ilike,
  like,
  not,
  or,
  query,
  startsWith,
  table,
  text,
} from "../../mod.ts";
import { indexed, kinds, schema, TEXTS, users } from "./samples.ts";
import { assertSame } from "./same.ts";
import { assertFails, bad, type Suite } from "./suite.ts";
import type { Subject } from "./subject.ts";

const words = [
  "",
  "a",
  "A",
  "ab",
  "abc",
  "a%c",
  "a_c",
  "a\\c",
  "a*c",
  "a?c",
  "a[b]c",
  "\u{1F600}",
  "a\u{1F600}c",
  "\uFF5E",
  "é",
  "É",
  "e\u0301",
  "ß",
  "İ",
  "line\nbreak",
];

async function fill(db: Subject, values: readonly string[] = words): Promise<void> {
  for (const target of [kinds, indexed]) {
    await db.insert(target, [
      ...values.map((value, id) => ({ id, text: value })),
      { id: values.length, text: null },
    ]);
  }
}

export function textMatchingTests({ test, open }: Suite): void {
  /** The texts that match, on a column without and with an index, and the rest. */
  async function matches(db: Subject, operand: unknown): Promise<string[]> {
    const where = bad({ text: operand });
    const got = (await db.all(query(kinds).where(where))).map((row) => row.text!);
    const byIndex = (await db.all(query(indexed).where(where))).map((row) => row.text!);
    assertSame(byIndex, got, "with an index");
    for (const target of [kinds, indexed]) {
      const rest = await db.count(query(target).where(not(where)));
      assertSame(rest, await db.count(query(target)) - got.length, "the rest");
    }
    return got;
  }

  test("like() takes % as any run and _ as one code point", async () => {
    await using db = await open(schema);
    await fill(db);
    const cases: readonly (readonly [string, readonly string[]])[] = [
      ["", [""]],
      ["%", words],
      ["%%", words],
      ["a", ["a"]],
      ["_", ["a", "A", "\u{1F600}", "\uFF5E", "é", "É", "ß", "İ"]],
      ["__", ["ab", "e\u0301"]],
      ["a_c", ["abc", "a%c", "a_c", "a\\c", "a*c", "a?c", "a\u{1F600}c"]],
      ["a%", [
        "a",
        "ab",
        "abc",
        "a%c",
        "a_c",
        "a\\c",
        "a*c",
        "a?c",
        "a[b]c",
        "a\u{1F600}c",
      ]],
      ["%c", ["abc", "a%c", "a_c", "a\\c", "a*c", "a?c", "a[b]c", "a\u{1F600}c"]],
      ["%b%", ["ab", "abc", "a[b]c", "line\nbreak"]],
      ["%e%e%", ["line\nbreak"]],
      ["line_break", ["line\nbreak"]],
      ["%\u{1F600}%", ["\u{1F600}", "a\u{1F600}c"]],
      ["a*c", ["a*c"]],
      ["a?c", ["a?c"]],
      ["a[b]c", ["a[b]c"]],
      ["[a]", []],
      ["A%", ["A"]],
    ];
    for (const [pattern, expected] of cases) {
      assertSame(await matches(db, like(pattern)), expected, JSON.stringify(pattern));
    }
  });

  test("like() takes what follows a backslash as it is", async () => {
    await using db = await open(schema);
    await fill(db);
    const cases: readonly (readonly [string, readonly string[]])[] = [
      ["a\\%c", ["a%c"]],
      ["a\\_c", ["a_c"]],
      ["a\\\\c", ["a\\c"]],
      ["a\\*c", ["a*c"]],
      ["\\a\\b", ["ab"]],
      ["%\\%%", ["a%c"]],
      ["%\\_%", ["a_c"]],
      ["%\\\\%", ["a\\c"]],
    ];
    for (const [pattern, expected] of cases) {
      assertSame(await matches(db, like(pattern)), expected, JSON.stringify(pattern));
    }
  });

  test("startsWith(), endsWith() and contains() take every character as it is", async () => {
    await using db = await open(schema);
    await fill(db, TEXTS);
    for (const part of TEXTS) {
      const about = JSON.stringify(part);
      const starting = TEXTS.filter((value) => value.startsWith(part));
      assertSame(await matches(db, startsWith(part)), starting, about);
      assertSame(await matches(db, endsWith(part)), TEXTS.filter((v) => v.endsWith(part)), about);
      assertSame(await matches(db, contains(part)), TEXTS.filter((v) => v.includes(part)), about);
    }
  });

  test("startsWith() is right at the ends of ranges", async () => {
    await using db = await open(schema);
    const values = [
      "\u{10FFFF}",
      "\u{10FFFF}a",
      "\uD7FF",
      "\uD7FFz",
      "\uE000",
      "a\u{10FFFF}b",
      "b",
    ];
    await fill(db, values);
    for (const part of ["\u{10FFFF}", "\uD7FF", "a\u{10FFFF}", "a", "\u{10FFFF}\u{10FFFF}"]) {
      const expected = values.filter((value) => value.startsWith(part));
      assertSame(await matches(db, startsWith(part)), expected, JSON.stringify(part));
    }
  });

  test("ilike() and ignoreCase fold by Unicode, not by ASCII alone", async () => {
    await using db = await open(schema);
    await fill(db);
    const ignoreCase = { ignoreCase: true };
    assertSame(await matches(db, ilike("A")), ["a", "A"]);
    assertSame(await matches(db, ilike("É")), ["é", "É"]);
    assertSame(await matches(db, ilike("AB%")), ["ab", "abc"]);
    assertSame(await matches(db, like("%B%", ignoreCase)), ["ab", "abc", "a[b]c", "line\nbreak"]);
    assertSame(await matches(db, like("A\\%C", ignoreCase)), ["a%c"]);
    assertSame(await matches(db, startsWith("É", ignoreCase)), ["é", "É"]);
    assertSame(await matches(db, endsWith("B", ignoreCase)), ["ab"]);
    assertSame(await matches(db, contains("NE\nB", ignoreCase)), ["line\nbreak"]);
    assertSame(await matches(db, ilike("SS")), []);
    assertSame(await matches(db, ilike("ß")), ["ß"]);
    assertSame(await matches(db, ilike("İ")), ["İ"]);
    assertSame(await matches(db, like("A%", { ignoreCase: false })), ["A"]);
  });

  test("text matching with null on either side is false", async () => {
    await using db = await open(schema);
    await fill(db, ["", "a"]);
    for (const make of [like, ilike, startsWith, endsWith, contains]) {
      const run = async () => await matches(db, make(bad(null)));
      let got: unknown;
      try {
        got = await run();
      } catch (error) {
        // A null written by hand is a mistake that may be told.
        got = error instanceof TypeError ? [] : error;
      }
      assertSame(got, []);
    }
    assertSame(await matches(db, startsWith("")), ["", "a"]);
    assertSame(await matches(db, contains("")), ["", "a"]);
  });

  test("text matching combines with the other conditions", async () => {
    await using db = await open(schema);
    await fill(db);
    const either = query(kinds).where(or({ text: like("%b%") }, { text: "A" }));
    assertSame((await db.all(either)).map((row) => row.text), [
      "A",
      "ab",
      "abc",
      "a[b]c",
      "line\nbreak",
    ]);
    const both = query(kinds).where({ text: startsWith("a") }).where({ text: endsWith("b") });
    assertSame((await db.all(both)).map((row) => row.text), ["ab"]);
  });

  test("text matching works on enums and keys", async () => {
    const keyed = table("keyed", { id: text().primaryKey() });
    await using db = await open({ tables: [...schema.tables, keyed] });
    await db.insert(users, [{ id: "a", email: "1", role: "admin" }, { id: "b", email: "2" }]);
    assertSame((await db.all(query(users).where({ role: startsWith("a") }))).length, 1);
    await db.insert(keyed, ["a", "ab", "b", "%"].map((id) => ({ id })));
    const starting = query(keyed).where({ id: startsWith("a") });
    assertSame((await db.all(starting)).map((row) => row.id), ["a", "ab"]);
    assertSame(await db.all(query(keyed).where({ id: like("\\%") })), [{ id: "%" }]);
  });

  test("like() takes a time that grows with the text, not with its power", async () => {
    await using db = await open(schema);
    await db.insert(kinds, { id: 1, text: "a".repeat(2_000) });
    const pattern = `${"%a".repeat(12)}%b`;
    const start = performance.now();
    assertSame(await db.count(query(kinds).where({ text: like(pattern) })), 0);
    assertSame(performance.now() - start < 500, true);
  });

  test("text matching is refused on other types, and other types in it", async () => {
    await using db = await open(schema);
    await db.insert(kinds, { id: 1 });
    for (const type of ["integer", "bigint", "real", "boolean", "date", "bytes"]) {
      for (const operand of [like("a"), startsWith("a"), contains("a")]) {
        const run = () => db.all(query(kinds).where(bad({ [type]: operand })));
        await assertFails(run, TypeError, type);
      }
    }
    for (const make of [like, ilike, startsWith, endsWith, contains]) {
      for (const value of [1, undefined, {}, /a/]) {
        const run = () => db.all(query(kinds).where({ text: make(bad(value)) }));
        await assertFails(run, TypeError);
      }
    }
  });
}
