import process from "node:process";
import { DataError, increment, type Transaction } from "../../../mod.ts";
import { assertSame } from "../../conformance/same.ts";
import { accounts, type DatabaseSuite, gate, notes, people, schema, sleep } from "../subject.ts";

/**
 * None of the calls may take longer, and all of them together no more of the processor. In a page other
 * processes answer, and how late these are is not known.
 */
const LONGEST_MS = "document" in globalThis ? 10_000 : 2_000;
/** What the whole process may use of the processor, with the tests that run beside this one. */
const BUSIEST_MS = 10_000;

/** What became of a call: whether it was done, else the error's code, and how long it took. */
interface Outcome {
  readonly done: boolean;
  readonly code: string | undefined;
  readonly runs: number;
  readonly ms: number;
}

async function timed(call: () => Promise<number>): Promise<Outcome> {
  const start = performance.now();
  const took = () => performance.now() - start;
  try {
    const runs = await call();
    return { done: true, code: undefined, runs, ms: took() };
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    return { done: false, code: error.code, runs: NaN, ms: took() };
  }
}

/** How long the event loop was late in all: what others, or we, kept the processor busy with. */
function lateness(): () => number {
  const beat = 5;
  let late = 0;
  let last = performance.now();
  const timer = setInterval(() => {
    const now = performance.now();
    late += Math.max(0, now - last - 2 * beat);
    last = now;
  }, beat);
  const { user, system } = process.cpuUsage();
  return () => {
    clearInterval(timer);
    const used = process.cpuUsage({ user, system });
    const ms = (used.user + used.system) / 1_000;
    if (ms > BUSIEST_MS) throw new Error(`All took ${ms} ms of the processor`);
    return late;
  };
}

export function contentionTests({ test, open }: DatabaseSuite): void {
  for (const kind of ["plain write", "transaction"] as const) {
    test(`of commits that have waited together one sees the ${kind} before it`, async () => {
      await using db = await open(schema);
      await db.insert(accounts, { id: "a" });
      await db.insert(people, { id: "x", email: "x" });
      const [reserved, release, written] = [gate(), gate(), gate()];
      const read: (() => void)[] = [];
      const increase = async (tx: Transaction) => {
        const row = await tx.get(accounts, "a");
        read.forEach((reach) => reach());
        if (tx.attempt === 1) await written.reached;
        await tx.update(accounts, "a", { amount: row!.amount + 1 });
        return tx.attempt;
      };
      const begun = [gate(), gate()];
      const slow = db.transaction(async (tx) => {
        read.push(begun[0]!.reach);
        return await increase(tx);
      });
      await begun[0]!.reached;
      const other = kind === "transaction" && db.transaction(async (tx) => {
        read.push(begun[1]!.reach);
        return await increase(tx);
      });
      if (other) await begun[1]!.reached;
      // While one has reserved, the others wait.
      const holder = db.transaction(async (tx) => {
        await tx.get(people, "x");
        if (tx.attempt <= 3) await db.update(people, "x", { city: `${tx.attempt}` });
        else {
          reserved.reach();
          await release.reached;
        }
        await tx.update(people, "x", { email: "held" });
      });
      await reserved.reached;
      const plain = !other && db.update(accounts, "a", { amount: increment(1) });
      written.reach();
      await sleep(10);
      release.reach();
      await holder;
      await plain;
      const runs = [await slow, other ? await other : 1].sort();
      assertSame([runs, (await db.get(accounts, "a"))?.amount], [[1, 2], 2]);
    });
  }

  for (const paced of [false, true]) {
    const title = paced ? "one after the other" : "at once";
    test(`a slow transaction among 100 increments and 100 transactions, ${title}`, async () => {
      await using db = await open(schema);
      await db.insert(accounts, { id: "a" });
      const late = lateness();
      const calls = Array.from({ length: 200 }, (_, i) => async () => {
        if (paced) await sleep(Math.floor(i / 2) * 2);
        return await timed(
          i % 2 === 0
            ? () => db.update(accounts, "a", { amount: increment(1) }).then(() => 1)
            : () =>
              db.transaction(async (tx) => {
                const row = await tx.get(accounts, "a");
                await tx.insert(notes, { text: `${i}` });
                await tx.update(accounts, "a", { amount: row!.amount + 1 });
                return tx.attempt;
              }),
        );
      });
      const slow = timed(() =>
        db.transaction(async (tx) => {
          const row = await tx.get(accounts, "a");
          await sleep(50);
          await tx.update(accounts, "a", { amount: row!.amount + 1 });
          return tx.attempt;
        })
      );
      const outcomes = await Promise.all([slow, ...calls.map((call) => call())]);
      const done = outcomes.filter((outcome) => outcome.done);
      const codes = new Set(outcomes.flatMap(({ code }) => code ?? []));
      assertSame([...codes].filter((code) => code !== "conflict"), []);
      assertSame((await db.get(accounts, "a"))?.amount, done.length);
      assertSame(db.seq, done.length + 1);
      assertSame(outcomes[0]?.done, true, "the slow one");
      const longest = Math.max(...outcomes.map(({ ms }) => ms)) - late();
      if (longest > LONGEST_MS) throw new Error(`One waited for ${longest} ms`);
      const runs = Math.max(...done.map((outcome) => outcome.runs));
      if (runs > 10) throw new Error(`One ran ${runs} times`);
    });
  }
}
