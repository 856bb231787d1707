import { assertEquals } from "@std/assert";
import { SortedList } from "../../engine/live/sorted_list.ts";
import { randomFrom } from "../bench/random.ts";

Deno.test("SortedList keeps items in order and knows their positions", () => {
  const random = randomFrom(7);
  const list = new SortedList<number>((a, b) => a - b);
  const model: number[] = [];
  for (let i = 0; i < 8_000; i++) {
    const item = Math.floor(random() * 3_000);
    const found = list.locate(item);
    const at = model.findIndex((other) => other >= item);
    assertEquals([found, list.rank], [
      model[at] === item ? item : undefined,
      at < 0 ? model.length : at,
    ]);
    // It grows, then shrinks to nothing.
    if (found === undefined && i < 5_000) {
      list.insert(item);
      model.splice(list.rank, 0, item);
    } else if (found !== undefined && i % 3 > 0) {
      list.remove();
      model.splice(at, 1);
    }
    assertEquals([list.length, list.first, list.last], [model.length, model[0], model.at(-1)]);
    if (i % 500 === 0) {
      assertEquals(list.all(), model);
      assertEquals(list.slice(100, 420), model.slice(100, 420));
    }
  }
  for (const item of model) {
    list.locate(item);
    list.remove();
  }
  assertEquals([list.length, list.all(), list.first], [0, [], undefined]);
  list.load([1, 2, 3]);
  list.locate(2);
  list.put(2);
  assertEquals([list.rank, list.all()], [1, [1, 2, 3]]);
});
