import type { MapKey } from "../../schema/key.ts";
import type { StoredRow } from "../../schema/types.ts";
import type { Ast } from "../../query/ast.ts";
import type { Env } from "../../query/predicate.ts";
import type { Commit } from "../commit.ts";
import { envKey } from "../group.ts";
import { prepare } from "../run.ts";
import type { Tables } from "../stage.ts";
import { windowOf } from "../window.ts";
import { same } from "../../schema/same.ts";
import type { DeltaOp } from "./types.ts";

/** Rows that are compared in one step. */
const STEP = 2_048;

/** Rows with what tells each from the others, in the same order. */
export interface Rows {
  readonly rows: readonly StoredRow[];
  keys(): readonly MapKey[];
}

/** What led from one result to the next. */
export interface Step {
  /** Absent where the two are to be compared; then both are known. */
  readonly ops: readonly DeltaOp<StoredRow>[] | undefined;
  readonly commit: Commit | undefined;
  readonly from: Result;
  readonly to: Result;
}

/** Those who want every step of a shared result, each with what it has not seen yet. */
export class Steps {
  readonly readers = new Set<{ unseen: Step[] }>();
  push(step: Step): void {
    for (const { unseen } of this.readers) unseen.push(step);
  }
}

/**
 * A result of a live query. Its array is made when somebody reads it before the next one takes
 * its place, or never.
 */
export class Result {
  #make: (() => Rows | undefined) | undefined;
  #rows: Rows | undefined;

  /** `make` gives undefined once its rows are not known any more. */
  constructor(readonly steps: Steps, readonly length: number, make: () => Rows | undefined) {
    this.#make = make;
  }

  /** The rows, undefined when nobody read them in time. */
  get known(): Rows | undefined {
    if (this.#make) {
      this.#rows = this.#make();
      this.#make = undefined;
    }
    return this.#rows;
  }
  get rows(): readonly StoredRow[] {
    return this.known?.rows ?? [];
  }
}

/** What tells the rows of a query's result from each other. */
export function resultKey(ast: Ast, joined: boolean): (env: Env) => MapKey {
  const refs = ast.distinct && ast.select ? ast.select.map(({ ref }) => ref) : ast.shape.keys;
  return refs.length > 0 ? envKey(refs, joined) : () => null;
}

/** A result after `before`: that itself when the rows are the same objects. */
export function after(steps: Steps, before: Result | undefined, rows: Rows): Result {
  const known = before?.known?.rows;
  const unchanged = known?.length === rows.rows.length &&
    rows.rows.every((row, i) => row === known[i]);
  return unchanged && before ? before : new Result(steps, rows.rows.length, () => rows);
}

/** The same in steps. */
export function* afterInSteps(
  steps: Steps,
  before: Result | undefined,
  rows: Rows,
): Generator<number, Result> {
  const known = before?.known?.rows;
  let unchanged = known?.length === rows.rows.length;
  for (let i = 0; unchanged && i < rows.rows.length; i++) {
    unchanged = rows.rows[i] === known?.[i];
    if (i % STEP === STEP - 1) yield STEP;
  }
  return unchanged && before ? before : new Result(steps, rows.rows.length, () => rows);
}

/**
 * Runs a query again. Rows whose content is as before are the objects from before, and so is the
 * whole result when nothing in it changed.
 */
export function rerun(
  tables: Tables,
  ast: Ast,
  steps: Steps,
  before: Result | undefined,
): Result {
  const prepared = prepare(tables, ast);
  const envs = prepared.envs(windowOf(ast));
  const old = before?.known;
  const known = new Map(old?.keys().map((key, i) => [key, old.rows[i]]));
  const keys = envs.map(resultKey(ast, prepared.joined));
  const rows = envs.map((env, i) => {
    const row = prepared.output(env);
    const kept = known.get(keys[i] ?? null);
    return kept && same(kept, row) ? kept : row;
  });
  return after(steps, before, { rows, keys: () => keys });
}
