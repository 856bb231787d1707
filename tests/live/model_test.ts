import { assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  avg,
  boolean,
  count,
  createStore,
  exists,
  gt,
  gte,
  integer,
  max,
  not,
  query,
  real,
  type Store,
  sum,
  table,
  text,
} from "../../mod.ts";
import { apply } from "./apply.ts";

const users = table("users", { id: integer().primaryKey(), name: text() });
const todos = table("todos", {
  id: integer().primaryKey(),
  owner: integer().optional(),
  n: integer().default(0),
  x: real().default(0),
  done: boolean().default(false),
}, { indexes: ["n", ["done", "n"]] });
const schema = { tables: [users, todos] };

const open = query(todos).where({ done: false });
const QUERIES: readonly { readonly [name: string]: unknown }[] = [{
  all: query(todos),
  filter: open.where({ n: gte(3) }),
  top: query(todos).orderBy("n").limit(2),
  first: open.limit(2),
  window: open.orderBy("n", "desc").offset(1).limit(3),
  after: query(todos).orderBy("n").after({ id: 3, owner: null, n: 2, x: 0, done: false }).limit(4),
  select: open.select("n", "done"),
  distinct: query(todos).select("n").distinct().orderBy("n", "desc"),
  groups: query(todos).groupBy(["owner"], { c: count(), s: sum("n"), a: avg("x"), m: max("n") }),
  having: query(todos).groupBy(["owner", "done"], { c: count() }).where({ c: gt(1) }).orderBy("c"),
  total: query(todos).groupBy([], { c: count(), s: sum("x") }),
  join: query(todos).join("who", users, { id: "owner" }).where({ done: false }),
  left: query(todos).leftJoin("who", users, { id: "owner" }).orderBy("who.name").limit(5),
  include: query(users).include("todos", open.orderBy("n").limit(2), { owner: "id" }),
  exists: query(users).where(exists(todos, { owner: "id" }, { done: true })),
  none: query(users).where(not(exists(todos, { owner: "id" }))),
}];

const id = fc.nat(6);
const row = fc.record({
  id,
  owner: fc.option(fc.nat(3)),
  n: fc.nat(5),
  x: fc.constantFrom(0, 0.1, 0.2, 1e16),
  done: fc.boolean(),
});
type Step = (store: Store) => void;
const patch = fc.oneof(
  fc.record({ n: fc.nat(5) }),
  fc.record({ done: fc.boolean() }),
  fc.record({ owner: fc.option(fc.nat(3)) }),
);
const write: fc.Arbitrary<Step> = fc.oneof(
  row.map((value) => (store: Store) => void store.replace(todos, value)),
  fc.tuple(id, patch).map(([key, value]) => (store: Store) => void store.update(todos, key, value)),
  id.map((key) => (store: Store) => void store.delete(todos, key)),
  fc.nat(3).map((key) => (store: Store) => void store.upsert(users, { id: key, name: `u${key}` })),
  fc.nat(3).map((key) => (store: Store) => void store.delete(users, key)),
  fc.nat(5).map((n) => (store: Store) => void store.updateAll(todos, { n }, { done: true })),
);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: write },
  {
    weight: 2,
    arbitrary: fc.tuple(fc.array(write, { maxLength: 4 }), fc.boolean()).map(
      ([writes, keep]) => (store: Store) => {
        try {
          store.transaction((tx) => {
            for (const one of writes) one(tx as unknown as Store);
            if (!keep) tx.rollback("taken back");
          });
        } catch (error) {
          assertEquals(error, "taken back");
        }
      },
    ),
  },
  { weight: 1, arbitrary: fc.constant((store: Store) => void store.undo()) },
  { weight: 1, arbitrary: fc.constant((store: Store) => void store.redo()) },
);

Deno.test("store.live() is what a fresh run gives after every commit, and its deltas lead there", () => {
  const seed = Number(Deno.env.get("STRATA_SEED") ?? Date.now() % 2 ** 31);
  console.log(`live: STRATA_SEED=${seed}`);
  fc.assert(
    fc.property(fc.array(step, { maxLength: 25 }), (steps) => {
      using store = createStore(schema);
      const views = Object.entries(QUERIES[0]!).map(([name, value]) => {
        const q = value as typeof open;
        const live = store.live(q);
        const view = { name, q, live, rows: [] as readonly unknown[], told: 0, sets: 0 };
        live.subscribe(() => view.sets++);
        view.rows = live.value;
        live.deltas((ops) => {
          view.rows = apply(view.rows, ops);
          view.told++;
        });
        return view;
      });
      for (const one of steps) {
        const before = views.map(({ live, told, sets }) => ({ value: live.value, told, sets }));
        one(store);
        views.forEach(({ name, q, live, rows, told, sets }, i) => {
          assertEquals(live.value, store.all(q), name);
          assertEquals(rows, live.value, name);
          const changed = live.value !== before[i]!.value;
          // One notification a commit at most, and none when nothing changed.
          assertEquals(
            [told - before[i]!.told, sets - before[i]!.sets],
            changed ? [1, 1] : [0, 0],
            name,
          );
        });
      }
    }),
    { numRuns: Deno.env.get("STRATA_LONG") ? 3000 : 500, seed },
  );
});
