import type { Commit, Database } from "../../mod.ts";
import { assertSame } from "../conformance/same.ts";
import { until } from "../conformance/suite.ts";
import { counters } from "./sqlite/children/increments.ts";
import { type Child, start } from "./sqlite/children/start.ts";

/** The next line that a child tells. */
async function line(child: Child): Promise<string> {
  const { value, done } = await child.lines.next();
  if (!done) return value;
  await child.ended();
  throw new Error("It ended without a word");
}

/**
 * Has two processes add 1 to the row "c" of an open database as often as is said each, by a program that
 * gets an address, an origin and how often: nothing is lost, and whoever listens hears of every commit once.
 */
export async function addTogether(
  db: Database,
  program: string,
  url: string,
  times: number,
): Promise<void> {
  const commits: Commit[] = [];
  const stop = db.changes((commit) => commits.push(commit));
  const children = ["a", "b"].map((origin) => start(program, url, origin, `${times}`));
  for (const child of children) assertSame(await line(child), "ready");
  for (const child of children) await child.send("go");
  const own = await Promise.all(
    children.map(async (child): Promise<number[]> => JSON.parse(await line(child))),
  );
  for (const child of children) await child.ended();
  assertSame((await db.get(counters, "c"))?.n, 2 * times);
  const numbers = Array.from({ length: 2 * times }, (_, i) => i + 2);
  assertSame(own.flat().sort((x, y) => x - y), numbers, "seq");
  await until(() => commits.length >= 2 * times);
  assertSame(commits.map(({ seq }) => seq), numbers, "seq as the third one heard it");
  assertSame(commits.every(({ source }) => source === "process"), true);
  assertSame([...new Set(commits.map(({ origin }) => origin))].sort(), ["a", "b"]);
  stop();
}
