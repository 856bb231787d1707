import "./proto_accessor.ts";
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { copy, decode, encode, fromTree, toTree } from "../../schema/codec.ts";
import { anyText, anyValue, describe, objectsIn, wellFormedText } from "./any_value.ts";

const RUNS = { numRuns: Deno.env.get("STRATA_LONG") ? 20_000 : 1_000 };

Deno.test("decode() gives back any value that encode() took", () => {
  fc.assert(
    fc.property(anyValue(anyText), (value) => {
      assertEquals(describe(decode(encode(value))), describe(value));
    }),
    RUNS,
  );
});

Deno.test("fromTree() gives back any value that toTree() took, through JSON too", () => {
  fc.assert(
    fc.property(anyValue(anyText), (value) => {
      const before = describe(value);
      const tree = toTree(value);
      assertEquals(describe(fromTree(tree)), before);
      assertEquals(describe(fromTree(JSON.parse(JSON.stringify(tree)))), before);
      assertEquals(describe(value), before);
    }),
    RUNS,
  );
});

Deno.test("encode() gives one text for a value, however often it is decoded", () => {
  fc.assert(
    fc.property(anyValue(anyText), (value) => {
      const text = encode(value);
      assertEquals(encode(decode(text)), text);
    }),
    RUNS,
  );
});

Deno.test("encode() gives the text of JSON.stringify() when that loses nothing", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const text = JSON.stringify(value);
      fc.pre(!/"\$+":/.test(text) && describe(JSON.parse(text)) === describe(value));
      assertEquals(encode(value), text);
      assertEquals(toTree(value), value);
    }),
    RUNS,
  );
});

Deno.test("copy() equals decode(encode()) and shares nothing with its argument", () => {
  fc.assert(
    fc.property(anyValue(wellFormedText), (value) => {
      const before = describe(value);
      const copied = copy(value);
      assertEquals(describe(copied), before);
      assertEquals(encode(copied), encode(value));
      assert(objectsIn(copied).isDisjointFrom(objectsIn(value)));
      assertEquals(describe(value), before);
    }),
    RUNS,
  );
});

/** One change to a text: characters removed, put in or doubled. */
const change = fc.record({
  at: fc.nat({ max: 1_000 }),
  remove: fc.nat({ max: 8 }),
  insert: fc.oneof(
    fc.constantFrom("", "$", '"$"', "[", "]", "{", "}", ",", ":", '"', "-", "0", "1e999", "null"),
    fc.constantFrom('{"$":["hole"]}', '{"$":["-0"]}', '{"$":["date",', '"__proto__":', "\\u0024"),
    fc.constantFrom('{"__proto__":{"polluted":1}}', '"constructor"', '"map"', '"u16"', '"error"'),
    fc.string({ maxLength: 3 }),
  ),
});

Deno.test("decode() gives a value or a SyntaxError for any text", () => {
  const changed = fc.tuple(anyValue(anyText), fc.array(change, { minLength: 1, maxLength: 3 }));
  fc.assert(
    fc.property(changed, ([value, changes]) => {
      let text = encode(value);
      for (const { at, remove, insert } of changes) {
        const start = at % (text.length + 1);
        text = text.slice(0, start) + insert + text.slice(start + remove);
      }
      let decoded: unknown;
      try {
        decoded = decode(text);
      } catch (error) {
        assert(error instanceof SyntaxError, `${error} for ${text}`);
        return;
      } finally {
        assertEquals("polluted" in {}, false);
      }
      // What it gave is a value like any other.
      assertEquals(describe(decode(encode(decoded))), describe(decoded));
    }),
    { numRuns: RUNS.numRuns * 5 },
  );
});
