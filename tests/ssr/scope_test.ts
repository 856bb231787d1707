import { assert, assertEquals, assertThrows } from "@std/assert";
import { cache } from "../../db/cache/mod.ts";
import { memoryDriver } from "../../drivers/memory.ts";
import { createStore, DataError, openDatabase, query, table, text, webstorage } from "../../mod.ts";
import { createScope, type Scope, scopeOf, withScope } from "../../ssr/mod.ts";
import { isOpen } from "./support.ts";

const notes = table("notes", { id: text().primaryKey() });
const schema = { tables: [notes] };
const local = webstorage("local");
const URL_ = "http://localhost/";

Deno.test("a scope has web storage of its own, the same for constants of modules inside it", () => {
  using one = createScope();
  using other = createScope();
  one.run(() => local.set("who", "one"));
  other.webstorage("local").set("who", "other");
  assertEquals(one.webstorage("local").get("who"), "one");
  assertEquals(other.run(() => local.get("who")), "other");
  assertEquals(one.webstorage("session").get("who"), undefined);
  assertEquals(one.webstorage("local", { namespace: "n" }).get("who"), undefined);
  assertEquals(one.webstorage("local").kind, "request");
  assertThrows(() => local.get("who"), TypeError, "there is no scope");
});

Deno.test("a scope inside another counts while it runs", async () => {
  using one = createScope();
  using other = createScope();
  await one.run(async () => {
    local.set("who", "one");
    await other.run(async () => {
      await Promise.resolve();
      local.set("who", "other");
    });
    assertEquals(local.get("who"), "one");
  });
});

Deno.test("a scope has one store for a schema, and none for others", () => {
  using scope = createScope();
  using other = createScope();
  const store = scope.store(schema, { undoSteps: 3 });
  store.insert(notes, { id: "a" });
  assert(scope.store(schema) === store);
  assertEquals(scope.store({ tables: [notes] }).count(query(notes)), 0);
  assertEquals(other.store(schema).count(query(notes)), 0);
});

Deno.test("after its end everything of a scope throws, whoever kept it", () => {
  const scope = createScope();
  const storage = scope.webstorage("local", { namespace: "n" });
  const signal = storage.signal("a");
  const store = scope.store(schema);
  storage.set("a", "secret");
  const later = scope.run(() => {
    const page = webstorage("session");
    return () => page.get("a");
  });
  scope[Symbol.dispose]();
  scope[Symbol.dispose]();
  for (
    const use of [
      () => storage.get("a"),
      () => storage.set("a", 1),
      () => storage.keys(),
      () => storage.subscribe("a", () => {}),
      () => signal.value,
      () => scope.webstorage("local"),
      () => scope.webstorage("session"),
      () => scope.store(schema),
      () => store.all(query(notes)),
      () => store.insert(notes, { id: "b" }),
      () => scope.run(() => 1),
    ]
  ) {
    const error = assertThrows(use, DataError);
    assertEquals(error.code, "closed");
  }
  assertThrows(later, TypeError);
});

Deno.test("scopeOf() gives everyone the same scope of a request, and another after its end", async () => {
  const request = new Request(URL_);
  const found = scopeOf(request);
  assert(found === scopeOf(request) && found !== scopeOf(new Request(URL_)));
  const given: Scope[] = [];
  const handler = withScope((request, scope) => {
    given.push(scope, scopeOf(request));
    return new Response(null);
  });
  await handler(request);
  await handler(request);
  assert(given[0] === found && given[1] === found);
  assert(given[2] !== found && given[2] === given[3]);
  assertEquals(given.map(isOpen), [false, false, false, false]);
});

Deno.test("a handler inside another uses its scope, which ends with the outer response", async () => {
  let kept: Scope | undefined;
  const inner = withScope((_, scope) => {
    kept = scope;
    return new Response("inner");
  });
  const outer = withScope(async (request, scope) => {
    const response = await inner(request);
    assert(kept === scope && isOpen(scope));
    return new Response(`outer ${await response.text()}`);
  });
  assertEquals(await (await outer(new Request(URL_))).text(), "outer inner");
  assert(kept && !isOpen(kept));
});

Deno.test("a store of a scope is no other store", () => {
  using store = createStore(schema);
  using scope = createScope();
  store.insert(notes, { id: "global" });
  assertEquals(scope.store(schema).count(query(notes)), 0);
});

Deno.test("a factory of a cache sees no request, whoever asked first", async () => {
  await using db = await openDatabase({ tables: [] }, memoryDriver());
  const pages = cache<string>(db, "pages");
  const asked = Array.from({ length: 5 }, async (_, n) => {
    using scope = createScope();
    return await scope.run(async () => {
      local.set("who", n);
      const made = await pages.getOrSet("page", async () => {
        await Promise.resolve();
        assertThrows(() => local.get("who"), TypeError, "there is no scope");
        return "for all";
      });
      return [made, local.get("who")];
    });
  });
  assertEquals(await Promise.all(asked), [0, 1, 2, 3, 4].map((n) => ["for all", n]));
});
