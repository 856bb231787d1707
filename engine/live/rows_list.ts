import type { MapKey } from "../../schema/key.ts";
import type { StoredRow } from "../../schema/types.ts";
import type { Env } from "../../query/predicate.ts";
import type { CompareEnvs, Window } from "../window.ts";
import type { Following } from "./follow.ts";
import { pace } from "./pace.ts";
import { after, Result, type Rows, type Steps } from "./result.ts";
import { same } from "../../schema/same.ts";
import { sortInSteps, topInSteps } from "./sort_in_steps.ts";
import { SortedList } from "./sorted_list.ts";
import type { EnvChange } from "./stage_view.ts";
import type { DeltaOp } from "./types.ts";

/** What a list of rows needs to know of its query. */
export interface RowsSource {
  readonly window: Window;
  readonly steps: Steps;
  readonly compare: CompareEnvs;
  readonly keyOf: (env: Env) => MapKey;
  /** The row of the result; undefined when an {@linkcode Env} is that itself. */
  readonly output: ((env: Env) => StoredRow) | undefined;
  /** Follows what `output` looks up, if it does. */
  readonly includes: Following | undefined;
  /** Gives the first rows of the order; absent where all are given to begin with. */
  readonly first: ((count: number) => Env[]) | undefined;
  /** Whether the first rows cost what their number costs, however many there are. */
  readonly quick: boolean;
}

/** How many rows beyond a window are kept at least, so that rows that leave are replaced. */
const SPARE = 64;
/** Up to so many rows are kept sorted while others come. */
const TOP = 1_000;
const NOTHING: ReadonlyMap<MapKey, StoredRow | undefined> = new Map();

/**
 * The rows of a result in order. Without a window every change is an op at a position, and arrays
 * are made for who reads them. Of a window's rows the first ones are kept, with some to spare:
 *
 *     offset | window | spare |     what comes after is looked up when the spare rows are gone
 */
export class RowsList {
  readonly #source: RowsSource;
  readonly #list: SortedList<Env>;
  readonly #outs = new Map<Env, StoredRow>();
  /** Where outputs look things up, the rows by their keys. */
  readonly #byKey = new Map<MapKey, Env>();
  readonly #windowed: boolean;
  readonly #need: number;
  #most: number;
  /** Whether the list holds all rows, not just the first. */
  #complete = true;
  #touched = false;
  #version = 0;
  result: Result | undefined;

  constructor(source: RowsSource) {
    this.#source = source;
    this.#list = new SortedList(source.compare);
    const { offset, limit } = source.window;
    this.#need = offset + limit;
    this.#windowed = this.#need < Infinity || offset > 0;
    this.#most = source.first && !source.includes
      ? this.#need + Math.max(this.#need >> 1, SPARE)
      : Infinity;
  }

