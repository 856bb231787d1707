import type { MapKey } from "../../schema/key.ts";
import type { StoredRow } from "../../schema/types.ts";
import type { Env } from "../../query/predicate.ts";
import type { CompareEnvs, Window } from "../window.ts";
import type { Following, Owner } from "./follow.ts";
import { pace } from "./pace.ts";
import type { Places } from "./places.ts";
import { after, afterInSteps, Result, type Rows, type Steps } from "./result.ts";
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
  readonly places: Places<Env> | undefined;
  readonly keyOf: (env: Env) => MapKey;
  /** The row of the result; undefined when an {@linkcode Env} is that itself. */
  readonly output: ((env: Env) => StoredRow) | undefined;
  /** Whether rows are made anew whenever a result begins, as those of groups are. */
  readonly made: boolean;
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
/** The row, or the one from before where that has the same content. */
function keptRow(row: StoredRow, before: StoredRow | undefined): StoredRow {
  return before && same(before, row) ? before : row;
}

const NO_OPS: DeltaOp<StoredRow>[] = [];

/** A row whose output looks things up. */
interface Shown extends Owner {
  env: Env;
}

/** No owners. */
export const NOBODY: ReadonlySet<Owner> = new Set();

/**
 * The rows of a result in order. Without a window every change is an op at a position, and arrays
 * are made for who reads them. Of a window's rows the first ones are kept, with some to spare:
 *
 *     offset | window | spare |     what comes after is looked up when the spare rows are gone
 */
export class RowsList {
  readonly #source: RowsSource;
  /** Rows before they are put out, each with what it was put out as. */
  readonly #list: SortedList<Env, StoredRow>;
  /** Where outputs look things up, the rows by their keys. */
  readonly #byKey = new Map<MapKey, Shown>();
  readonly #windowed: boolean;
  /** The positions of the window. */
  readonly #from: number;
  readonly #to: number;
  #most: number;
  /** Whether the list holds all rows, not just the first. */
  #complete = true;
  #touched = false;
  /** The ops of the commit at hand; absent where there is a window. */
  #ops: DeltaOp<StoredRow>[] | undefined;
  #version = 0;
  result: Result | undefined;

  constructor(source: RowsSource) {
    this.#source = source;
    this.#list = new SortedList(source.compare, source.places, source.output !== undefined);
    const { offset, limit } = source.window;
    this.#from = offset;
    this.#to = offset + limit;
    this.#windowed = this.#to < Infinity || offset > 0;
    this.#most = source.first && !source.includes
      ? this.#to + Math.max(this.#to >> 1, SPARE)
      : Infinity;
  }

  /** Begins with these rows, or with those that it asks for. */
  begin(envs: readonly Env[] | undefined, before: Result | undefined): Result {
    const { output, made, keyOf, compare } = this.#source;
    const old = output || made ? before?.known : undefined;
    const known = new Map(old?.keys().map((key, i) => [key, old.rows[i]]));
    const kept = (env: Env) => keptRow(env as StoredRow, known.get(keyOf(env))); // made rows
    if (envs) this.#load((made ? envs.map(kept) : [...envs]).sort(compare), known);
    else this.#fill(known);
    return this.result = after(this.#source.steps, before, this.#rows());
  }
  /** The same in steps with all rows that there are; the list is theirs after the last step. */
  *beginInSteps(envs: readonly Env[], before: Result | undefined): Generator<number, void> {
    const { first, compare, places, output, made, steps, keyOf } = this.#source;
    const { stepRows } = pace();
    const old = output || made ? before?.known : undefined;
    const known = new Map<MapKey, StoredRow | undefined>();
    for (const [i, key] of old?.keys().entries() ?? []) {
      known.set(key, old?.rows[i]);
      if (i % stepRows === 0) yield stepRows;
    }
    let items = envs;
    if (made && known.size > 0) {
      const kept: Env[] = [];
      for (const env of envs) {
        kept.push(keptRow(env as StoredRow, known.get(keyOf(env)))); // made rows
        if (kept.length % stepRows === 0) yield stepRows;
      }
      items = kept;
    }
    const most = first ? this.#most : Infinity;
    const sorted = yield* most <= TOP
      ? topInSteps(items, most, compare)
      : sortInSteps(items, compare, places);
    this.#complete = envs.length < most;
    const kept = sorted.length > most ? sorted.slice(0, most) : sorted;
    const shown = this.#windowed ? kept.slice(this.#from, this.#to) : kept;
    let rows = shown as readonly StoredRow[]; // without an output they are rows
    if (output) {
      const outs: StoredRow[] = [];
      for (const [i, env] of shown.entries()) {
        outs.push(this.#show(env, known.get(keyOf(env))));
        if (i % stepRows === 0) yield stepRows;
      }
      rows = outs;
    }
    yield* this.#list.loadInSteps(kept, output && ((i) => rows[i - this.#from]));
    this.result = yield* afterInSteps(steps, before, { rows, keys: () => shown.map(keyOf) });
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
    if (known.size === 0 || !this.#source.output) return;
    const { keyOf } = this.#source;
    this.#list.values(this.#from, this.#to, (env) => this.#show(env, known.get(keyOf(env))));
  }
  /** The rows while nothing has come after this version. */
  at(version: number): Rows | undefined {
    return version === this.#version ? this.#rows() : undefined;
  }
  #rows(): Rows {
    const { output, keyOf } = this.#source;
    const envs = this.#windowed ? this.#list.slice(this.#from, this.#to) : this.#list.all();
    const rows = output
      ? this.#list.values(this.#from, this.#to, (env) => this.#show(env))
      : envs as readonly StoredRow[]; // as above
    return { rows, keys: () => envs.map(keyOf) };
  }
  /** Makes the row of the result, or gives `old` where its content is the same. */
  #show(env: Env, old?: StoredRow): StoredRow {
    const { output, includes, keyOf } = this.#source;
    if (!output) return env as StoredRow; // as above
    let row: StoredRow;
    if (includes) {
      const key = keyOf(env);
      const known = this.#byKey.get(key);
      const shown = known ?? { key, notes: undefined, env };
      if (!known) this.#byKey.set(key, shown);
      shown.env = env;
      row = includes.run(shown, () => output(env));
    } else row = output(env);
    return keptRow(row, old);
  }
  #forget(env: Env): void {
    const { includes, keyOf } = this.#source;
    const key = includes && keyOf(env);
    const shown = key === undefined ? undefined : this.#byKey.get(key);
    if (!shown) return;
    includes?.release(shown);
    this.#byKey.delete(shown.key);
  }

