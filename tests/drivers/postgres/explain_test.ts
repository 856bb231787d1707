import { assertEquals, assertMatch } from "@std/assert";
import {
  between,
  gt,
  integer,
  oneOf,
  openDatabase,
  type Plan,
  query,
  startsWith,
  table,
  text,
} from "../../../mod.ts";
import { postgresDriver } from "../../../drivers/postgres.ts";
import { connect, end, newSchema } from "./open.ts";

const items = table("items", {
  id: text().primaryKey(),
  owner: text(),
  n: integer().optional(),
  code: integer().unique(),
}, { indexes: ["n", ["owner", "n"]] });
const base = query(items);
const ordered = base.orderBy("n").limit(20);

/** What each query is answered by, what narrows it, and how its order is had. */
const cases:
  readonly (readonly [string, typeof base, string, RegExp | undefined, Plan["order"]])[] = [
    ["a key", base.where({ id: "i-000042" }), "key", /id =/, "none"],
    ["some keys", base.where({ id: oneOf(["i-000042", "i-000043"]) }), "key", /id = ANY/, "index"],
    ["a unique value", base.where({ code: 42 }), "key", /code =/, "none"],
    ["equality", base.where({ n: 42 }), "index", /n =/, "index"],
    ["null", base.where({ n: null }), "index", /n IS NULL/, "sort"],
    ["a range", base.where({ n: between(40, 60) }), "index", /n >= .* AND .*n <= /, "sort"],
    [
      "a beginning",
      base.where({ id: startsWith("i-00004") }),
      "index",
      /id >= .* AND .*id < /,
      "index",
    ],
    ["order with a limit", ordered, "index", undefined, "index"],
    ["the other order", base.orderBy("n", "desc").limit(20), "index", undefined, "index"],
    ["order by the key", base.orderBy("id").limit(20), "index", undefined, "index"],
    [
      "equality and order",
      base.where({ owner: "o-7" }).orderBy("n").limit(5),
      "index",
      /owner =/,
      "index",
    ],
    [
      "a range and order",
      base.where({ n: gt(100) }).orderBy("n").limit(5),
      "index",
      /n > /,
      "index",
    ],
    ["a page", ordered.after({ id: "i-002500", n: 2_500 } as never), "index", /n >= /, "index"],
  ];

Deno.test("postgres: indexes serve equality, ranges, order and pages", async () => {
  const sql = connect(await newSchema());
  try {
    await using db = await openDatabase({ tables: [items] }, postgresDriver(sql));
    await db.insert(
      items,
      Array.from({ length: 5_000 }, (_, i) => ({
        ...{ id: `i-${String(i).padStart(6, "0")}`, owner: `o-${i % 50}`, code: i },
        n: i % 100 === 99 ? null : i,
      })),
    );
    await sql`ANALYZE`;
    for (const [title, asked, access, range, order] of cases) {
      const { steps, detail, ...plan } = await db.explain(asked);
      assertEquals([steps.map((step) => step.access), plan.order], [[access], order], title);
      if (range) assertMatch(steps[0]?.range ?? "", range, title);
      assertEquals(/Seq Scan/.test(JSON.stringify(detail)), false, title);
    }
  } finally {
    await end(sql);
  }
});
