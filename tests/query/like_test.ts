import { assert, assertEquals, assertLess } from "@std/assert";
import fc from "fast-check";
import { afterPrefix } from "../../engine/bounds.ts";
import { likeMatcher, likePrefix } from "../../query/like.ts";
import { compareText } from "../../schema/text_order.ts";
import { createStore, like, query, table, text } from "../../mod.ts";

/** The meaning of a pattern, one code point at a time, with no care for time. */
function slowLike(pattern: readonly string[], chars: readonly string[]): boolean {
  const [head, ...rest] = pattern;
  if (head === undefined) return chars.length === 0;
  if (head === "%") {
    return slowLike(rest, chars) || chars.length > 0 && slowLike(pattern, chars.slice(1));
  }
  if (head === "_") return chars.length > 0 && slowLike(rest, chars.slice(1));
  const [literal, after] = head === "\\" && rest.length > 0
    ? [rest[0], rest.slice(1)]
    : [head, rest];
  return chars[0] === literal && slowLike(after, chars.slice(1));
}

const chars = fc.constantFrom("a", "b", "%", "_", "\\", "\u{1F600}", "\uFF5E");

const units = fc.constantFrom(
  "a",
  "b",
  "\uD7FF",
  "\uE000",
  "\uFFFF",
  "\u{10000}",
  "\u{1F600}",
  "\u{10FFFF}",
);

Deno.test("likeMatcher() matches as the plain definition does", () => {
  fc.assert(
    fc.property(
      fc.array(chars, { maxLength: 6 }),
      fc.array(chars, { maxLength: 8 }),
      (pattern, given) => {
        assertEquals(likeMatcher(pattern.join(""))(given.join("")), slowLike(pattern, given));
      },
    ),
    { numRuns: 5_000 },
  );
});

Deno.test("likePrefix() gives what every match begins with", () => {
  assertEquals(likePrefix("ab%"), { prefix: "ab", exact: true });
  assertEquals(likePrefix("a\\%b_c"), { prefix: "a%b", exact: false });
  assertEquals(likePrefix("%a"), { prefix: "", exact: false });
  fc.assert(
    fc.property(
      fc.array(chars, { maxLength: 6 }),
      fc.array(chars, { maxLength: 8 }),
      (pattern, given) => {
        const value = given.join("");
        if (likeMatcher(pattern.join(""))(value)) {
          assert(
            value.startsWith(likePrefix(pattern.join("")).prefix),
          );
        }
      },
    ),
  );
});

Deno.test("afterPrefix() is the first text after all that begin with the prefix", () => {
  assertEquals(afterPrefix("ab"), "ac");
  assertEquals(afterPrefix("\uD7FF"), "\uE000");
  assertEquals(afterPrefix("\uFFFF"), "\u{10000}");
  assertEquals(afterPrefix("a\u{10FFFF}"), "b");
  assertEquals(afterPrefix("\u{10FFFF}"), undefined);
  fc.assert(
    fc.property(
      fc.array(units, { minLength: 1, maxLength: 5 }).map((list) => list.join("")),
      fc.array(units, { maxLength: 5 }).map((list) => list.join("")),
      (prefix, other) => {
        const after = afterPrefix(prefix);
        if (after === undefined) return;
        assert(compareText(prefix + other, after) < 0);
        if (!other.startsWith(prefix)) {
          assertEquals(compareText(other, prefix) >= 0 && compareText(other, after) < 0, false);
        }
      },
    ),
  );
});

Deno.test("like() with 32 times %a takes under 5 ms against 10 kB", () => {
  const notes = table("notes", { id: text().primaryKey(), body: text() });
  const store = createStore({ tables: [notes] });
  store.insert(notes, { id: "1", body: "a".repeat(10_000) + "b" });
  store.insert(notes, { id: "2", body: "ab".repeat(5_000) });
  const hostile = query(notes).where({ body: like("%a".repeat(32) + "c") });
  store.all(hostile);
  let best = Infinity;
  for (let i = 0; i < 5; i++) {
    const start = performance.now();
    assertEquals(store.all(hostile), []);
    best = Math.min(best, performance.now() - start);
  }
  assertLess(best, 5);
});