  /**
   * Takes changes in and gives the ops that they are, undefined where there is a window;
   * `affected` are rows of it whose outputs may be others now.
   */
  advance(
    changes: readonly EnvChange[],
    affected: ReadonlySet<Owner>,
  ): readonly DeltaOp<StoredRow>[] | undefined {
    const ops = this.#windowed ? undefined : NO_OPS;
    this.#ops = ops;
    this.#touched = false;
    for (const { before, after } of changes) this.#change(before, after);
    if (affected !== NOBODY) {
      for (const { key } of affected) {
        const shown = this.#byKey.get(key);
        if (shown) this.#change(shown.env, shown.env);
      }
    }
    if (!this.#complete) this.#trim();
    if (!this.#ops) {
      if (this.#touched) this.result = after(this.#source.steps, this.result, this.#rows());
    } else if (this.#ops !== ops) {
      this.result = new Result(this.#source.steps, this.#list.length, this, ++this.#version);
    }
    const made = this.#ops;
    this.#ops = undefined;
    return made;
  }
  #tell(op: DeltaOp<StoredRow>): void {
    // Most commits are one op, and a list that grows has room for many.
    if (this.#ops === NO_OPS) this.#ops = [op];
    else this.#ops?.push(op);
  }

  /** Looks up more rows where too few are left for the window, and lets go of too many. */
  #trim(): void {
    const list = this.#list;
    if (list.length < this.#to) {
      // Where that is a search it is made once, for all rows.
      if (!this.#source.quick) this.#most = Infinity;
      const { keyOf } = this.#source;
      const known = new Map<MapKey, StoredRow>();
      for (const [env, row] of list.entries()) known.set(keyOf(env), row);
      this.#fill(known);
    } else if (list.length > 2 * this.#most) {
      const values = new Map(list.entries());
      const envs = list.slice(0, this.#most);
      list.load(envs, (i) => {
        const env = envs[i];
        return env && values.get(env);
      });
    }
  }

  #change(before: Env | undefined, after: Env | undefined): void {
    const list = this.#list;
    const ops = this.#ops;
    const { compare, output } = this.#source;
    const found = before && list.locate(before);
    const from = found && ops ? list.rank : 0;
    const old = found && (output ? list.value : found as StoredRow); // as above
    if (found && after && compare(found, after) === 0) {
      this.#touched = true;
      const row = ops || old ? this.#show(after, old) : undefined;
      list.put(after, row);
      if (ops && row && old && old !== row) this.#tell({ change: from, row, before: old });
      return;
    }
    if (found) {
      this.#forget(found);
      list.remove();
    }
    const last = this.#complete ? undefined : list.last;
    if (!after || !this.#complete && !(last && compare(after, last) < 0)) {
      this.#touched ||= found !== undefined;
      if (found && ops) this.#tell({ remove: from });
      return;
    }
    this.#touched = true;
    list.locate(after);
    const row = ops || old ? this.#show(after, old) : undefined;
    list.insert(after, row);
    if (!ops || !row) return;
    const to = list.rank;
    if (!found) this.#tell({ insert: to, row });
    else {
      if (from !== to) this.#tell({ move: from, to, row });
      if (old && old !== row) this.#tell({ change: to, row, before: old });
    }
  }
}
