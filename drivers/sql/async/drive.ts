import type { Answer, Request, Work } from "../../../db/driver.ts";
import type { Asking } from "../asking.ts";
import type { Statement } from "../compile.ts";
import { dataError, Failure } from "../failure.ts";
import type { Rows } from "./client.ts";

/** Thrown where what runs is to begin again in another way; no work ever sees one. */
export type Signal =
  /** Several statements, where each might see another state. */
  | typeof SEVERAL
  /** A write, where nothing may be written. */
  | typeof WRITES
  /** Somebody else has committed meanwhile. */
  | typeof MOVED
  /** A write failed that was not made at once. */
  | typeof REFUSED;
export const SEVERAL: unique symbol = Symbol("several statements");
export const WRITES: unique symbol = Symbol("writes");
export const MOVED: unique symbol = Symbol("moved");
export const REFUSED: unique symbol = Symbol("refused");

/** Runs work. Errors of its requests are thrown into it, unless the transaction is lost by them. */
export async function drive<T>(
  work: Work<T>,
  answer: (request: Request) => Promise<Answer>,
): Promise<T> {
  let step = work.next();
  while (!step.done) {
    let got: Answer;
    try {
      got = await answer(step.value);
    } catch (error) {
      if (typeof error === "symbol" || error instanceof Failure && error.fatal) throw error;
      step = work.throw(dataError(error));
      continue;
    }
    step = work.next(got);
  }
  return step.value;
}

/** Runs what asks for statements. */
export async function ask<T>(
  asking: Asking<T>,
  query: (statement: Statement) => Promise<Rows>,
): Promise<T> {
  let step = asking.next();
  while (!step.done) {
    let rows: Rows;
    try {
      rows = await query(step.value);
    } catch (error) {
      // What is no matter of the statement would go wrong with any other, too.
      if (!(error instanceof Failure) || error.kind !== "other") throw error;
      step = asking.throw(error);
      continue;
    }
    step = asking.next(rows);
  }
  return step.value;
}

/** Runs one statement, and refuses further ones. */
export function once(
  query: (statement: Statement) => Promise<Rows>,
): (statement: Statement) => Promise<Rows> {
  let ran = false;
  return (statement) => {
    if (ran) throw SEVERAL;
    ran = true;
    return query(statement);
  };
}
