import fc from "fast-check";
import { type QuerySpec, querySpec } from "./query_spec.ts";
import { type TableSpec, tableSpec } from "./schema_spec.ts";

/** A change to one row: which table, which row of it (or of what is to come), what cells. */
export interface ChangeSpec {
  readonly kind: "insert" | "update" | "delete";
  readonly table: number;
  readonly row: number;
  readonly cells: readonly number[];
  /** Which columns an update sets, one bit each. */
  readonly mask: number;
}

/** A schema, its rows, queries over them, and changes after which they are asked again. */
export interface CaseSpec {
  /** Where in the pools of values the case begins. */
  readonly shift: number;
  readonly tables: readonly TableSpec[];
  readonly queries: readonly QuerySpec[];
  readonly changes: readonly ChangeSpec[];
  /** How many rows the first table gets besides its own, so that indexes outgrow a block. */
  readonly more: number;
}

/** One change to a row. */
export const changeSpec: fc.Arbitrary<ChangeSpec> = fc.record({
  kind: fc.constantFrom("insert", "update", "delete"),
  table: fc.nat({ max: 3 }),
  row: fc.nat({ max: 31 }),
  cells: fc.array(fc.nat({ max: 999_999 }), { minLength: 8, maxLength: 8 }),
  mask: fc.nat({ max: 255 }),
});

export const caseSpec: fc.Arbitrary<CaseSpec> = caseOf(fc.constant(0), 30);

/** Cases with one large table; their queries neither join nor include. */
export const largeCaseSpec: fc.Arbitrary<CaseSpec> = caseOf(fc.integer({ min: 0, max: 900 }), 10);

function caseOf(more: fc.Arbitrary<number>, queries: number): fc.Arbitrary<CaseSpec> {
  return fc.record({
    shift: fc.nat({ max: 23 }),
    tables: fc.array(tableSpec, { minLength: 2, maxLength: 4 }),
    queries: fc.array(querySpec, { minLength: 1, maxLength: queries, size: "max" }),
    changes: fc.array(changeSpec, { maxLength: 12 }),
    more,
  });
}
