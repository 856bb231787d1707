import { placeName } from "./accept.ts";
import type { ColumnDef } from "./table.ts";
import type { Increment } from "./types.ts";

/** The value behind {@linkcode Increment}. */
export class IncrementBy {
  constructor(readonly by: number | bigint) {}

  /** @throws {TypeError} When the column has no numbers of this kind. */
  checked(column: ColumnDef): this {
    const fits = column.type === "bigint"
      ? typeof this.by === "bigint"
      : (column.type === "integer" || column.type === "real") && typeof this.by === "number";
    if (!fits) {
      throw new TypeError(
        `Cannot increment ${placeName(column)} as it holds ${column.type}: got ${typeof this.by}`,
      );
    }
    if (typeof this.by === "number") column.accept(this.by, column);
    return this;
  }

  /** The sum with `value`; null stays null, as in SQL. */
  added(column: ColumnDef, value: unknown): unknown {
    if (value === null) return null;
    if (typeof value === "bigint" && typeof this.by === "bigint") return value + this.by;
    if (typeof value === "number" && typeof this.by === "number") return value + this.by;
    throw new TypeError(
      `Cannot increment ${placeName(column)} as it holds ${column.type}: got another type`,
    );
  }
}

/**
 * A number to add to a column in a patch, whatever the column holds by then; null stays null.
 *
 * @throws {TypeError} When `by` is neither a number nor a bigint.
 *
 * @example Count up
 * ```ts
 * import { createStore, increment, integer, table, text } from "@strata/data";
 * import { assertEquals } from "@std/assert";
 *
 * const pages = table("pages", { path: text().primaryKey(), views: integer().default(0) });
 * const store = createStore({ tables: [pages] });
 * store.insert(pages, { path: "/" });
 * assertEquals(store.update(pages, "/", { views: increment(2) })?.views, 2);
 * ```
 */
export function increment<N extends number | bigint>(by: N): Increment<N> {
  if (typeof by !== "number" && typeof by !== "bigint") {
    throw new TypeError(`Cannot increment as the step is a number or a bigint: got ${typeof by}`);
  }
  // The types it carries are phantom.
  return new IncrementBy(by) as unknown as Increment<N>;
}
