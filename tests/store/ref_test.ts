import { effect } from "@preact/signals-core";
import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { query, ref } from "../../mod.ts";
import { schema, task, todos } from "./schema.ts";

const initial = () => ({ user: { name: "Ann", age: 5 }, tags: ["a"], other: { x: 1 } });

Deno.test("ref() holds one value", () => {
  const count = ref(1);
  assertEquals([count.value, count.peek()], [1, 1]);
  count.value = 2;
  assertEquals([count.value, count.peek()], [2, 2]);
  count.update((n) => n + 5);
  assertEquals(count.value, 7);
  const nothing = ref<string | null>(null);
  assertEquals(nothing.value, null);
});

Deno.test("ref.get() and ref.set() reach into the value by path", () => {
  const state = ref(initial());
  assertEquals(state.get("user.name"), "Ann");
  assertEquals(state.get("user"), { name: "Ann", age: 5 });
  state.set("user.name", "Bob");
  state.set("tags", ["b"]);
  assertEquals(state.value, { user: { name: "Bob", age: 5 }, tags: ["b"], other: { x: 1 } });
});

Deno.test("ref.set() changes no object that was handed out, and keeps what it does not change", () => {
  const first = initial();
  const state = ref(first);
  const before = state.value;
  state.set("user.name", "Bob");
  assertEquals([first.user.name, before.user.name], ["Ann", "Ann"]);
  assert(state.value !== before && state.value.user !== before.user);
  assertStrictEquals(state.value.other, before.other);
});

Deno.test("ref.subscribe() tells the value at once and whenever it changes, until it is left", () => {
  const count = ref(1);
  const seen: number[] = [];
  const leave = count.subscribe((n) => seen.push(n));
  count.value = 2;
  count.value = 2;
  count.update((n) => n + 1);
  leave();
  count.value = 9;
  assertEquals(seen, [1, 2, 3]);
});

Deno.test("ref.value is followed by effects of signals, ref.peek() is not", () => {
  const state = ref(initial());
  const seen: string[] = [];
  let peeks = 0;
  const stopFirst = effect(() => void seen.push(state.value.user.name));
  const stopSecond = effect(() => void (peeks += state.peek() === undefined ? 0 : 1));
  state.set("user.name", "Bob");
  assertEquals([seen, peeks], [["Ann", "Bob"], 1]);
  stopFirst();
  stopSecond();
});

Deno.test("ref.set() never reaches a prototype", () => {
  const state = ref<Record<string, unknown>>({ a: {} });
  for (
    const path of ["__proto__.polluted", "constructor.prototype.polluted", "a.__proto__.polluted"]
  ) {
    try {
      state.set(path as never, 1 as never);
    } catch (error) {
      assert(error instanceof TypeError);
    }
  }
  assertEquals(({} as Record<string, unknown>).polluted, undefined);
});

Deno.test("ref.store is a store of its own when there is a schema", () => {
  const first = ref(0, schema);
  const second = ref(0, schema);
  first.store.insert(todos, task("1"));
  assertStrictEquals(first.store, first.store);
  assertEquals(first.store.count(query(todos)), 1);
  assertEquals(second.store.count(query(todos)), 0);
  first.value = 5;
  assertEquals([first.store.count(query(todos)), first.value], [1, 5]);
});

Deno.test("ref.store is a TypeError when there is no schema", () => {
  const plain = ref({ a: 1 });
  assertThrows(() => plain.store, TypeError);
});
