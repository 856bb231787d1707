import { assert, assertEquals, assertThrows } from "@std/assert";
import { createStore, DataError, query, type Schema, type Store, table, text } from "../../mod.ts";
import { BIGINTS, BYTES, DATES, indexed, kinds, NUMBERS, TEXTS } from "../conformance/samples.ts";
import { assertSame, show } from "../conformance/same.ts";
import { failure } from "../conformance/suite.ts";
import { schema, task, todos, users } from "./schema.ts";

const typed: Schema = { tables: [kinds, indexed] };

function filled(): Store {
  const store = createStore(schema);
  store.insert(users, [{ id: "a", email: "1" }, { id: "b" }]);
  store.insert(todos, [task("1"), { ...task("2", "\u{1F600}"), ownerId: "a" }]);
  store.setValue("theme", "dark");
  store.setValue("filter", { tags: ["x"] });
  return store;
}

Deno.test("store.toJSON() and fromJSON() keep rows and values", () => {
  using store = filled();
  using other = createStore(schema);
  other.insert(users, { id: "gone" });
  other.fromJSON(JSON.parse(JSON.stringify(store)));
  assertSame(other.all(query(users)), store.all(query(users)));
  assertSame(other.all(query(todos)), store.all(query(todos)));
  assertSame(other.getValue("theme"), "dark");
  assertSame(other.getValue("filter"), { tags: ["x"] });
  assertSame(other.all(query(todos).where({ priority: 0 })).length, 2);
  assertSame(other.toJSON(), store.toJSON());
});

Deno.test("store.toJSON() and fromJSON() keep every type, the hostile values too", () => {
  using store = createStore(typed);
  const lists: Record<string, readonly unknown[]> = {
    text: TEXTS,
    integer: NUMBERS.filter(Number.isSafeInteger),
    bigint: BIGINTS,
    real: NUMBERS,
    boolean: [true, false],
    date: DATES,
    bytes: BYTES,
  };
  let id = 0;
  for (const [type, values] of Object.entries(lists)) {
    for (const value of values) {
      store.insert(kinds, { id, [type]: value });
      store.insert(indexed, { id: id++, [type]: value });
    }
  }
  const documents = [
    null,
    NaN,
    -0,
    12n,
    [1, , 2],
    { a: new Date(5) },
    new Map([["k", new Set([1])]]),
  ];
  for (const json of documents) store.insert(kinds, { id: id++, json });
  const plain: unknown = store.toJSON();
  assertSame(JSON.parse(JSON.stringify(plain)), plain);
  using other = createStore(typed);
  other.fromJSON(JSON.parse(JSON.stringify(plain)));
  for (const target of [kinds, indexed]) {
    assertSame(other.all(query(target)), store.all(query(target)));
  }
});

Deno.test("store.fromJSON() refuses data of a newer version", () => {
  using newer = createStore({ ...schema, version: 2 });
  newer.insert(todos, task("1"));
  using store = filled();
  const before = store.toJSON();
  const error = assertThrows(() => store.fromJSON(newer.toJSON()), DataError);
  assertEquals(error.code, "version");
  assertSame(store.toJSON(), before);
  using same = createStore({ ...schema, version: 2 });
  same.fromJSON(newer.toJSON());
  assertEquals(same.count(query(todos)), 1);
});

Deno.test("store.fromJSON() refuses what is no store, and leaves the store as it was", async () => {
  using store = filled();
  const before = store.toJSON();
  const strange = [undefined, null, 1, "x", true, [], {}, { tables: 1 }, { version: 1 }, () => 1];
  for (const data of strange) {
    const error = await failure(() => store.fromJSON(data));
    assert(error instanceof SyntaxError || error instanceof TypeError, show(error));
    assertSame(store.toJSON(), before);
  }
});

Deno.test("store.fromJSON() refuses tables, columns and rows that do not fit", async () => {
  const other = table("others", { id: text().primaryKey() });
  const sameName = table("users", { id: text().primaryKey(), age: text() });
  using store = filled();
  const before = store.toJSON();
  for (const [target, row] of [[other, { id: "x" }], [sameName, { id: "x", age: "1" }]] as const) {
    using wrong = createStore({ tables: [target] });
    wrong.insert(target, row as never);
    const error = await failure(() => store.fromJSON(wrong.toJSON()));
    assert(error instanceof SyntaxError || error instanceof TypeError, show(error));
    assertSame(store.toJSON(), before);
  }
});

/** Every way to replace one part of `data`. */
function* spoilt(data: unknown): Generator<unknown> {
  for (const part of [null, 5, "x", [], {}, true, "\uD800", -1]) yield part;
  if (data === null || typeof data !== "object") return;
  const copy = (): Record<string, unknown> =>
    (Array.isArray(data) ? [...data] : { ...data }) as Record<string, unknown>;
  for (const key of Object.keys(data)) {
    for (const part of spoilt((data as Record<string, unknown>)[key])) {
      const whole = copy();
      whole[key] = part;
      yield whole;
    }
    const without = copy();
    delete without[key];
    yield without;
  }
  yield { ...copy(), surplus: 1 };
  if (Array.isArray(data) && data.length > 0) yield [...data, data[0]];
}

Deno.test("store.fromJSON() takes or refuses whole whatever is spoilt in it", () => {
  using store = filled();
  const good = store.toJSON();
  let refused = 0;
  for (const data of spoilt(good)) {
    try {
      store.fromJSON(data);
      store.all(query(users));
      store.all(query(todos).orderBy("priority"));
      store.fromJSON(good);
    } catch (error) {
      const told = error instanceof SyntaxError || error instanceof TypeError ||
        error instanceof RangeError || error instanceof DataError;
      assert(told, show(error));
      refused++;
    }
    assertSame(store.toJSON(), good, show(data));
  }
  assert(refused > 20);
});
