import { aggregateType } from "../reference/aggregate.ts";
import type { AggregateJson, QueryJson, StepJson } from "../reference/model.ts";
import { type Fields, fieldsOf, nestFields, shapeAt } from "../reference/scope.ts";
import { aggregates, type LooseQuery, query } from "./api.ts";
import { buildCondition, buildOn, type Built, type Env, pairsOf } from "./build_condition.ts";
import { apart, isNumber, type Place, placesOf } from "./places.ts";
import type { AggregateSpec, LinkSpec, QuerySpec, StepSpec } from "./query_spec.ts";
import { freeName } from "./schema_spec.ts";

/** A query twice: made by the public builder, and written in the JSON form by hand. */
export interface BuiltQuery {
  readonly query: LooseQuery;
  readonly json: QueryJson;
}

/** A query after some steps, before it selects. */
export interface Draft {
  readonly query: LooseQuery;
  readonly from: string;
  readonly steps: readonly StepJson[];
  readonly fields: Fields;
  /** The paths that tell its rows apart. */
  readonly keys: readonly string[];
  readonly joins: number;
}

const MOST_JOINS = 2;

/** Builds the query of an include. */
export type BuildChildren = (spec: QuerySpec, env: Env) => BuiltChildren;
export interface BuiltChildren {
  readonly made: BuiltQuery;
  /** The columns of its result. */
  readonly shown: readonly Place[];
}

export function buildSteps(spec: QuerySpec, env: Env, build: BuildChildren): Draft {
  const { table, model } = env.tables[spec.table % env.tables.length]!;
  let draft: Draft = {
    query: query(table),
    from: table.name,
    steps: [],
    fields: fieldsOf(model),
    keys: model.primaryKey,
    joins: 0,
  };
  for (const step of spec.steps) draft = withStep(draft, step, env, build);
  return draft;
}

/** A step that links rows to those of a table is left out where tables are large. */
function withStep(draft: Draft, step: StepSpec, env: Env, build: BuildChildren): Draft {
  switch (step.kind) {
    case "where": {
      const { value, json } = buildCondition(step.condition, draft.fields, env);
      return {
        ...draft,
        query: draft.query.where(value),
        steps: [...draft.steps, { where: json }],
      };
    }
    case "groupBy":
      return withGroups(draft, step, env);
    case "include":
      return env.small ? withChildren(draft, step, env, build) : draft;
    default:
      return env.small && draft.joins < MOST_JOINS ? withJoin(draft, step, env) : draft;
  }
}

function withJoin(draft: Draft, step: LinkSpec, env: Env): Draft {
  const { table, model } = env.tables[step.table % env.tables.length]!;
  const on = buildOn(step.on, fieldsOf(model), draft.fields, env);
  if (on.length === 0) return draft;
  const as = freeAlias(step.name, draft.fields);
  const kind = step.kind === "join" ? "join" : "leftJoin";
  const link = { as, table: table.name, on };
  return {
    ...draft,
    query: draft.query[kind](as, table, Object.fromEntries(on)),
    steps: [...draft.steps, kind === "join" ? { join: link } : { leftJoin: link }],
    fields: new Map([...draft.fields, [as, { kind: "row", fields: fieldsOf(model) }]]),
    keys: [...draft.keys, ...model.primaryKey.map((column) => `${as}.${column}`)],
    joins: draft.joins + 1,
  };
}

function withChildren(draft: Draft, step: LinkSpec, env: Env, build: BuildChildren): Draft {
  const { table, model } = env.tables[step.table % env.tables.length]!;
  // What is built and then not used must leave no params behind.
  const params = new Map(env.params);
  const children = step.children && build(step.children, { ...env, params });
  const shown = children?.shown ?? placesOf(fieldsOf(model));
  const on = pairsOf(step.on, shown, draft.fields, env);
  if (on.length === 0) return draft;
  for (const [name, value] of params) env.params.set(name, value);
  const as = freeAlias(step.name, draft.fields);
  const plain: QueryJson = { strata: 1, from: table.name, steps: [] };
  const { query, json } = children?.made ?? { query: table, json: plain };
  return {
    ...draft,
    query: draft.query.include(as, query, Object.fromEntries(on)),
    steps: [...draft.steps, { include: { as, query: json, on } }],
    fields: new Map([...draft.fields, [as, { kind: "rows" }]]),
  };
}

function freeAlias(name: number, fields: Fields): string {
  return freeName(name, new Set([...fields.keys()].map((name) => name.toLowerCase())));
}

function withGroups(draft: Draft, step: StepSpec & { kind: "groupBy" }, env: Env): Draft {
  const places = placesOf(draft.fields).filter(({ path }) => !env.rough.has(path));
  if (places.length === 0) return draft;
  const paths = apart(step.paths.map((path) => places[path % places.length]!.path));
  const fields = new Map(nestFields(paths.map((path) => [path, shapeAt(draft.fields, path)])));
  const taken = new Set([...fields.keys()].map((name) => name.toLowerCase()));
  const list = step.aggregates.map((spec) =>
    [freeName(spec.name, taken), buildAggregate(spec, places)] as const
  );
  env.rough.clear();
  for (const [name, { json }] of list) {
    const type = aggregateType(json, draft.fields);
    fields.set(name, { kind: "column", type });
    if (!env.exact && type === "real" && /sum|avg/.test(json[0])) env.rough.add(name);
  }
  const values = Object.fromEntries(list.map(([name, { value }]) => [name, value]));
  const jsons = list.map(([name, { json }]) => [name, json] as const);
  return {
    ...draft,
    query: draft.query.groupBy(paths, values),
    steps: [...draft.steps, { groupBy: { paths, aggregates: jsons } }],
    fields,
    keys: paths,
  };
}

const KINDS = ["count", "countDistinct", "sum", "avg", "min", "max", "product sum", "product avg"];

function buildAggregate(spec: AggregateSpec, places: readonly Place[]): Built<AggregateJson> {
  const kind = KINDS[spec.kind % KINDS.length]!;
  const [first, ...more] = spec.paths;
  const numeric = places.filter((place) => isNumber(place) || place.type === "bigint");
  if (kind === "min" || kind === "max" || kind.startsWith("count")) {
    if (kind === "count" && first! % 2 === 0) {
      return { value: aggregates.count!(), json: ["count"] };
    }
    const { path } = places[first! % places.length]!;
    return { value: aggregates[kind]!(path), json: [kind, path] };
  }
  if (numeric.length === 0) return { value: aggregates.count!(), json: ["count"] };
  const factor = numeric[first! % numeric.length]!;
  if (kind === "sum" || kind === "avg") {
    return { value: aggregates[kind]!(factor.path), json: [kind, factor.path] };
  }
  // A bigint goes with whole numbers only.
  const whole = factor.type === "bigint";
  const others = numeric.filter(({ type }) =>
    type === "integer" || (type === "bigint" ? whole : !whole)
  );
  const product = [factor, ...more.map((pick) => others[pick % others.length]!)].map((p) => p.path);
  const name = kind === "product sum" ? "sum" : "avg";
  return {
    value: aggregates[name]!(aggregates.product!(...product)),
    json: [name, { product }],
  };
}
