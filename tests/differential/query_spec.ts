import fc from "fast-check";

/**
 * Queries as numbers only, like the specs of tables: a number is read round the paths,
 * operators and values there are at its place. So schema, rows and query shrink apart.
 *
 * @module
 */
export interface QuerySpec {
  readonly table: number;
  readonly steps: readonly StepSpec[];
  readonly select: readonly PickSpec[];
  readonly renames: boolean;
  readonly distinct: boolean;
  readonly orderBy: readonly {
    readonly path: number;
    readonly descending: boolean;
    readonly late: boolean;
  }[];
  readonly limit: NumberSpec | null;
  readonly offset: NumberSpec | null;
  /** The position, among all rows, that pages start after. */
  readonly after: number;
  readonly pageSize: number;
}

export interface NumberSpec {
  readonly value: number;
  readonly param: boolean;
}

export interface PickSpec {
  readonly path: number;
  readonly name: number;
}

export type StepSpec =
  | { readonly kind: "where"; readonly condition: ConditionSpec }
  | LinkSpec
  | {
    readonly kind: "groupBy";
    readonly paths: readonly number[];
    readonly aggregates: readonly AggregateSpec[];
  };

export interface LinkSpec {
  readonly kind: "join" | "leftJoin" | "include";
  readonly name: number;
  readonly table: number;
  readonly on: readonly number[];
  readonly children: QuerySpec | null;
}

export interface AggregateSpec {
  readonly name: number;
  readonly kind: number;
  readonly paths: readonly number[];
}

export type ConditionSpec =
  | { readonly kind: "leaf"; readonly leaf: LeafSpec }
  | { readonly kind: "object"; readonly leaves: readonly LeafSpec[] }
  | { readonly kind: "and" | "or"; readonly parts: readonly ConditionSpec[] }
  | { readonly kind: "not"; readonly part: ConditionSpec }
  | {
    readonly kind: "exists";
    readonly table: number;
    readonly on: readonly number[];
    readonly where: ConditionSpec | null;
  };

export interface LeafSpec {
  readonly path: number;
  /** The operator, read round those for the path's type, or its name. */
  readonly op: number | "eq" | "ne";
  readonly values: readonly number[];
  /** 0 to 5 a literal, 6 and 7 a param, 8 and 9 another column. */
  readonly source: number;
  readonly ignoreCase: boolean;
  readonly shorthand: boolean;
}

const index = fc.nat({ max: 59 });

const leafSpec: fc.Arbitrary<LeafSpec> = fc.record({
  path: index,
  op: index,
  values: fc.array(index, { maxLength: 5 }),
  source: fc.nat({ max: 9 }),
  ignoreCase: fc.boolean(),
  shorthand: fc.boolean(),
});

const on = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(index) },
  { weight: 1, arbitrary: fc.tuple(index, index) },
);

export const conditionSpec: fc.Arbitrary<ConditionSpec> = fc.letrec<{ node: ConditionSpec }>(
  (tie) => ({
    node: fc.oneof(
      { maxDepth: 4, depthSize: "small", withCrossShrink: true },
      { weight: 6, arbitrary: fc.record({ kind: fc.constant("leaf"), leaf: leafSpec }) },
      {
        weight: 2,
        arbitrary: fc.record({
          kind: fc.constant("object"),
          leaves: fc.array(leafSpec, { maxLength: 3 }),
        }),
      },
      {
        weight: 2,
        arbitrary: fc.record({
          kind: fc.constantFrom("and", "or"),
          parts: fc.array(tie("node"), { maxLength: 3 }),
        }),
      },
      { weight: 2, arbitrary: fc.record({ kind: fc.constant("not"), part: tie("node") }) },
      {
        weight: 1,
        arbitrary: fc.record({
          kind: fc.constant("exists"),
          table: index,
          on,
          where: fc.option(tie("node")),
        }),
      },
    ) as fc.Arbitrary<ConditionSpec>,
  }),
).node;

const whereSpec = fc.record({ kind: fc.constant("where"), condition: conditionSpec });

const groupSpec = fc.record({
  kind: fc.constant("groupBy"),
  paths: fc.array(index, { maxLength: 3 }),
  aggregates: fc.array(
    fc.record({
      name: fc.nat({ max: 20 }),
      kind: index,
      paths: fc.array(index, { minLength: 1, maxLength: 3 }),
    }),
    { maxLength: 4 },
  ),
});

/** Children of an include have no includes of their own, or queries would grow too large. */
function stepSpec(children: fc.Arbitrary<QuerySpec | null> | null): fc.Arbitrary<StepSpec> {
  const link = (kinds: string[], query: fc.Arbitrary<QuerySpec | null>) =>
    fc.record({
      kind: fc.constantFrom(...kinds),
      name: fc.nat({ max: 20 }),
      table: index,
      on,
      children: query,
    });
  return fc.oneof(
    { weight: 5, arbitrary: whereSpec },
    { weight: 3, arbitrary: link(["join", "leftJoin"], fc.constant(null)) },
    { weight: 2, arbitrary: groupSpec },
    ...children === null ? [] : [{ weight: 1, arbitrary: link(["include"], children) }],
  ) as fc.Arbitrary<StepSpec>;
}

const numberSpec = (max: number) =>
  fc.option(fc.record({ value: fc.nat({ max }), param: fc.boolean() }), { freq: 2 });

function querySpecOf(children: fc.Arbitrary<QuerySpec | null> | null): fc.Arbitrary<QuerySpec> {
  return fc.record({
    table: index,
    steps: fc.array(stepSpec(children), { maxLength: 4 }),
    select: fc.oneof(
      { weight: 2, arbitrary: fc.constant([]) },
      {
        weight: 1,
        arbitrary: fc.array(fc.record({ path: index, name: fc.nat({ max: 20 }) }), {
          maxLength: 4,
        }),
      },
    ),
    renames: fc.boolean(),
    distinct: fc.boolean(),
    orderBy: fc.array(
      fc.record({ path: index, descending: fc.boolean(), late: fc.boolean() }),
      { maxLength: 3 },
    ),
    limit: numberSpec(8),
    offset: numberSpec(4),
    after: index,
    pageSize: fc.integer({ min: 1, max: 5 }),
  });
}

export const querySpec: fc.Arbitrary<QuerySpec> = querySpecOf(fc.option(querySpecOf(null)));
