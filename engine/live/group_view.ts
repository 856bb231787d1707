import type { MapKey } from "../../schema/key.ts";
import type { DraftRow } from "../../schema/row.ts";
import type { StoredRow } from "../../schema/types.ts";
import type { Step } from "../../query/ast.ts";
import { type Env, type Get, getter } from "../../query/predicate.ts";
import type { Accumulator, Aggregator } from "../aggregate.ts";
import { envKey, putAt } from "../group.ts";
import { liveAggregator, OrderedValues } from "./accumulators.ts";
import type { RowChange } from "./changes.ts";
import { same } from "../../schema/same.ts";
import type { EnvChange } from "./stage_view.ts";

interface Group {
  readonly key: MapKey;
  readonly paths: readonly unknown[];
  readonly states: readonly Accumulator[];
  count: number;
  /** As it was last passed on. */
  row: StoredRow | undefined;
  /** Whether the commit at hand has changed it, and who comes after it of those. */
  touched: boolean;
  next: Group | undefined;
}

const NONE: readonly RowChange[] = [];

/** Keeps groups current: a change costs what its own values cost, however large their group is. */
export class GroupView {
  readonly #names: readonly (readonly string[])[];
  readonly #gets: readonly Get[];
  readonly #keyOf: (env: Env) => MapKey;
  readonly #aggregators: readonly Aggregator[];
  readonly #groups = new Map<MapKey, Group>();
  #begun = false;
  /** Those that the commit at hand has changed. */
  #first: Group | undefined;
  #last: Group | undefined;

  constructor({ paths, aggregates }: Extract<Step, { kind: "group" }>, joined: boolean) {
    this.#names = paths.map(({ path }) => path.split("."));
    this.#gets = paths.map((ref) => getter(ref, joined));
    this.#keyOf = paths.length === 0 ? () => null : envKey(paths, joined);
    this.#aggregators = aggregates.map(([name, spec]) => liveAggregator(name, spec, joined));
    // Without paths there is one group, also of nothing.
    if (paths.length === 0) this.#start(null, []);
  }

  #start(key: MapKey, paths: readonly unknown[]): Group {
    const states = this.#aggregators.map(({ start }) => start());
    const group: Group = {
      ...{ key, paths, states, count: 0 },
      ...{ row: undefined, touched: false, next: undefined },
    };
    this.#groups.set(key, group);
    return group;
  }

  /** @throws {RangeError} Where a sum leaves its range. @throws {TypeError} For JSON that is no scalar. */
  advance(envs: readonly EnvChange[]): readonly RowChange[] {
    // The group of a query without paths is passed on first.
    if (!this.#begun) { for (const group of this.#groups.values()) this.#touch(group); }
    this.#begun = true;
    this.#take(envs);
    return this.#changes();
  }
  /** Takes in what is there to begin with, of which nothing is passed on yet. */
  load(envs: readonly EnvChange[]): void {
    this.#take(envs);
    this.#first = this.#last = undefined;
  }
  /** Gives in steps the groups of what was taken in. */
  *begin(): Generator<number, RowChange[]> {
    this.#begun = true;
    const changes: RowChange[] = [];
    for (const [key, group] of this.#groups) {
      for (const state of group.states) if (state instanceof OrderedValues) yield* state.settle();
      group.row = this.#rowOf(group);
      group.touched = false;
      group.next = undefined;
      changes.push({ key, before: undefined, after: group.row });
      yield 1;
    }
    return changes;
  }

  #touch(group: Group): void {
    if (group.touched) return;
    group.touched = true;
    if (this.#last) this.#last.next = group;
    else this.#first = group;
    this.#last = group;
  }

  #take(envs: readonly EnvChange[]): void {
    for (const { before, after } of envs) {
      const from = before && this.#keyOf(before);
      const to = after && this.#keyOf(after);
      const kept = from !== undefined && from === to;
      const left = from === undefined ? undefined : this.#groups.get(from);
      const joined = to === undefined
        ? undefined
        : this.#groups.get(to) ?? this.#start(to, this.#gets.map((get) => after && get(after)));
      if (before && left) {
        left.count--;
        this.#touch(left);
      }
      if (after && joined) {
        joined.count++;
        this.#touch(joined);
      }
      for (let i = 0; i < this.#aggregators.length; i++) {
        const get = this.#aggregators[i]?.get;
        const out = before && get ? get(before) : null;
        const into = after && get ? get(after) : null;
        if (kept && out === into) continue;
        if (into !== null) joined?.states[i]?.add(into, 1);
        if (out !== null) left?.states[i]?.add(out, -1);
      }
    }
  }

  #changes(): readonly RowChange[] {
    let changes: RowChange[] | undefined;
    let next = this.#first;
    this.#first = this.#last = undefined;
    while (next) {
      const group = next;
      next = group.next;
      group.next = undefined;
      group.touched = false;
      const { key, row: before } = group;
      const gone = group.count === 0 && this.#names.length > 0;
      if (gone) this.#groups.delete(key);
      const after = gone ? undefined : before ? this.#nextOf(group, before) : this.#rowOf(group);
      if (before === after) continue;
      group.row = after;
      const change = { key, before, after };
      // Most commits change one, and a list that grows has room for many.
      if (changes) changes.push(change);
      else changes = [change];
    }
    return changes ?? NONE;
  }
  #rowOf({ paths, states }: Group): StoredRow {
    const row: DraftRow = {};
    this.#names.forEach((names, i) => putAt(row, names, paths[i]));
    this.#aggregators.forEach(({ name }, i) => putAt(row, [name], states[i]?.value));
    return row;
  }
  /** The row of a group that had one: itself where no aggregate has another value. */
  #nextOf({ states }: Group, before: StoredRow): StoredRow {
    let next: DraftRow | undefined;
    for (let i = 0; i < states.length; i++) {
      const name = this.#aggregators[i]?.name;
      if (name === undefined) continue;
      const value = states[i]?.value;
      const old = before[name];
      if (value === old || same(value, old)) continue;
      next ??= { ...before };
      next[name] = value; // an own property, whatever its name
    }
    return next ?? before;
  }
}
