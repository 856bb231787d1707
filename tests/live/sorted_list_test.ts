import { assertEquals } from "@std/assert";
import { placesOf } from "../../engine/live/places.ts";
import { sortInSteps } from "../../engine/live/sort_in_steps.ts";
import { SortedList } from "../../engine/live/sorted_list.ts";
import { compareEnvs } from "../../engine/window.ts";
import { totalOrder } from "../../query/order.ts";
import { queryValue } from "../../query/query.ts";
import {
  bigint,
  boolean,
  bytes,
  createStore,
  date,
  integer,
  query,
  real,
  table,
  text,
} from "../../mod.ts";
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

const columns = {
  id: integer().primaryKey(),
  text: text().optional(),
  real: real().optional(),
  big: bigint().optional(),
  date: date().optional(),
  bytes: bytes().optional(),
  done: boolean().optional(),
};
const values = table("values", columns);
const TEXTS = [
  ...["", "a", "b", "ab", "A", "~", "\u007f", "\u0080", "é", "zz", "\uFF5E", "\u{1F600}", "\uD7FF"],
  ...["todo-0001", "todo-0002", "todo-1", "todo-00011", "todo-é", "todp", "todo-\u{1F600}", "todn"],
];

Deno.test("places never order rows the other way round, whatever their values", () => {
  const random = randomFrom(5);
  const pick = <T>(from: readonly T[]): T | null =>
    from[Math.floor(random() * from.length)] ?? null;
  const one = {
    text: () => random() < 0.5 ? pick(TEXTS) : `${pick(TEXTS) ?? ""}${pick(TEXTS) ?? ""}`,
    real: () => pick([0, -0, 1.5, -2, 1e308, -1e308, Infinity, -Infinity, 5e-324]),
    big: () => pick([0n, 1n, -1n, 2n ** 62n, 2n ** 62n + 1n, -(2n ** 63n)]),
    date: () => pick([new Date(0), new Date(-5), new Date(1e12)]),
    bytes: () => pick([new Uint8Array(), new Uint8Array([0]), new Uint8Array([0, 255, 1])]),
    done: () => pick([true, false]),
  };
  for (let round = 0; round < 60; round++) {
    const store = createStore({ tables: [values] });
    // Some have much in common.
    const before = pick(["", "todo-", "\u{1F600}", "user/é/"]) ?? "";
    store.insert(
      values,
      Array.from({ length: 40 }, (_, id) => ({
        ...{ id, real: one.real(), big: one.big(), date: one.date() },
        ...{ bytes: one.bytes(), done: one.done() },
        text: random() < 0.1 ? null : before + (one.text() ?? ""),
      })) as never,
    );
    for (const name of Object.keys(one) as (keyof typeof one)[]) {
      for (const way of ["asc", "desc"] as const) {
        const ast = queryValue(query(values).orderBy(name, way)).bound;
        const order = totalOrder(ast);
        const compare = compareEnvs(order, false);
        const places = placesOf(order, false)!;
        const rows = store.all(query(values).orderBy(name, way)) as never[];
        const sorted = rows.toSorted(compare);
        // In order, and met in any order after two of them.
        const shuffled = rows.toSorted(() => random() - 0.5);
        const ways = [
          () => places.settle(sorted[0]!, sorted.at(-1)!),
          () => {
            places.settle(shuffled[0]!, shuffled.at(-1)!);
            for (const row of shuffled) places.meet(row);
          },
          // Of some that others are not like.
          () => places.settle(sorted[10]!, sorted[20]!),
        ];
        for (const [i, settle] of ways.entries()) {
          settle();
          const numbers = sorted.map((row) => places.of(row));
          const wrong = numbers.findIndex((place, j) => j > 0 && !(numbers[j - 1]! <= place));
          assertEquals(wrong, -1, `${name} ${way} ${i} ${numbers.slice(wrong - 1, wrong + 1)}`);
        }
        const list = new SortedList(compare, places);
        for (const row of shuffled) {
          assertEquals(list.locate(row), undefined);
          list.insert(row);
        }
        assertEquals(list.all(), sorted);
        const sorting = sortInSteps(shuffled, compare, places);
        let step = sorting.next();
        while (!step.done) step = sorting.next();
        assertEquals(step.value, sorted);
      }
    }
    store[Symbol.dispose]();
  }
});
