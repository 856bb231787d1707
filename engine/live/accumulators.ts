import { type MapKey, mapKey } from "../../schema/key.ts";
import type { Compare } from "../../schema/compare.ts";
import type { AggregateSpec } from "../../query/ast.ts";
import { compareRef } from "../../query/shape.ts";
import { type Accumulator, type Aggregator, aggregator } from "../aggregate.ts";
import { sortInSteps } from "./sort_in_steps.ts";
import { SortedList } from "./sorted_list.ts";

/** How often each value is there. */
class DistinctValues implements Accumulator {
  readonly #counts = new Map<MapKey, number>();
  get value(): number {
    return this.#counts.size;
  }
  add(value: unknown, times: 1 | -1): void {
    const key = mapKey(value);
    const count = (this.#counts.get(key) ?? 0) + times;
    if (count > 0) this.#counts.set(key, count);
    else this.#counts.delete(key);
  }
}

/** Values that are counted in one step. */
const STEP = 1_024;

/** The different values in order, each with how often it is there. */
export class OrderedValues implements Accumulator {
  readonly #list: SortedList<{ readonly value: unknown; count: number }>;
  /** What came before anyone asked; sorted all at once. */
  #first: unknown[] | undefined = [];
  constructor(readonly compare: Compare, readonly most: boolean) {
    this.#list = new SortedList((a, b) => compare(a.value, b.value));
  }

  add(value: unknown, times: 1 | -1): void {
    if (times > 0 && this.#first) {
      this.#first.push(value);
      return;
    }
    this.#sort();
    const item = { value, count: 1 };
    const found = this.#list.locate(item);
    if (!found) this.#list.insert(item);
    else if ((found.count += times) === 0) this.#list.remove();
  }
  /** Sorts in steps what came before anyone asked. */
  *settle(): Generator<number, void> {
    const values = this.#first;
    if (values) yield* this.#load(yield* sortInSteps(values, this.compare));
  }
  #sort(): void {
    const values = this.#first;
    if (values) { for (const _ of this.#load(values.sort(this.compare))); }
  }
  *#load(values: readonly unknown[]): Generator<number, void> {
    this.#first = undefined;
    const items: { readonly value: unknown; count: number }[] = [];
    for (const [i, value] of values.entries()) {
      if (i % STEP === STEP - 1) yield STEP;
      const last = items.at(-1);
      if (last && this.compare(last.value, value) === 0) last.count++;
      else items.push({ value, count: 1 });
    }
    this.#list.load(items);
  }
  get value(): unknown {
    this.#sort();
    return (this.most ? this.#list.last : this.#list.first)?.value ?? null;
  }
}

/** An aggregate from which values can be taken out again. */
export function liveAggregator(name: string, spec: AggregateSpec, joined: boolean): Aggregator {
  const made = aggregator(name, spec, joined);
  const [ref] = spec.refs;
  if (spec.fn === "countDistinct") return { ...made, start: () => new DistinctValues() };
  if (!ref || spec.fn !== "min" && spec.fn !== "max") return made;
  const compare = compareRef(ref);
  return { ...made, start: () => new OrderedValues(compare, spec.fn === "max") };
}
