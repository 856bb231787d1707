import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { memoryDriver } from "../../drivers/memory.ts";
import {
  bytes,
  createStore,
  DataError,
  date,
  integer,
  json,
  openDatabase,
  query,
  ref,
  table,
  text,
} from "../../mod.ts";
import { signal } from "@preact/signals-core";
import { dehydrate } from "../../ssr/mod.ts";
import { hydrate } from "../../ssr/hydrate.ts";
import { HOSTILE, ITEMS } from "./hostile.ts";
import { inPage } from "./page.ts";

const notes = table("notes", {
  id: text().primaryKey(),
  at: date(),
  n: integer().default(0),
  data: bytes().optional(),
  more: json<unknown>().optional(),
});
const schema = { tables: [notes], values: { theme: text() } };

Deno.test("dehydrate() writes a tag that nothing in it can end, or mistake for something else", () => {
  const tag = dehydrate({ all: HOSTILE, ...Object.fromEntries(HOSTILE.map((name) => [name, 1])) });
  const inner = tag.slice(tag.indexOf(">") + 1, -"</script>".length);
  assert(!/[<>&\u2028\u2029]/.test(inner));
  assert(tag.startsWith('<script type="application/json" data-strata>'));
  assertEquals(
    dehydrate({}, { nonce: `a"'><&` }),
    '<script type="application/json" data-strata nonce="a&quot;&#39;&gt;&lt;&amp;">' +
      '{"strata":1,"items":[]}</script>',
  );
});

Deno.test("every kind of value and every name comes back", async () => {
  const page = await inPage([dehydrate(ITEMS), dehydrate({ more: 1 })], () => hydrate({}));
  for (const [name, value] of Object.entries({ ...ITEMS, more: 1 })) {
    assertEquals(page[name], value, name);
  }
  assertEquals(Object.getPrototypeOf(page), Object.prototype);
});

Deno.test("stores, signals, refs, live results and rows are dehydrated as what they hold", async () => {
  using store = createStore(schema);
  store.insert(notes, { id: "a", at: new Date(5), data: new Uint8Array([1, 2]), more: { x: -0 } });
  store.setValue("theme", "dark");
  const all = query(notes);
  const tag = dehydrate({
    store,
    live: store.live(all),
    row: store.liveRow(notes, "a"),
    none: store.liveRow(notes, "b"),
    count: store.liveCount(all),
    theme: store.liveValue("theme"),
    signal: signal(1n),
    ref: ref({ a: 1 }),
    rows: store.all(all),
  });
  const page = await inPage([tag], () => hydrate({}));
  assertEquals(page, {
    store: store.toJSON(),
    live: store.all(all),
    row: store.get(notes, "a"),
    none: undefined,
    count: 1,
    theme: "dark",
    signal: 1n,
    ref: { a: 1 },
    rows: store.all(all),
  });
});

Deno.test("dehydrate() refuses what it can not write, and names it", async () => {
  using store = createStore(schema);
  await using db = await openDatabase(schema, memoryDriver());
  const refusals: [unknown, string][] = [
    [db, 'Cannot dehydrate "it" as a page has results: it is a database'],
    [Promise.resolve(1), 'Cannot dehydrate "it" as a page has values: it is a promise'],
    [() => 1, 'Cannot encode "it" as JSON'],
    [{ a: [new (class Own {})()] }, 'Cannot encode "it"."a"[0] as JSON'],
    [{ store }, 'Cannot encode "it"."store" as JSON'],
  ];
  for (const [it, message] of refusals) {
    assertThrows(() => dehydrate({ it }), TypeError, message);
  }
  assertThrows(() => JSON.stringify(store.live(query(notes))), TypeError, "use dehydrate");
});

Deno.test("hydrate() refuses tags that were damaged, and revives nothing but its tags", async () => {
  const tag = (content: string) =>
    `<script type="application/json" data-strata>${content}</script>`;
  for (
    const content of [
      "",
      "{",
      "[]",
      '{"strata":2,"items":[]}',
      '{"strata":1}',
      '{"strata":1,"items":[1]}',
      '{"strata":1,"items":[{"kind":"data","data":{}}]}',
      '{"strata":1,"items":[{"kind":"data","data":{"a":1,"b":2}}]}',
      '{"strata":1,"items":[{"kind":"constructor","data":{"a":1}}]}',
      '{"strata":1,"items":[{"kind":"data","data":{"a":{"$":["Function","alert(1)"]}}}]}',
      '{"strata":1,"items":[{"kind":"data","data":{"$":["date",1]}}]}',
    ]
  ) {
    await inPage([tag(content)], () => assertRejects(() => hydrate({}), SyntaxError));
  }
});

Deno.test("hydrate() gives nothing where there is no document, and refuses other things", async () => {
  assertEquals(await hydrate({}), {});
  for (const wrong of [undefined, null, {}, 1, Promise.resolve()]) {
    await assertRejects(
      () => hydrate({ "it": wrong as never }),
      TypeError,
      'Cannot hydrate "it" as it is a store or a database',
    );
  }
});

Deno.test("a store gets what the store of its name held, once", async () => {
  using server = createStore(schema);
  server.insert(notes, { id: "</script>", at: new Date(0), more: { ["__proto__"]: [1] } });
  server.setValue("theme", "dark");
  using client = createStore(schema);
  client.insert(notes, { id: "gone", at: new Date(1) });
  await inPage([dehydrate({ app: server })], async () => {
    await hydrate({ app: client });
    assertEquals(client.toJSON(), server.toJSON());
    assertEquals(client.undo(), false);
    client.update(notes, "</script>", { n: 7 });
    await hydrate({ app: client }); // by another island
    assertEquals(client.get(notes, "</script>")?.n, 7);
  });
  const newer = createStore({ ...schema, version: 2 });
  await inPage([dehydrate({ app: newer })], async () => {
    const error = await assertRejects(() => hydrate({ app: client }), DataError);
    assertEquals(error.code, "version");
  });
});

Deno.test("a store gets rows and values of live results where it has none", async () => {
  using server = createStore(schema);
  server.insert(notes, [{ id: "a", at: new Date(0), n: 1 }, { id: "b", at: new Date(0), n: 1 }]);
  server.setValue("theme", "dark");
  using client = createStore(schema);
  client.insert(notes, { id: "a", at: new Date(0), n: 2 });
  const items = {
    rows: server.live(query(notes)),
    row: server.liveRow(notes, "b"),
    theme: server.liveValue("theme"),
    count: server.liveCount(query(notes)),
  };
  await inPage([dehydrate(items)], async () => {
    const kinds: unknown[] = [];
    client.changes((commit) => kinds.push(commit.tables.size));
    await hydrate({ rows: client });
    assertEquals(client.all(query(notes)).map(({ id, n }) => [id, n]), [["a", 2], ["b", 1]]);
    await hydrate({ row: client, theme: client, count: client });
    assertEquals(client.getValue("theme"), "dark");
    assertEquals(kinds, [1, 0]); // a row, a value
  });
});
