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

/** One who wants every step of a result, and what it has not seen yet. */
export interface Reader {
  unseen: Step[];
}

/** Those who want every step of a shared result. */
export class Steps {
  readonly readers = new Set<Reader>();
  push(step: Step): void {
    for (const reader of this.readers) {
      // A list that grows has room for many, and most readers have seen all.
      if (reader.unseen.length === 0) reader.unseen = [step];
      else reader.unseen.push(step);
    }
  }
}

/** Has the rows of each version of a result as long as that is the last one. */
export interface RowsAt {
  at(version: number): Rows | undefined;
}

/**
 * A result of a live query. Its array is made when somebody reads it before the next one takes
 * its place, or never.
 */
export class Result {
  #source: RowsAt | undefined;
  readonly #version: number;
  #rows: Rows | undefined;

  /** The rows themselves, or who has them for a time. */
  constructor(readonly steps: Steps, readonly length: number, rows: Rows | RowsAt, version = 0) {
    this.#version = version;
    if ("at" in rows) this.#source = rows;
    else this.#rows = rows;
  }

  /** The rows, undefined when nobody read them in time. */
  get known(): Rows | undefined {
    if (this.#source) {
      this.#rows = this.#source.at(this.#version);
      this.#source = undefined;
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
  return unchanged && before ? before : new Result(steps, rows.rows.length, rows);
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
  return unchanged && before ? before : new Result(steps, rows.rows.length, rows);
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
