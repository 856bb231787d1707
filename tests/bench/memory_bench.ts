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
import type { Work } from "./harness.ts";
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
  const works = [await loading(libraries, rows)];

  const plain = fill(all, rows, false);
  works.push(await getting(plain, rows));
  works.push(await updating(TITLES.update, plain, rows));
  works.push(
    await topping(TITLES.scan, plain, { "by hand": 16, strata: 16, tinybase: 1, "tanstack db": 1 }),
  );
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
  const median = (title: string, name: string): number =>
    works.find((work) => work.title === title)?.figures.get(name)?.median ?? NaN;
  const ratio = (title: string, to: string): number => median(title, "strata") / median(title, to);
  const bytes = (name: string): number =>
    heap.find((each) => each.name === name)?.bytesPerRow ?? NaN;
  const none = median(TITLES.indexed, "strata, 0 ordered indexes");
  const three = median(TITLES.indexed, "strata, 3 ordered indexes");
  return [
    verdict("load, against TinyBase", ratio("load 100k rows", "tinybase"), 1 / 8),
    verdict("load, against TanStack DB", ratio("load 100k rows", "tanstack db"), 1 / 3),
    verdict("bytes a row, against by hand", bytes("strata") / bytes("by hand"), 1.35),
    verdict("get, against a Map", ratio("get by key", "by hand"), 2),
    verdict("update, against TinyBase", ratio(TITLES.update, "tinybase"), 1 / 6),
    verdict("what each ordered index adds to an update", (three - none) / 3, 6, "us"),
    verdict("filter, sort, limit, against by hand", ratio(TITLES.scan, "by hand"), 1.5),
    verdict("the same with an index, against SQLite", ratio(TITLES.index, "sqlite"), 1),
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
