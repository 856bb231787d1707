import { assertEquals, assertStringIncludes } from "@std/assert";
import { lint } from "./lint.ts";

const found = (source: string, path = "store/a.ts"): string[] =>
  lint("error-wording", path, source);

const GOOD = [
  'new TypeError("Cannot read a as it is closed: b")',
  "new RangeError(`Cannot read ${a} as it is ${b}`)",
  'new SyntaxError("Cannot read " + a + " as b")',
  'new Error(a ? "Cannot x" : `Cannot y`)',
  'new DataError("closed", "Cannot read a", { cause })',
  'new TypeError("Cannot read the table\'s row, it isnt there")',
  "new Error(message)",
  "new Error(wording(a))",
  'new AggregateError([], "anything.")',
  'new Map("anything.")',
];
for (const source of GOOD) {
  Deno.test(`error-wording accepts ${source}`, () => assertEquals(found(source), []));
}

const BAD = [
  ['new TypeError("Could not read")', "start"],
  ['new TypeError("cannot read")', "start"],
  ['new TypeError("Cannotread")', "start"],
  ["new RangeError(`${name} is wrong`)", "start"],
  ["new RangeError(`Invalid ${name}`)", "start"],
  ['new Error("Invalid " + name)', "start"],
  ['new Error(name + " is wrong")', "start"],
  ['new Error(a ? "Cannot x" : "No y")', "start"],
  ['new Error(a ?? "No y")', "start"],
  ['throw Error("No y")', "start"],
  ['new Error("Cannot read a.")', "period"],
  ["new Error(`Cannot read ${a}.`)", "period"],
  ['new Error("Cannot read " + a + ". ")', "period"],
  ['new Error("Cannot read as it can\'t be")', "contraction"],
  ["new Error(`Cannot read ${a} as it doesn’t exist`)", "contraction"],
  ['new Error("Cannot read as it\'s closed")', "contraction"],
  ['new DataError("closed", "closed")', "start"],
  ['new DataError("closed", `Cannot read ${a}.`)', "period"],
  ["new Error()", "no message"],
] as const;
for (const [source, problem] of BAD) {
  Deno.test(`error-wording reports ${source}`, () => {
    const messages = found(source);
    assertEquals(messages.length, 1);
    assertStringIncludes(messages[0] ?? "", problem);
  });
}

Deno.test("error-wording judges tools too, not tests", () => {
  assertEquals(found('new Error("boom")', "tools/a.ts").length, 1);
  assertEquals(found('new Error("boom")', "tests/a.ts"), []);
});
