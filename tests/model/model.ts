import fc from "fast-check";
import { eq, query } from "../../mod.ts";
import { assertSame, show } from "../conformance/same.ts";
import { drive, type Open, type Subject, subjectOf } from "../conformance/subject.ts";
import type { Register } from "../conformance/suite.ts";
import { type Operation, operations } from "./operation.ts";
import { contents, perform, type Result } from "./perform.ts";
import { PlainModel } from "./plain_model.ts";
import type { Outcome } from "./plain_state.ts";
import { runsOf, seedOf } from "./runs.ts";
import { indexed, keys, schema, type TableName, tables, uniques } from "./schema.ts";

const TABLES = Object.keys(tables) as TableName[];

/** Whether a step gave what the model says, and each step in it too. */
function assertOutcome(result: Result, outcome: Outcome): void {
  for (const [i, { result: inner, after }] of (result.steps ?? []).entries()) {
    const expected = outcome.steps?.[i];
    if (expected === undefined) throw new Error(`Step ${i} was not to be reached`);
    assertOutcome(inner, expected.outcome);
    assertSame(after, expected.after, `within the transaction, after step ${i}`);
  }
  assertSame(result.steps?.length ?? 0, outcome.steps?.length ?? 0, "steps done");
  const names = [...outcome.errors].join(" or ");
  if (result.error !== undefined) {
    if (outcome.errors.has(result.error)) return;
    const message = `${result.error}, expected ${names || show(outcome.value)}`;
    throw new Error(message, { cause: result.cause });
  }
  if (outcome.errors.size > 0) throw new Error(`${show(result.value)}, expected ${names}`);
  assertSame(result.value, outcome.value);
}

/** Compares what is stored with the model: by scan, key, index and unique column. */
async function assertContents(db: Subject, model: PlainModel): Promise<void> {
  const expected = model.contents();
  assertSame(await drive(contents(db)), expected, "all()");
  for (const name of TABLES) {
    const table = tables[name] as typeof tables.people;
    const rows = expected[name];
    const wanted = rows.map((row) => keys[name].map((column) => row[column]));
    const asked = wanted.map((key) => key.length === 1 ? key[0] : key) as number[];
    assertSame(await db.getMany(table, asked), rows, `getMany() of ${name}`);
    if (asked.length > 0) assertSame(await db.get(table, asked[0]!), rows[0], `get() of ${name}`);
    for (const direction of ["asc", "desc"] as const) {
      const sorted = query(table).orderBy(indexed[name] as "age", direction);
      const byIndex = model.sorted(name, [indexed[name]], direction);
      assertSame(await db.all(sorted), byIndex, `${name} by ${indexed[name]}, ${direction}`);
      assertSame(await db.all(sorted.limit(2)), byIndex.slice(0, 2), `first two of ${name}`);
    }
    for (const column of [indexed[name], ...uniques[name]]) {
      for (const value of new Set(rows.map((row) => row[column]))) {
        const found = await db.all(query(table).where({ [column]: eq(value) } as never));
        const matching = rows.filter((row) => row[column] === value);
        assertSame(found, matching, `${name} where ${column} is ${show(value)}`);
      }
    }
  }
  for (const [name, value] of Object.entries(model.values())) {
    assertSame(await db.getValue(name), value, `value ${name}`);
  }
}

/** One step of a history, done on the model and on what is tested. */
class Step implements fc.AsyncCommand<PlainModel, Subject> {
  constructor(readonly operation: Operation) {}

  check(model: Readonly<PlainModel>): boolean {
    return !model.isOpen(this.operation);
  }

  async run(model: PlainModel, db: Subject): Promise<void> {
    const outcome = model.apply(this.operation);
    const begin: Parameters<typeof perform>[1] = (steps) => db.transaction(steps);
    assertOutcome(await drive(perform(db, begin, this.operation)), outcome);
    await assertContents(db, model);
  }

  toString(): string {
    return `\n${show(this.operation)}`;
  }
}

/**
 * Random histories of all write verbs, in transactions and out of them, on what `open`
 * gives (empty each time) and on a model of plain maps: after each step both must have
 * given the same result or error, and hold the same rows.
 */
export function testModel(
  name: string,
  open: Open,
  register: Register = (title, fn) => Deno.test(title, fn),
  histories = 500,
): void {
  register(`${name}: random histories give what a model of plain maps gives`, async () => {
    const seed = seedOf(`model of ${name}`);
    const commands = fc.commands([operations.map((operation) => new Step(operation))], {
      maxCommands: 20,
    });
    const history = fc.asyncProperty(commands, async (steps) => {
      await using db = subjectOf(await open(schema));
      await fc.asyncModelRun(() => ({ model: new PlainModel(), real: db }), steps);
    });
    await fc.assert(history, { numRuns: runsOf(histories), seed });
  });
}
