import { tableDef } from "../schema/table.ts";
import type { Table } from "../schema/types.ts";
import type { Condition, Where } from "./types.ts";

/** The value behind {@linkcode Condition}; its paths are looked up when a query takes it. */
export class ConditionValue {
  constructor(
    readonly op: "and" | "or" | "not" | "exists",
    /** Conditions; of `exists` the condition on the other table, if there is one. */
    readonly items: readonly unknown[],
    readonly table?: unknown,
    readonly on?: unknown,
  ) {}
}

function make<R>(...parts: ConstructorParameters<typeof ConditionValue>): Condition<R> {
  // Told apart by class; the types it carries are phantom.
  return new ConditionValue(...parts) as unknown as Condition<R>;
}

/** All of them; of nothing: true. */
export function and<R>(...conditions: Where<NoInfer<R>>[]): Condition<R> {
  return make("and", conditions);
}
/**
 * At least one of them; of nothing: false.
 *
 * @example Without a date, or due
 * ```ts
 * import { createStore, date, lt, or, query, table, text } from "@strata/data";
 * import { assertEquals } from "@std/assert";
 *
 * const todos = table("todos", { id: text().primaryKey(), due: date().optional() });
 * const store = createStore({ tables: [todos] });
 * store.insert(todos, [{ id: "1" }, { id: "2", due: new Date(0) }]);
 * assertEquals(store.count(query(todos).where(or({ due: lt(new Date()) }, { due: null }))), 2);
 * ```
 */
export function or<R>(...conditions: Where<NoInfer<R>>[]): Condition<R> {
  return make("or", conditions);
}
/** Exactly the rows that `condition` leaves. */
export function not<R>(condition: Where<NoInfer<R>>): Condition<R> {
  return make("not", [condition]);
}
/** Some row of `table` matches `on` (its column: a path of the outer row) and `where`. */
export function exists<C, I, K, U, R>(
  table: Table<C, I, K, U>,
  on: { readonly [P in keyof C & string]?: string },
  where?: Where<NoInfer<C>>,
): Condition<R> {
  return make("exists", where === undefined ? [] : [where], tableDef(table), on);
}
