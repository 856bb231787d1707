import { bytes, date, integer, query, table, text } from "../../mod.ts";
import { ASCENDING, COMPARABLE, indexed, kinds, lines, schema } from "./samples.ts";
import { assertSame } from "./same.ts";
import { assertFails, bad, pluck, type Suite } from "./suite.ts";

/** A fixed shuffle. */
function shuffled<T>(values: readonly T[]): T[] {
  return values.map((value, i) => [value, (i * 7919 + 5) % 104_729 % 31] as const)
    .sort((a, b) => a[1] - b[1]).map(([value]) => value);
}

export function orderTests({ test, open }: Suite): void {
  for (const type of COMPARABLE) {
    test(`orderBy() puts null before all ${type}, descending after`, async () => {
      await using db = await open(schema);
      const ranks = shuffled([...ASCENDING[type].keys(), -1, ...ASCENDING[type].keys(), -1]);
      const rows = ranks.map((at, id) => ({ id, [type]: at < 0 ? null : ASCENDING[type][at] }));
      const up = (a: number, b: number) => ranks[a]! - ranks[b]! || a - b;
      const expected = [...ranks.keys()].sort(up);
      for (const target of [kinds, indexed]) {
        await db.insert(target, rows);
        const whole = query(target);
        const asc = pluck(await db.all(whole.orderBy(type)), "id");
        assertSame(asc, expected, `${target.name} ascending`);
        const explicit = pluck(await db.all(whole.orderBy(type, "asc")), "id");
        assertSame(explicit, expected, `${target.name} ascending`);
        const desc = pluck(await db.all(whole.orderBy(type, "desc")), "id");
        assertSame(desc, [...expected].reverse(), `${target.name} descending`);
        const part = pluck(await db.all(whole.orderBy(type, "desc").limit(3)), "id");
        assertSame(part, [...expected].reverse().slice(0, 3), `${target.name} first three`);
      }
    });
  }

  test("orderBy() orders text by code point, not by UTF-16 unit", async () => {
    await using db = await open(schema);
    const texts = ["\u{1F600}", "\uFF5E", "\uFB01", "z", "\uE000", "\u{10FFFF}", "\uD7FF"];
    await db.insert(indexed, texts.map((value, id) => ({ id, text: value })));
    const sorted = ["z", "\uD7FF", "\uE000", "\uFB01", "\uFF5E", "\u{1F600}", "\u{10FFFF}"];
    assertSame(pluck(await db.all(query(indexed).orderBy("text")), "text"), sorted);
    const keyed = table("keyed", { id: text().primaryKey() });
    await using other = await open({ tables: [keyed] });
    await other.insert(keyed, texts.map((id) => ({ id })));
    assertSame(pluck(await other.all(query(keyed)), "id"), sorted);
  });

  test("all() orders by key when no order is asked for", async () => {
    await using db = await open(schema);
    await db.insert(kinds, [10, 9, -1, 0, 100].map((id) => ({ id })));
    assertSame(pluck(await db.all(query(kinds)), "id"), [-1, 0, 9, 10, 100]);
    await db.insert(
      lines,
      [["b", 1], ["a", 10], ["a", 9], ["B", 0]].map(([orderId, line]) => ({
        orderId: orderId as string,
        line: line as number,
        sku: "s",
        quantity: 1,
        price: 1,
      })),
    );
    const keys = (await db.all(query(lines))).map((row) => [row.orderId, row.line]);
    assertSame(keys, [["B", 0], ["a", 9], ["a", 10], ["b", 1]]);
  });

  test("all() orders by key of dates and of bytes", async () => {
    const days = table("days", { day: date().primaryKey() });
    const blobs = table("hashes", { hash: bytes().primaryKey() });
    await using db = await open({ tables: [days, blobs] });
    const dates = [...ASCENDING.date].reverse();
    await db.insert(days, dates.map((day) => ({ day })));
    assertSame(pluck(await db.all(query(days)), "day"), ASCENDING.date);
    assertSame(await db.get(days, new Date(1)), { day: new Date(1) });
    await db.insert(blobs, [...ASCENDING.bytes].reverse().map((hash) => ({ hash })));
    assertSame(pluck(await db.all(query(blobs)), "hash"), ASCENDING.bytes);
    assertSame(await db.get(blobs, new Uint8Array([0, 1])), { hash: new Uint8Array([0, 1]) });
  });

  test("orderBy() breaks ties by key, in the direction of the last orderBy()", async () => {
    await using db = await open(schema);
    const rows = [1, 2, 3, 4].map((id) => ({ id, integer: 0, text: id % 2 ? "a" : "b" }));
    for (const target of [kinds, indexed]) {
      await db.insert(target, rows);
      const whole = query(target);
      const ids = async (q: typeof whole) => pluck(await db.all(q), "id");
      assertSame(await ids(whole.orderBy("integer")), [1, 2, 3, 4]);
      assertSame(await ids(whole.orderBy("integer", "desc")), [4, 3, 2, 1]);
      assertSame(await ids(whole.orderBy("text")), [1, 3, 2, 4]);
      assertSame(await ids(whole.orderBy("text", "desc")), [4, 2, 3, 1]);
      assertSame(await ids(whole.orderBy("integer", "desc").orderBy("text")), [1, 3, 2, 4]);
      assertSame(await ids(whole.orderBy("integer").orderBy("text", "desc")), [4, 2, 3, 1]);
      assertSame(await ids(whole.orderBy("text", "desc").orderBy("integer")), [2, 4, 1, 3]);
    }
  });

  test("orderBy() takes several columns, the first one first", async () => {
    await using db = await open(schema);
    const pairs = [[2, "a"], [1, "b"], [2, null], [1, "a"], [null, "z"]] as const;
    await db.insert(kinds, pairs.map(([integer, text], id) => ({ id, integer, text })));
    const mixed = query(kinds).orderBy("integer", "desc").orderBy("text");
    assertSame(pluck(await db.all(mixed), "id"), [2, 0, 3, 1, 4]);
    const other = query(kinds).orderBy("text").orderBy("integer", "desc");
    assertSame(pluck(await db.all(other), "id"), [2, 0, 3, 1, 4]);
  });

  test("orderBy() follows an index of two columns, both ways and mixed", async () => {
    const pairs = table("pairs", {
      id: integer().primaryKey(),
      a: integer().optional(),
      b: integer().optional(),
    }, { indexes: [["a", "b"]] });
    await using db = await open({ tables: [pairs] });
    const cells = [null, 0, 1];
    const rows = shuffled(cells.flatMap((a) => cells.flatMap((b) => [[a, b], [a, b]])));
    await db.insert(pairs, rows.map(([a, b], id) => ({ id, a: a!, b: b! })));
    for (const first of ["asc", "desc"] as const) {
      for (const second of ["asc", "desc"] as const) {
        const sign = (direction: string) => direction === "asc" ? 1 : -1;
        const by = (x: number | null, y: number | null) => (x ?? -1) - (y ?? -1);
        const expected = [...rows.keys()].sort((i, j) =>
          by(rows[i]![0]!, rows[j]![0]!) * sign(first) ||
          by(rows[i]![1]!, rows[j]![1]!) * sign(second) || (i - j) * sign(second)
        );
        const asked = query(pairs).orderBy("a", first).orderBy("b", second);
        assertSame(pluck(await db.all(asked), "id"), expected, `${first}, ${second}`);
      }
    }
  });

  test("orderBy() refuses paths that are not there and other directions", async () => {
    await using db = await open(schema);
    await assertFails(() => db.all(query(kinds).orderBy(bad("nope"))), TypeError, "nope");
    await assertFails(() => db.all(query(kinds).orderBy(bad(1))), TypeError);
    await assertFails(() => db.all(query(kinds).orderBy("id", bad("DESC"))), TypeError);
  });

  test("orderBy() follows rows as they change", async () => {
    await using db = await open(schema);
    await db.insert(indexed, [1, 2, 3].map((id) => ({ id, integer: id })));
    await db.update(indexed, 1, { integer: 9 });
    await db.update(indexed, 3, { integer: null });
    const sorted = query(indexed).orderBy("integer");
    assertSame(pluck(await db.all(sorted), "id"), [3, 2, 1]);
    await db.delete(indexed, 2);
    await db.insert(indexed, { id: 4, integer: 9 });
    assertSame(pluck(await db.all(sorted), "id"), [3, 1, 4]);
  });
}
