import { query } from "../../mod.ts";
import { BIGINTS, BYTES, DATES, kinds, LONG, NUMBERS, schema, TEXTS } from "./samples.ts";
import { assertSame, show } from "./same.ts";
import { assertFails, bad, type Suite } from "./suite.ts";

class Thing {
  x = 1;
}
const cyclic: unknown[] = [];
cyclic.push(cyclic);
const sparse = [1, , 3];
const weird = JSON.parse('{ "__proto__": { "a": 1 }, "constructor": 2, "": 3, "a.b": [] }');

/** What each type takes, and keeps as it is. */
const ACCEPTED: Readonly<Record<string, readonly unknown[]>> = {
  text: [...TEXTS, LONG],
  integer: [0, 1, -1, 2 ** 53 - 1, -(2 ** 53 - 1)],
  bigint: BIGINTS,
  real: NUMBERS,
  boolean: [true, false],
  date: [...DATES, new Date("-004712-01-01T00:00:00.000Z")],
  bytes: BYTES,
  json: [
    true,
    false,
    0,
    -0,
    NaN,
    Infinity,
    -Infinity,
    1.5,
    12n,
    "",
    "\u{1F600}",
    [],
    {},
    [null, [1, { a: [] }]],
    { b: 1, a: { c: null } },
    { a: undefined },
    weird,
    new Date(5),
    new Date(NaN),
    new Map<unknown, unknown>([["a", 1], [{ k: 1 }, new Date(0)]]),
    new Set([1, "1"]),
    new Uint8Array([0, 255]),
    { deep: { when: new Date(7), big: [2n ** 70n] } },
    { $: "tag", $t: "date", "~": 1 },
  ],
};

/** What each type refuses for its type. */
const WRONG_TYPE: Readonly<Record<string, readonly unknown[]>> = {
  text: [1, true, 1n, new Date(0), {}, [], ["a"], Symbol("s"), () => "x"],
  integer: ["1", true, 1n, new Date(0), {}, []],
  bigint: [1, "1", true, {}],
  real: ["1", true, 1n, new Date(0), {}],
  boolean: [0, 1, "true", {}, 1n],
  date: [0, "2020-01-01", "2020-01-01T00:00:00.000Z", {}, 1n],
  bytes: [[1], "a", 1, {}, new Uint16Array([1]), new DataView(new ArrayBuffer(1))],
  json: [
    () => 1,
    Symbol("s"),
    [() => 1],
    { a: Symbol("s") },
    new Thing(),
    { a: new Thing() },
    cyclic,
    new Blob([]),
    new WeakMap(),
  ],
};

/** What each type refuses for its range. */
const OUT_OF_RANGE: Readonly<Record<string, readonly unknown[]>> = {
  text: ["\uD800", "a\uDC00b", "\uDE00\uD83D", "\u0000", "a\u0000"],
  integer: [0.5, 2 ** 53, -(2 ** 53), NaN, Infinity, 1e300],
  bigint: [2n ** 63n, -(2n ** 63n) - 1n, 10n ** 40n],
  real: [NaN],
  date: [new Date(NaN), new Date(253_402_300_800_000), new Date("-004713-12-31T00:00:00.000Z")],
  json: ["\uD800", ["a\u0000"], { a: { b: "\uDC00" } }, { "\u0000": 1 }, { "\uD800": 1 }],
};

