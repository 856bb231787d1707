import { DataError, eq, gt, increment, lte, oneOf, query } from "../../mod.ts";
import { nest, type Steps } from "../conformance/subject.ts";
import type { AsyncVerbs } from "../conformance/verbs.ts";
import { type Fields, type Operation, Plus, type Test } from "./operation.ts";
import type { Contents } from "./plain_state.ts";
import { type TableName, tables } from "./schema.ts";

/** What a step gave: a value, or the name of its error as the plain model has it. */
export interface Result {
  readonly value?: unknown;
  readonly error?: string;
  readonly cause?: unknown;
  readonly steps?: readonly { readonly result: Result; readonly after: Contents }[];
}

class Stop extends Error {}

// deno-lint-ignore no-explicit-any
type Run<T> = Generator<unknown, T, any>;
type Begin = (steps: Steps<unknown>) => unknown;

function nameOf(error: unknown): string {
  if (error instanceof DataError) return error.rule ?? error.code;
  if (error instanceof TypeError) return "type";
  if (error instanceof RangeError) return "range";
  return error instanceof Stop || error === "rollback"
    ? (error as Error).message ?? "rollback"
    : "?";
}

function whereOf(test: Test | undefined): never {
  if (test === undefined) return {} as never;
  const make = { eq, gt, lte, oneOf: oneOf as typeof eq }[test.op];
  return { [test.column]: make(test.operand) } as never;
}

function patchOf(patch: Fields): never {
  const entries = Object.entries(patch).map(([name, value]) => [
    name,
    value instanceof Plus ? increment(value.by) : value,
  ]);
  return Object.fromEntries(entries) as never;
}

function* verb(on: AsyncVerbs, op: Exclude<Operation, { verb: "transaction" }>): Run<unknown> {
  if (op.verb === "setValue") return yield on.setValue(op.name, op.value);
  const table = tables[op.table] as typeof tables.people;
  switch (op.verb) {
    case "insert":
      return yield on.insert(table, op.rows as never, { onConflict: op.conflict as "ignore" });
    case "upsert": {
      const options = op.on === undefined ? {} : { on: op.on as never };
      return yield on.upsert(table, op.rows as never, options);
    }
    case "replace":
      return yield on.replace(table, op.row as never);
    case "update": {
      const patch = patchOf(op.patch);
      const options = op.if === undefined ? {} : { if: whereOf(op.if) };
      const change = op.byFunction ? () => patch : patch;
      return yield on.update(table, op.key as never, change, options);
    }
    case "updateAll":
      return yield on.updateAll(table, whereOf(op.where), patchOf(op.patch));
    case "delete": {
      const options = op.if === undefined ? {} : { if: whereOf(op.if) };
      return yield on.delete(table, op.key as never, options);
    }
    case "deleteAll":
      return yield on.deleteAll(table, whereOf(op.where));
    case "claim": {
      const next = query(table).where(whereOf(op.where))
        .orderBy(op.order as never, op.direction).limit(op.limit);
      return yield on.claim(next, patchOf(op.patch));
    }
  }
}

/** Every row of every table, by key. */
export function* contents(on: Pick<AsyncVerbs, "all">): Run<Contents> {
  const all: [TableName, unknown][] = [];
  for (const [name, table] of Object.entries(tables)) {
    all.push([name as TableName, yield on.all(query(table as typeof tables.people))]);
  }
  return Object.fromEntries(all) as Contents;
}

/** Does one step, and tells what it gave; what fails is told, not thrown. */
export function* perform(on: AsyncVerbs, begin: Begin, operation: Operation): Run<Result> {
  const steps: { result: Result; after: Contents }[] = [];
  try {
    if (operation.verb !== "transaction") return { value: yield* verb(on, operation) };
    const value = yield begin(function* (tx): Run<unknown> {
      // A database may run the function again.
      steps.length = 0;
      for (const step of operation.steps) {
        const result = yield* perform(tx, (inner) => nest(tx, inner), step);
        steps.push({ result, after: yield* contents(tx) });
        if (result.error !== undefined && !operation.tolerant) throw result.cause;
      }
      if (operation.end === "rollback") tx.rollback("rollback");
      if (operation.end === "throw") throw new Stop("throw");
      return "done";
    });
    return { value, steps };
  } catch (cause) {
    return { error: nameOf(cause), cause, steps };
  }
}
