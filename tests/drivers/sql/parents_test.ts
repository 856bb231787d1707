import { assert, assertEquals } from "@std/assert";
import {
  type AnyTable,
  bigint,
  bytes,
  createStore,
  date,
  gt,
  ilike,
  integer,
  lt,
  query,
  real,
  table,
  text,
} from "../../../mod.ts";
import { assertSame } from "../../conformance/same.ts";
import { CheckedPlans } from "./checked_plans.ts";
import { openSource } from "./source.ts";

const TYPES = {
  ...{ text: text(), integer: integer(), real: real(), bigint: bigint() },
  ...{ date: date(), bytes: bytes() },
};
const NAMES = Object.keys(TYPES) as (keyof typeof TYPES)[];
const parents = table("parents", { id: integer().primaryKey(), ...TYPES });
/** The children by a key of one column and of two; indexes lead to some of them in order. */
const children = table(
  "children",
  { id: integer().primaryKey(), rank: integer().optional(), ...TYPES },
  { indexes: [["text", "rank"], "integer", "real", "bigint", "date", "bytes", "rank"] },
);
const pairs = table("pairs", { integer: integer(), text: text(), rank: integer().optional() }, {
  primaryKey: ["integer", "text"],
});
const schema = { tables: [parents, children, pairs] };

function rowOf(n: number) {
  return {
    ...{ text: `${n}`, integer: n, real: n / 4, bigint: 2n ** 60n + BigInt(n) },
    ...{ date: new Date(n), bytes: Uint8Array.of(n) },
  };
}

/** A source and a store that has the same rows. */
function opened() {
  const source = openSource(schema, {}, new CheckedPlans({ found: 0, compiled: 0 }));
  const store = createStore(schema);
  for (const { insert } of [source, store].map((db) => ({ insert: db.insert.bind(db) }))) {
    insert(parents, Array.from({ length: 21 }, (_, id) => ({ id, ...rowOf(id % 15) })));
    const rank = (n: number) => n % 4 === 0 ? null : n * 37 % 11;
    insert(
      children,
      Array.from({ length: 200 }, (_, id) => ({ id, rank: rank(id), ...rowOf(id % 13) })),
    );
    insert(
      pairs,
      Array.from({ length: 90 }, (_, n) => ({
        ...{ integer: n % 13, text: `${n}`, rank: rank(n) },
      })),
    );
  }
  return {
    ...{ source, store },
    /** What the source asked, once it gives what the store does. */
    same(item: unknown, what: string): string[] {
      source.shadow.asked = [];
      assertSame(source.all(item as never), store.all(item as never), what);
      return source.shadow.asked.map(({ text }) => text);
    },
    [Symbol.dispose]() {
      source[Symbol.dispose]();
      store[Symbol.dispose]();
    },
  };
}

/** Windows over some children. */
function windows(from: AnyTable): Record<string, unknown> {
  const all = query(from as typeof children);
  const key = from === pairs as AnyTable ? { integer: 3, text: "42" } : { id: 40 };
  const position = { rank: 5, ...key } as never;
  return {
    first: all.limit(2),
    last: all.orderBy("rank", "desc").limit(2),
    rest: all.orderBy("rank").limit(3).offset(2),
    some: all.where({ rank: gt(3) }).orderBy("rank").limit(2),
    after: all.orderBy("rank").after(position).limit(2),
    before: all.orderBy("rank", "desc").where({ rank: lt(9) }).after(position).limit(4).offset(1),
    none: all.limit(0),
    selected: all.orderBy("rank", "desc").limit(2).select({ at: "rank", integer: "integer" }),
    text: all.where({ text: ilike("%1%") }).limit(1), // tested in memory
  };
}

Deno.test("each parent is asked for its children, whatever joins them", () => {
  using both = opened();
  for (const [name, kids] of Object.entries(windows(children))) {
    for (const column of NAMES) {
      if (name === "selected" && column !== "integer") continue;
      for (const size of [1, 2, 3, 8, 21]) {
        const tree = query(parents).limit(size).include("kids", kids as never, {
          [column]: column,
        } as never);
        const [, asked = ""] = both.same(tree, `${name} of ${size} by ${column}`);
        const each = asked.startsWith("WITH strata_p (c0)");
        assertEquals(
          each,
          size > 1 && name !== "text",
          `${name} of ${size} by ${column}: ${asked}`,
        );
        assert(size > 1 || !asked.includes("row_number"), asked);
      }
    }
  }
});

Deno.test("each parent is asked for its children when their key has several columns", () => {
  using both = opened();
  for (const [name, kids] of Object.entries(windows(pairs))) {
    for (const on of [{ integer: "integer" }, { integer: "integer", text: "text" }]) {
      if (name === "selected" && "text" in on) continue;
      const tree = query(parents).include("kids", kids as never, on as never);
      const [, asked = ""] = both.same(tree, `${name} by ${Object.keys(on)}`);
      const each = asked.startsWith("WITH strata_p (c0)");
      assertEquals(each, !("text" in on) && name !== "text", asked);
    }
  }
});

Deno.test("children of children are asked for by one statement more", () => {
  using both = opened();
  const grand = query(children).orderBy("rank", "desc").limit(2);
  const kids = query(pairs).orderBy("rank").limit(3).include("grand", grand, { text: "text" });
  const asked = both.same(query(parents).include("kids", kids, { integer: "integer" }), "nested");
  assertEquals(asked.map((text) => text.startsWith("WITH strata_p")), [false, true, true]);
});

Deno.test("children that no index leads to are read once for all parents", () => {
  using both = opened();
  const kids = query(pairs).orderBy("rank").limit(2);
  const [, asked = ""] = both.same(query(parents).include("kids", kids, { text: "text" }), "text");
  assert(asked.includes("row_number()"), asked);
});
