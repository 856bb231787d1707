import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { memoryStorage } from "../../webstorage/mod.ts";

Deno.test("memoryStorage() has the methods of the standard", () => {
  const storage = memoryStorage();
  assertEquals([storage.length, storage.key(0), storage.getItem("a")], [0, null, null]);
  storage.setItem("b", 1 as unknown as string);
  storage.setItem("a", null as unknown as string);
  storage.setItem("b", "");
  assertEquals([storage.getItem("b"), storage.getItem("a")], ["", "null"]);
  storage.setItem(5 as unknown as string, "five");
  assertEquals(storage.getItem("5"), "five");
  assertEquals(storage.getItem(5 as unknown as string), "five");
  assertEquals([0, 1, 2, 3, -1].map((i) => storage.key(i)), ["b", "a", "5", null, null]);
  assertEquals([storage.key(NaN), storage.key(1.9), storage.key(2 ** 32)], ["b", "a", "b"]);
  storage.removeItem("b");
  storage.removeItem("none");
  assertEquals([storage.length, storage.key(0)], [2, "a"]);
  storage.clear();
  assertEquals([storage.length, storage.key(0), storage.getItem("a")], [0, null, null]);
});

const name = fc.constantFrom("", "a", "b", "length", "key", "getItem", "__proto__", "\ud800");
const step = fc.oneof(
  fc.record({ verb: fc.constant("set" as const), name, text: fc.string() }),
  fc.record({ verb: fc.constant("remove" as const), name }),
  fc.record({ verb: fc.constant("clear" as const) }),
);

Deno.test("memoryStorage() agrees with a Map", () => {
  fc.assert(fc.property(fc.array(step), (steps) => {
    const storage = memoryStorage();
    const model = new Map<string, string>();
    for (const step of steps) {
      if (step.verb === "set") {
        storage.setItem(step.name, step.text);
        model.set(step.name, step.text);
      } else if (step.verb === "remove") {
        storage.removeItem(step.name);
        model.delete(step.name);
      } else {
        storage.clear();
        model.clear();
      }
      const keys = Array.from({ length: storage.length }, (_, i) => storage.key(i));
      assertEquals(keys, [...model.keys()]);
      for (const [key, text] of model) assertEquals(storage.getItem(key), text);
    }
  }));
});
