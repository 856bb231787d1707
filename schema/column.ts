import type { ColumnType } from "./compare.ts";
import { quote } from "./errors.ts";
import type { Column, StandardSchema } from "./types.ts";

/** What becomes of the rows that reference a deleted one. */
export type OnDelete = "restrict" | "cascade" | "setNull" | "none";

/** What a column was declared with. */
export interface ColumnSpec {
  /** Its type. */
  readonly type: ColumnType;
  /** The values of an enum. */
  readonly values?: ReadonlySet<unknown>;
  /** Whether null is a value of it. */
  readonly nullable?: boolean;
  /** The value where an insert leaves it out, or what makes it. */
  readonly default?: unknown;
  /** What makes the value that an update sets by itself. */
  readonly onUpdate?: () => unknown;
  /** Whether its values are there once. */
  readonly unique?: boolean;
  /** The key or unique column that its values are those of. */
  readonly reference?: { readonly target: string; readonly onDelete: OnDelete };
  /** What has to hold of a value. */
  readonly checks?: readonly ((value: unknown) => boolean)[];
  /** Whether it is the primary key. */
  readonly key?: boolean;
  /** What looks at a JSON value. */
  readonly standard?: StandardSchema<unknown>;
}

/** The value behind {@linkcode Column}: immutable, each modifier gives a new one. */
export class ColumnBuilder {
  constructor(readonly spec: ColumnSpec) {}

  #with(more: Partial<ColumnSpec>): ColumnBuilder {
    return new ColumnBuilder({ ...this.spec, ...more });
  }
  optional(): ColumnBuilder {
    return this.#with({ nullable: true });
  }
  default(value: unknown): ColumnBuilder {
    if (value === null || value === undefined) {
      throw new TypeError(
        `Cannot default a column to ${value} as a default is a value: call optional()`,
      );
    }
    return this.#with({ default: value });
  }
  onUpdate(value: () => unknown): ColumnBuilder {
    return this.#with({ onUpdate: checkFunction("onUpdate", value) });
  }
  unique(): ColumnBuilder {
    return this.#with({ unique: true });
  }
  references(target: string, options: { onDelete?: OnDelete } = {}): ColumnBuilder {
    const onDelete = options.onDelete ?? "restrict";
    if (!["restrict", "cascade", "setNull", "none"].includes(onDelete)) {
      throw new TypeError(
        `Cannot reference ${quote(target)} as onDelete is no known action: ${onDelete}`,
      );
    }
    return this.#with({ reference: { target, onDelete } });
  }
  check(test: (value: unknown) => boolean): ColumnBuilder {
    return this.#with({ checks: [...(this.spec.checks ?? []), checkFunction("check", test)] });
  }
  primaryKey(): ColumnBuilder {
    return this.#with({ key: true });
  }
}

function checkFunction<F>(name: string, value: F): F {
  if (typeof value !== "function") {
    throw new TypeError(`Cannot set ${name} as it takes a function: got ${typeof value}`);
  }
  return value;
}

function column<S>(spec: ColumnSpec): Column<S> {
  // The builder has all the methods; the types it carries are phantom.
  return new ColumnBuilder(spec) as unknown as Column<S>;
}

/**
 * A text column: well-formed strings without U+0000. With `values` an enum, typed as their union.
 *
 * @example A text column and an enum
 * ```ts
 * import { createStore, table, text } from "@strata/data";
 * import { assertEquals } from "@std/assert";
 *
 * const users = table("users", {
 *   id: text().primaryKey(),
 *   role: text(["admin", "member"]).default("member"),
 * });
 * const store = createStore({ tables: [users] });
 * assertEquals(store.insert(users, { id: "ada" }).role, "member");
 * ```
 */
export function text(): Column<string>;
/** One of `values`, typed as their union. */
export function text<const T extends string>(values: readonly T[]): Column<T>;
export function text(values?: readonly string[]): Column<string> {
  if (values === undefined) return column({ type: "text" });
  if (!Array.isArray(values) || values.length === 0 || values.some((v) => typeof v !== "string")) {
    throw new TypeError("Cannot make an enum as it lists strings: got something else, or none");
  }
  return column({ type: "text", values: new Set(values) });
}
/** A column of safe integers, -(2^53 - 1) to 2^53 - 1. */
export function integer(): Column<number> {
  return column({ type: "integer" });
}
/** A column of doubles, infinities included; NaN is refused and -0 becomes 0. */
export function real(): Column<number> {
  return column({ type: "real" });
}
/** A column of 64-bit integers, as bigint. */
export function bigint(): Column<bigint> {
  return column({ type: "bigint" });
}
/** A column of booleans. */
export function boolean(): Column<boolean> {
  return column({ type: "boolean" });
}
/** A column of points in time to the millisecond, years -4712 to 9999. */
export function date(): Column<Date> {
  return column({ type: "date" });
}
/** A column of bytes; they are copied in, and what comes out owns its buffer. */
export function bytes(): Column<Uint8Array<ArrayBuffer>> {
  return column({ type: "bytes" });
}
/**
 * A column of JSON values and what the codec keeps beside them (Date, Map, bigint...). With
 * `schema`, any Standard Schema validator that answers synchronously, what it gives is stored.
 */
export function json<T>(schema?: StandardSchema<T>): Column<T> {
  return column(schema ? { type: "json", standard: schema } : { type: "json" });
}
