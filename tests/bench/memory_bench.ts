/**
 * Strata's store against work by hand and against the libraries that one would use instead.
 *
 * `deno task bench`; `--json` prints JSON. It ends with exit code 1 when results differ, not
 * when a target is missed.
 *
 * @module
 */
import { agree } from "./agree.ts";
import { byHand } from "./by_hand.ts";
import type { Contestant } from "./contestant.ts";
import type { Figures, Work } from "./harness.ts";
import { heaps } from "./heap.ts";
import { ours } from "./ours.ts";
import { asJson, asText, type Heap, type Report, type Verdict, verdict } from "./report.ts";
import { makeRows, ROWS, type Todo } from "./rows.ts";
import { sqlite } from "./sqlite.ts";
import { tanstackDb } from "./tanstack_db.ts";
import { tinybase } from "./tinybase.ts";
import { type Filled, getting, loading, oursWithIndexes, topping, updating } from "./works.ts";

const libraries = [byHand, ours, tinybase, tanstackDb];
const all = [...libraries, sqlite];

const TITLES = {
  load: "load 100k rows, indexes not built yet",
  get: "get by key",
  read: "get by key and read a cell",
  build: "first use of an index on three columns",
  update: "update one row, column not indexed",
  indexed: "update one row, by ordered indexes on the column",
  scan: "filter, sort, limit 20, no index",
  index: "filter, sort, limit 20, with an index",
} as const;

function fill(contestants: readonly Contestant[], rows: readonly Todo[], indexed: boolean): Filled {
  return new Map(contestants.map(({ name, load }) => [name, load(rows, { indexed })]));
}

function close(filled: Filled): void {
  for (const loaded of filled.values()) loaded.close();
}

async function measure(rows: readonly Todo[]): Promise<Work[]> {
  const works = await loading({ load: TITLES.load, build: TITLES.build }, libraries, rows);

  const plain = fill(all, rows, false);
  works.push(...await getting({ get: TITLES.get, read: TITLES.read }, plain, rows));
  works.push(
    await topping(TITLES.scan, plain, { "by hand": 16, strata: 16, tinybase: 1, "tanstack db": 1 }),
  );
  // Last: it scatters the rows over the heap.
  works.push(await updating(TITLES.update, plain, rows));
  close(plain);

  const indexes = oursWithIndexes(rows);
  works.push(await updating(TITLES.indexed, indexes, rows));
  close(indexes);

  const indexed = fill(all, rows, true);
  const many = { "by hand": 2_000, strata: 2_000, sqlite: 500, tinybase: 50, "tanstack db": 8 };
  works.push(await topping(TITLES.index, indexed, many));
  close(indexed);
  return works;
}

function judge(works: readonly Work[], heap: readonly Heap[]): Verdict[] {
  const figures = (title: string, name: string): Figures => {
    const found = works.find((work) => work.title === title)?.figures.get(name);
    if (found === undefined) throw new Error(`Cannot judge as ${name} ran "${title}": it did not`);
    return found;
  };
  const ratio = (title: string, to: string) => {
    const [own, other] = [figures(title, "strata"), figures(title, to)];
    return { figure: own.median / other.median, least: own.min / other.min };
  };
  const bytes = (name: string): number =>
    heap.find((each) => each.name === name)?.bytesPerRow ?? NaN;
  const bytesRatio = bytes("strata") / bytes("by hand");
  const none = figures(TITLES.indexed, "strata, 0 ordered indexes");
  const three = figures(TITLES.indexed, "strata, 3 ordered indexes");
  const index = {
    figure: (three.median - none.median) / 3,
    least: (three.min - none.min) / 3,
  };
  const { load, get, update, scan } = TITLES;
  return [
    verdict("load, against TinyBase", ratio(load, "tinybase"), { limit: 1 / 8 }),
    verdict("load, against TanStack DB", ratio(load, "tanstack db"), { limit: 1 / 3 }),
    verdict("bytes a row, against by hand", { figure: bytesRatio, least: bytesRatio }, {
      limit: 1.35,
    }),
    verdict("get, against a Map", ratio(get, "by hand"), { limit: 2 }),
    verdict("update, against TinyBase", ratio(update, "tinybase"), { limit: 1 / 6 }),
    verdict("update, each ordered index adds", index, { limit: 6, unit: "us" }),
    verdict("filter, sort, limit, against by hand", ratio(scan, "by hand"), { limit: 1.5 }),
    verdict("the same with an index, against SQLite", ratio(TITLES.index, "sqlite"), { limit: 1 }),
  ];
}

async function bench(): Promise<Report> {
  const start = performance.now();
  const rows = makeRows(ROWS);
  const heap = await heaps();
  await agree(all, rows.slice(0, 20_000));
  const works = await measure(rows);
  return { works, heap, verdicts: judge(works, heap), seconds: (performance.now() - start) / 1e3 };
}

const report = await bench();
console.log(Deno.args.includes("--json") ? asJson(report) : asText(report));
