/**
 * Reads through the compiler against the same statements by hand on node:sqlite, rows as objects.
 * Targets: get by key 1.2 x, by a query built each time 1.5 x, a range of 100 rows 0.9 x, a page 3 x.
 *
 * Run: `deno run -A tests/drivers/sql/read_bench.ts`
 *
 * @module
 */
import { between, boolean, cursorOf, integer, query, real, table, text } from "../../../mod.ts";
import { encodeRow } from "../../../drivers/sql/encode.ts";
import { sqlite } from "../../../drivers/sql/sqlite.ts";
import { queryValue } from "../../../query/query.ts";
import { tableDef } from "../../../schema/table.ts";
import { Shadow } from "./source.ts";

const ROWS = 100_000;
const todos = table("todos", {
  id: text().primaryKey(),
  title: text(),
  status: text(),
  owner: text(),
  n: integer(),
  amount: real(),
  done: boolean(),
}, { indexes: ["n"] });
const def = tableDef(todos);
const shadow = new Shadow({ tables: [todos] });
const { db } = shadow;
const idOf = (i: number) => `id${String(i).padStart(6, "0")}`;

db.exec("BEGIN");
for (let i = 0; i < ROWS; i++) {
  const row = { id: idOf(i), title: `Title ${i}`, status: "open", owner: `o${i % 100}` };
  const more = { n: (i * 7919) % ROWS, amount: i / 3, done: i % 2 === 0 };
  shadow.rows(
    "INSERT INTO todos VALUES (?, ?, ?, ?, ?, ?, ?)",
    encodeRow(sqlite, def, { ...row, ...more }),
  );
}
db.exec("COMMIT");

const ordered = query(todos).orderBy("n");
const all = (item: unknown) => shadow.all(queryValue(item).bound);
const rowAt = (offset: number) => {
  const [row] = all(ordered.offset(offset).limit(1));
  if (!row) throw new Error("There are more rows");
  return row as { id: string; n: number; [name: string]: unknown };
};
const [early, late] = [rowAt(19), rowAt(19_999)];
const cursor = cursorOf(ordered, late as never);
const raw = {
  get: db.prepare("SELECT * FROM todos WHERE id = ?"),
  range: db.prepare("SELECT * FROM todos WHERE n BETWEEN ? AND ? ORDER BY n, id"),
  page: db.prepare(
    "SELECT * FROM todos WHERE n >= ? AND (n > ? OR id > ?) ORDER BY n, id LIMIT 20",
  ),
};
let at = 0;
const next = () => at = (at + 7919) % (ROWS - 200);
const kept = query(todos).where({ n: between(5, 104) }).orderBy("n");
const page = ({ n, id }: { n: number; id: string }) => raw.page.all(n, n, id);

/** By hand, by the compiler, and how often a round. */
const WORKS: Readonly<Record<string, readonly [() => unknown, () => unknown, number]>> = {
  "get by key": [() => raw.get.get(idOf(next())), () => shadow.get(def, idOf(next())), 20_000],
  "get by key as a query, built each time": [
    () => raw.get.all(idOf(next())),
    () => all(query(todos).where({ id: idOf(next()) })),
    20_000,
  ],
  "range of 100, built each time": [
    () => raw.range.all(next(), at + 99),
    () => all(query(todos).where({ n: between(next(), at + 99) }).orderBy("n")),
    1_000,
  ],
  "range of 100, query kept": [() => raw.range.all(5, 104), () => all(kept), 1_000],
  "page 2": [() => page(early), () => all(ordered.limit(20).after(early as never)), 3_000],
  "page 1,000": [() => page(late), () => all(ordered.limit(20).after(late as never)), 3_000],
  "page 1,000 by cursor": [() => page(late), () => all(ordered.limit(20).after(cursor)), 3_000],
};

for (const [name, [byHand, ours, times]] of Object.entries(WORKS)) {
  const best = [Infinity, Infinity];
  for (let round = 0; round < 7; round++) {
    for (const [i, run] of [byHand, ours].entries()) {
      shadow.asked = [];
      const start = performance.now();
      for (let j = 0; j < times; j++) run();
      best[i] = Math.min(best[i]!, (performance.now() - start) / times * 1000);
    }
  }
  const [hand, own] = best.map((us) => us.toFixed(1));
  console.log(
    `${name.padEnd(39)} ${hand} us by hand, ${own} us, ${(best[1]! / best[0]!).toFixed(2)} x`,
  );
}
db.close();