export function acceptTests({ test, open }: Suite): void {
  for (const [type, values] of Object.entries(ACCEPTED)) {
    test(`insert() and update() keep what a ${type} column takes`, async () => {
      await using db = await open(schema);
      for (const [id, value] of values.entries()) {
        const row = await db.insert(kinds, { id, [type]: value });
        assertSame(row[type as "json"], value, "inserted");
        const got = await db.get(kinds, id);
        assertSame(got![type as "json"], value, "got");
      }
      const all = await db.all(query(kinds));
      assertSame(all.map((row) => row[type as "json"]), values);
      for (const [id, value] of values.entries()) {
        await db.update(kinds, id, { [type]: null });
        await db.update(kinds, id, { [type]: value });
        assertSame((await db.get(kinds, id))![type as "json"], value, "updated");
      }
    });
  }

  for (
    const [kind, lists] of [[TypeError, WRONG_TYPE], [RangeError, OUT_OF_RANGE]] as const
  ) {
    for (const [type, values] of Object.entries(lists)) {
      test(`insert() and update() throw ${kind.name} when ${type} is refused`, async () => {
        await using db = await open(schema);
        await db.insert(kinds, { id: 1 });
        const before = await db.all(query(kinds));
        for (const value of values) {
          const about = show(value === cyclic ? "cyclic" : value);
          const patch = bad({ [type]: value });
          const row = bad({ id: 2, [type]: value });
          try {
            await assertFails(() => db.insert(kinds, row), kind, "kinds", type);
            await assertFails(() => db.insert(kinds, [{ id: 3 }, row]), kind, "kinds", type);
            await assertFails(() => db.upsert(kinds, row), kind, "kinds", type);
            await assertFails(() => db.replace(kinds, row), kind, "kinds", type);
            await assertFails(() => db.update(kinds, 1, patch), kind, "kinds", type);
            await assertFails(() => db.update(kinds, 1, () => patch), kind, "kinds", type);
            await assertFails(() => db.updateAll(kinds, {}, patch), kind, "kinds", type);
          } catch (error) {
            throw new Error(`${type} of ${about}`, { cause: error });
          }
        }
        assertSame(await db.all(query(kinds)), before);
      });
    }
  }

  test("insert() makes -0 of a number column 0", async () => {
    await using db = await open(schema);
    const row = await db.insert(kinds, { id: -0, integer: -0, real: -0, bigint: -0n });
    const zeros = [row.id, row.integer, row.real, row.bigint];
    assertSame(zeros, [0, 0, 0, 0n]);
    const stored = (await db.get(kinds, 0))!;
    assertSame([stored.id, stored.integer, stored.real], [0, 0, 0]);
    assertSame((await db.update(kinds, -0, { real: -0 }))!.real, 0);
    assertSame((await db.get(kinds, 0))!.real, 0);
  });

  test("insert() copies dates, bytes and JSON in", async () => {
    await using db = await open(schema);
    const given = { date: new Date(5), bytes: new Uint8Array([1, 2]), json: { a: [1] } };
    const { date, bytes, json } = given;
    await db.insert(kinds, { id: 1, date, bytes, json });
    date.setTime(6);
    bytes[0] = 9;
    json.a.push(2);
    const row = (await db.get(kinds, 1))!;
    assertSame([row.date, row.bytes, row.json], [new Date(5), new Uint8Array([1, 2]), { a: [1] }]);
  });

  test("insert() takes the view alone when bytes are part of a larger buffer", async () => {
    await using db = await open(schema);
    const large = new Uint8Array([9, 1, 2, 9]);
    await db.insert(kinds, { id: 1, bytes: large.subarray(1, 3) });
    const { bytes } = (await db.get(kinds, 1))!;
    assertSame(bytes, new Uint8Array([1, 2]));
    assertSame(bytes!.buffer.byteLength, 2);
  });

  test("insert() keeps the order of keys and the holes of JSON", async () => {
    await using db = await open(schema);
    await db.insert(kinds, { id: 1, json: { b: 1, a: 2, 1: 3 } });
    assertSame(Object.keys((await db.get(kinds, 1))!.json as object), ["1", "b", "a"]);
    await db.insert(kinds, { id: 2, json: sparse });
    const holes = (await db.get(kinds, 2))!.json as unknown[];
    assertSame([holes.length, 1 in holes, holes[2]], [3, false, 3]);
  });

  test("insert() keeps typed arrays, errors, expressions and addresses of JSON", async () => {
    await using db = await open(schema);
    const json = {
      floats: new Float64Array([0.5]),
      buffer: new Uint8Array([1, 2]).buffer,
      error: new RangeError("r", { cause: "c" }),
      pattern: /a+/gi,
      url: new URL("https://example.org/a?b"),
    };
    await db.insert(kinds, { id: 1, json });
    const got = (await db.get(kinds, 1))!.json as typeof json;
    assertSame([got.floats instanceof Float64Array, got.floats[0]], [true, 0.5]);
    assertSame([got.buffer instanceof ArrayBuffer, got.buffer.byteLength], [true, 2]);
    const { error } = got;
    assertSame([error.name, error.message, error.cause], ["RangeError", "r", "c"]);
    assertSame([got.pattern instanceof RegExp, String(got.pattern)], [true, "/a+/gi"]);
    assertSame([got.url instanceof URL, got.url.href], [true, json.url.href]);
  });
}
