import { type MapKey, mapKey, tupleKey } from "../schema/key.ts";
import type { DraftRow } from "../schema/row.ts";
import type { StoredRow } from "../schema/types.ts";
import type { Ref, Step } from "../query/ast.ts";
import { type Env, type Get, getter } from "../query/predicate.ts";
import { type Accumulator, aggregator, scalarGet } from "./aggregate.ts";

/**
 * Puts a value at a path of a result, making the objects on the way; a name may be `__proto__`.
 */
export function putAt(row: DraftRow, names: readonly string[], value: unknown): void {
  let at = row;
  names.forEach((name, i) => {
    if (i === names.length - 1) return define(at, name, value);
    if (!Object.hasOwn(at, name)) define(at, name, {});
    // The objects on the way were made here.
    at = at[name] as DraftRow;
  });
}
function define(row: DraftRow, name: string, value: unknown): void {
  if (name === "__proto__") {
    Object.defineProperty(row, name, {
      value,
      enumerable: true,
      configurable: true,
      writable: true,
    });
  } else row[name] = value;
}

/** The values at some paths as one Map key. */
export function envKey(refs: readonly Ref[], joined: boolean): (env: Env) => MapKey {
  const gets = refs.map((ref) => scalarGet(ref, joined));
  const [only] = gets;
  if (gets.length === 1 && only) return (env) => mapKey(only(env));
  return (env) => tupleKey(gets.map((get) => get(env)));
}

/** Groups what it is given; the groups come in the order in which they appeared. */
export class Grouping {
  readonly #groups = new Map<
    MapKey,
    { readonly row: DraftRow; readonly states: readonly Accumulator[] }
  >();
  readonly #step: Extract<Step, { kind: "group" }>;
  readonly #gets: readonly Get[];
  readonly #key: (env: Env) => MapKey;
  readonly #aggregators: readonly ReturnType<typeof aggregator>[];

  constructor(step: Extract<Step, { kind: "group" }>, joined: boolean) {
    this.#step = step;
    this.#gets = step.paths.map((ref) => getter(ref, joined));
    this.#key = step.paths.length === 0 ? () => null : envKey(step.paths, joined);
    this.#aggregators = step.aggregates.map(([name, spec]) => aggregator(name, spec, joined));
  }

  add(env: Env): void {
    const key = this.#key(env);
    let group = this.#groups.get(key);
    if (!group) {
      const row: DraftRow = {};
      this.#step.paths.forEach(({ path }, i) => putAt(row, path.split("."), this.#gets[i]?.(env)));
      group = { row, states: this.#aggregators.map(({ start }) => start()) };
      this.#groups.set(key, group);
    }
    for (let i = 0; i < group.states.length; i++) {
      const value = this.#aggregators[i]?.get(env);
      if (value !== null) group.states[i]?.add(value, 1);
    }
  }

  /** The rows of the groups; without paths exactly one. */
  rows(): StoredRow[] {
    if (this.#step.paths.length === 0 && this.#groups.size === 0) {
      this.#groups.set(null, { row: {}, states: this.#aggregators.map(({ start }) => start()) });
    }
    return Array.from(this.#groups.values(), ({ row, states }) => {
      this.#aggregators.forEach(({ name }, i) => putAt(row, [name], states[i]?.value));
      return row;
    });
  }
}
