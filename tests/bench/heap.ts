/**
 * Heap bytes a row, one contestant to a process: `heap.ts <name>` prints the figure.
 *
 * @module
 */
import { byHand } from "./by_hand.ts";
import type { Contestant } from "./contestant.ts";
import { collectGarbage } from "./harness.ts";
import { ours } from "./ours.ts";
import { makeRows, ROWS } from "./rows.ts";
import { tanstackDb } from "./tanstack_db.ts";
import { tinybase } from "./tinybase.ts";
import type { Heap } from "./report.ts";

const contestants: readonly Contestant[] = [byHand, ours, tinybase, tanstackDb];

export async function heaps(): Promise<Heap[]> {
  const found: Heap[] = [];
  for (const { name } of contestants) {
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--v8-flags=--expose-gc", import.meta.url, name],
    }).output();
    const text = new TextDecoder().decode(code === 0 ? stdout : stderr);
    if (code !== 0) throw new Error(`Cannot measure the heap as its process failed: ${text}`);
    found.push({ name, bytesPerRow: Number(text) });
  }
  return found;
}

/** What is held after the rows that went in are gone; their texts count for everyone. */
async function bytesPerRow(contestant: Contestant): Promise<number> {
  const load = (count: number) => contestant.load(makeRows(count), { indexed: true });
  load(1_000).close(); // compiles, and fills what is filled once
  const before = await heapBytes();
  const loaded = load(ROWS);
  const after = await heapBytes();
  if (loaded.size !== ROWS) throw new Error("Cannot measure the heap as rows are missing");
  return (after - before) / ROWS;
}

/** The least of several looks, with turns of the event loop for what finishes later. */
async function heapBytes(): Promise<number> {
  let least = Infinity;
  for (let i = 0; i < 6; i++) {
    collectGarbage("major");
    await new Promise((resolve) => setTimeout(resolve, 10));
    const { heapUsed, external } = Deno.memoryUsage();
    least = Math.min(least, heapUsed + external);
  }
  return least;
}

if (import.meta.main) {
  const contestant = contestants.find(({ name }) => name === Deno.args[0]);
  if (contestant === undefined) throw new Error("Cannot find a contestant of that name");
  console.log(await bytesPerRow(contestant));
}
