import { assertEquals } from "@std/assert";
import { fill } from "../../examples/order_report/data.ts";
import { bestCustomers, report } from "../../examples/order_report/report.ts";
import { lines, schema } from "../../examples/order_report/schema.ts";
import { testEach } from "./places.ts";

testEach("order report: joins, groups and sums of products", async (open) => {
  const db = await open(schema);
  await fill(db);
  assertEquals(await report(db), {
    bestCustomers: [
      { customer: { name: "Grace", country: "US" }, orders: 2, cents: 9_550 },
      { customer: { name: "Ada", country: "GB" }, orders: 2, cents: 6_800 },
    ],
    byMonth: [
      { order: { month: "2026-01" }, product: { category: "light" }, pieces: 3, cents: 13_500 },
      { order: { month: "2026-01" }, product: { category: "paper" }, pieces: 10, cents: 900 },
      { order: { month: "2026-02" }, product: { category: "paper" }, pieces: 39, cents: 10_950 },
    ],
    bestSellers: [
      { product: { name: "Notebook" }, pieces: 34, averageCents: 325 },
      { product: { name: "Pencil" }, pieces: 15, averageCents: 100 },
      { product: { name: "Lamp" }, pieces: 3, averageCents: 4_500 },
    ],
    totals: { orders: 5, lines: 6, cents: 25_350 },
  });
});

testEach("order report: follows what changes", async (open) => {
  const db = await open(schema);
  assertEquals((await report(db)).totals, { orders: 0, lines: 0, cents: null });
  await fill(db);
  await db.update(lines, [2, 2], { quantity: 40 });
  const [first] = await db.all(bestCustomers);
  assertEquals(first, { customer: { name: "Ada", country: "GB" }, orders: 2, cents: 19_400 });
});