  /** Begins with these rows, or with those that it asks for. */
  begin(envs: readonly Env[] | undefined, before: Result | undefined): Result {
    const old = this.#source.output && before?.known;
    const known = new Map(old?.keys().map((key, i) => [key, old.rows[i]]));
    if (envs) this.#load([...envs].sort(this.#source.compare), known);
    else this.#fill(known);
    return this.result = after(this.#source.steps, before, this.#rows());
  }
  /** The same in steps with all rows that there are; the list is theirs after the last step. */
  *beginInSteps(envs: readonly Env[], before: Result | undefined): Generator<number, void> {
    const { first, compare, output, steps } = this.#source;
    const { stepRows } = pace();
    const old = output && before?.known;
    const known = new Map<MapKey, StoredRow | undefined>();
    for (const [i, key] of old?.keys().entries() ?? []) {
      known.set(key, old?.rows[i]);
      if (i % stepRows === 0) yield stepRows;
    }
    const keeps = first && this.#most < Infinity;
    const sorted =
      yield* (keeps && this.#most <= TOP
        ? topInSteps(envs, this.#most, compare)
        : sortInSteps(envs, compare));
    this.#complete = !keeps || envs.length < this.#most;
    this.#load(keeps ? sorted.slice(0, this.#most) : sorted, NOTHING);
    yield stepRows;
    if (!output) {
      this.result = after(steps, before, this.#rows());
      return;
    }
    const { keyOf } = this.#source;
    const shown = this.#shown();
    const rows: StoredRow[] = [];
    for (const [i, env] of shown.entries()) {
      rows.push(this.#show(env, known.get(keyOf(env))));
      if (i % stepRows === 0) yield stepRows;
    }
    this.result = after(steps, before, { rows, keys: () => shown.map(keyOf) });
  }
  /** Whether the first rows are there without looking at the others. */
  get quick(): boolean {
    return this.#source.quick && this.#most <= TOP;
  }
  #fill(known: ReadonlyMap<MapKey, StoredRow | undefined>): void {
    const envs = this.#source.first?.(this.#most) ?? [];
    this.#complete = envs.length < this.#most;
    this.#load(envs, known);
  }
  /** Replaces all rows; those of the result that are known by key keep their objects. */
  #load(envs: readonly Env[], known: ReadonlyMap<MapKey, StoredRow | undefined>): void {
    this.#list.load(envs);
    this.#outs.clear();
    if (known.size === 0 || !this.#source.output) return;
    for (const env of this.#shown()) this.#show(env, known.get(this.#source.keyOf(env)));
  }
  #shown(): Env[] {
    const { offset } = this.#source.window;
    return this.#windowed ? this.#list.slice(offset, this.#need) : this.#list.all();
  }
  #rows(): Rows {
    const envs = this.#shown();
    const { output, keyOf } = this.#source;
    // Without an output they are rows.
    const rows = output ? envs.map((env) => this.#show(env)) : envs as readonly StoredRow[];
    return { rows, keys: () => envs.map(keyOf) };
  }
  /** The row of the result, `old` itself where its content is the same. */
  #show(env: Env, old?: StoredRow): StoredRow {
    const { output, includes, keyOf } = this.#source;
    if (!output) return env as StoredRow; // as above
    const known = this.#outs.get(env);
    if (known) return known;
    const key = includes && keyOf(env);
    let row = includes && key !== undefined ? includes.run(key, () => output(env)) : output(env);
    if (key !== undefined) this.#byKey.set(key, env);
    if (old && same(old, row)) row = old;
    this.#outs.set(env, row);
    return row;
  }
  #forget(env: Env): StoredRow | undefined {
    const { includes, keyOf, output } = this.#source;
    if (!output) return env as StoredRow; // as above
    const row = this.#outs.get(env);
    if (row && includes) {
      includes.release(keyOf(env));
      this.#byKey.delete(keyOf(env));
    }
    this.#outs.delete(env);
    return row;
  }

  /**
   * Takes changes in and gives the ops that they are, undefined where there is a window;
   * `affected` are keys of rows whose outputs may be others now.
   */
  advance(
    changes: readonly EnvChange[],
    affected: Iterable<MapKey>,
  ): readonly DeltaOp<StoredRow>[] | undefined {
    const ops: DeltaOp<StoredRow>[] | undefined = this.#windowed ? undefined : [];
    this.#touched = false;
    for (const { before, after } of changes) this.#change(before, after, ops);
    for (const key of affected) {
      const env = this.#byKey.get(key);
      if (env) this.#change(env, env, ops);
    }
    if (!this.#complete) this.#trim();
    if (!ops) {
      if (this.#touched) this.result = after(this.#source.steps, this.result, this.#rows());
    } else if (ops.length > 0) {
      const version = ++this.#version;
      const make = () => version === this.#version ? this.#rows() : undefined;
      this.result = new Result(this.#source.steps, this.#list.length, make);
    }
    return ops;
  }

  /** Looks up more rows where too few are left for the window, and lets go of too many. */
  #trim(): void {
    if (this.#list.length < this.#need) {
      // Where that is a search it is made once, for all rows.
      if (!this.#source.quick) this.#most = Infinity;
      const { keyOf } = this.#source;
      this.#fill(new Map(Array.from(this.#outs, ([env, row]) => [keyOf(env), row])));
    } else if (this.#list.length > 2 * this.#most) {
      for (const env of this.#list.slice(this.#most, Infinity)) this.#forget(env);
      this.#list.load(this.#list.slice(0, this.#most));
    }
  }

  #change(
    before: Env | undefined,
    after: Env | undefined,
    ops: DeltaOp<StoredRow>[] | undefined,
  ): void {
    const list = this.#list;
    const { compare } = this.#source;
    const found = before && list.locate(before);
    const from = found && ops ? list.rank : 0;
    const old = found && this.#forget(found);
    const stays = found && after && compare(found, after) === 0;
    if (stays) list.put(after);
    else if (found) list.remove();
    const last = this.#complete ? undefined : list.last;
    if (!after || !stays && !this.#complete && !(last && compare(after, last) < 0)) {
      this.#touched ||= found !== undefined;
      if (found) ops?.push({ remove: from });
      return;
    }
    if (!stays) list.locate(after);
    const to = ops ? list.rank : 0;
    if (!stays) list.insert(after);
    this.#touched = true;
    if (!ops) {
      if (old) this.#show(after, old);
      return;
    }
    const row = this.#show(after, old);
    if (!found) ops.push({ insert: to, row });
    else {
      if (from !== to) ops.push({ move: from, to, row });
      if (old && old !== row) ops.push({ change: to, row, before: old });
    }
  }
}
