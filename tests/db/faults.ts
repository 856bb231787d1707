import { type Database, DataError, query } from "../../mod.ts";
import { assertSame, show } from "../conformance/same.ts";
import { failure } from "../conformance/suite.ts";
import { type FaultPlan, Faults } from "../support/faults.ts";
import { runsOf } from "../model/runs.ts";
import { closing, people } from "./subject.ts";
import { stateOf, type Step, STEPS } from "./faults/scenario.ts";

type OpenFaulty = (faults: Faults) => Promise<Database>;

/** What the suite does. */
export interface FaultOptions {
  /** The errors that calls fail with, by name. */
  readonly errors: Readonly<Record<string, () => Error>>;
  /** Only one of so many calls fails, another one each time; in a long run each. @default 1 */
  readonly stride?: number;
  /** A place for a database, to be opened once or, when it is `kept`, again. */
  place(kept: boolean): { open(faults: Faults): Promise<Database>; remove(): void };
}

/** What `stateOf` gives of a database that was just made. */
const EMPTY = '[[],[],[],[],"none"]';

/** The state before the first step and after each, and what each gave. */
interface Clean {
  readonly states: readonly string[];
  readonly results: readonly unknown[];
}

async function cleanRun(open: OpenFaulty): Promise<Clean> {
  await using db = await open(new Faults());
  const states = [await stateOf(db)];
  const results: unknown[] = [];
  for (const step of STEPS) {
    results.push(await step.run(db));
    states.push(await stateOf(db));
  }
  return { states, results };
}

/** Checks what a step that failed says of itself; gives whether it has to be done again. */
function failed(
  step: Step,
  error: unknown,
  faults: Faults,
  state: { readonly now: string; readonly before: string; readonly after: string },
  lasting: boolean,
): boolean {
  if (!(error instanceof DataError)) throw new Error(`Not typed: ${show(error)}`, { cause: error });
  const causes: unknown[] = [];
  for (let at: unknown = error; at instanceof Error; at = at.cause) causes.push(at);
  if (!faults.thrown.some((fault) => causes.includes(fault))) {
    throw new Error(`The fault is no cause of ${show(error)}`, { cause: error });
  }
  const { now, before, after } = state;
  if (now !== before && now !== after) {
    throw new Error(`Half done: ${now}, was ${before}`, { cause: error });
  }
  if (!step.writes) return true;
  const { committed } = error;
  if (committed === "unknown" ? !lasting : committed !== (now === after ? "yes" : "no")) {
    throw new Error(`${committed}, but it is ${now === after}`, { cause: error });
  }
  return now !== after;
}

/** Runs the scenario with one fault; gives whether there were calls enough for it. */
async function faultyRun(
  open: OpenFaulty,
  clean: Clean,
  plan: FaultPlan,
): Promise<boolean> {
  const faults = new Faults();
  const db = await open(faults);
  const first = db.seq;
  const seqs: number[] = [];
  db.changes(({ seq, source }) => {
    // After a failure a driver may not know who has written; that is told as a stranger's change.
    if (source === "local" || seq !== (seqs.at(-1) ?? first)) seqs.push(seq);
  });
  let reached = false;
  faults.begin(plan);
  for (const [i, step] of STEPS.entries()) {
    const about = `call ${plan.at} ${plan.when} its effect, in step "${step.name}"`;
    const [before, after] = [clean.states[i] ?? "", clean.states[i + 1] ?? ""];
    let result: unknown;
    try {
      result = await step.run(db);
    } catch (error) {
      reached = true;
      if (plan.lasting) {
        const again = await failure(() => db.count(query(people)));
        if (!(again instanceof DataError)) throw new Error(about, { cause: again });
        faults.end();
      }
      const now = await faults.without(() => stateOf(db));
      try {
        if (failed(step, error, faults, { now, before, after }, plan.lasting)) {
          faults.end();
          result = await step.run(db); // the next call works
        } else result = clean.results[i];
      } catch (problem) {
        throw new Error(about, { cause: problem });
      }
    }
    assertSame(result, clean.results[i], about);
    assertSame(await faults.without(() => stateOf(db)), after, about);
  }
  reached ||= faults.calls >= plan.at;
  faults.end();
  const { seq } = db;
  await db.close();
  assertSame(
    seqs,
    Array.from({ length: seq - first }, (_, n) => first + 1 + n),
    `call ${plan.at}: seq`,
  );
  return reached;
}

/** The numbers of calls to fail, until `run` says that there are no more. */
async function eachCall(stride: number, run: (at: number) => Promise<boolean>): Promise<number> {
  const step = runsOf(1) > 1 ? 1 : stride;
  let at = 1 + Math.floor(Math.random() * step);
  while (await run(at)) at += step;
  return at;
}

/** Opens a database with one fault, then again without; gives whether there were calls enough. */
async function faultyOpen(
  place: ReturnType<FaultOptions["place"]>,
  plan: FaultPlan,
): Promise<boolean> {
  const faults = new Faults();
  faults.begin(plan);
  try {
    await (await place.open(faults)).close();
  } catch (error) {
    assertSame(error instanceof DataError, true, `call ${plan.at}: ${show(error)}`);
  }
  const reached = faults.calls >= plan.at;
  faults.end();
  const db = await place.open(faults);
  assertSame(await stateOf(db), EMPTY, `call ${plan.at}`);
  assertSame(await db.check(), [], `call ${plan.at}`);
  await db.insert(people, { id: "a", email: "a" });
  assertSame(db.seq, 1, `call ${plan.at}`);
  await db.close();
  return reached;
}

/** Every call of a scenario fails, one after the other; see {@linkcode Faults}. */
export function testFaults(name: string, options: FaultOptions): void {
  const { place, errors, stride = 1 } = options;
  async function open(faults: Faults): Promise<Database> {
    const { open, remove } = place(false);
    return closing(await open(faults), remove);
  }
  for (const [kind, error] of Object.entries(errors)) {
    for (const when of ["before", "after"] as const) {
      for (const lasting of [false, true]) {
        const title = `${
          lasting ? "for good" : "once"
        } ${when} its effect with ${kind}, each in turn`;
        Deno.test(`${name}: a call fails ${title}`, async () => {
          const clean = await cleanRun(open);
          const calls = await eachCall(
            lasting ? stride * 3 : stride,
            (at) => faultyRun(open, clean, { at, when, lasting, error }),
          );
          if (calls < 20) throw new Error(`There were ${calls} calls`);
        });
        Deno.test(`${name}: a call of opening or closing fails ${title}`, async () => {
          await eachCall(stride, async (at) => {
            const { open, remove } = place(true);
            try {
              return await faultyOpen({ open, remove }, { at, when, lasting, error });
            } finally {
              remove();
            }
          });
        });
      }
    }
  }
}
