import type { ConditionJson, QueryJson, StepJson } from "../reference/model.ts";
import { operators } from "./api.ts";
import { type Env, newParam } from "./build_condition.ts";
import { buildSteps, type BuiltChildren, type BuiltQuery, type Draft } from "./build_steps.ts";
import type { Dataset } from "./dataset.ts";
import { encoded } from "./encode.ts";
import { apart, joinedNames, placesOf } from "./places.ts";
import type { NumberSpec, QuerySpec } from "./query_spec.ts";
import { freeName } from "./schema_spec.ts";

export interface BuiltPair {
  /** All rows in order. */
  readonly base: BuiltQuery;
  /** The same with limit and offset. */
  readonly windowed: BuiltQuery;
  readonly limit: number | undefined;
  readonly offset: number | undefined;
  /** Whether rows show all that their order goes by. */
  readonly pageable: boolean;
}

export function buildQuery(
  spec: QuerySpec,
  { tables, shift, small }: Dataset,
  exact: boolean,
): BuiltPair {
  const env: Env = { tables, params: new Map(), rough: new Set(), exact, shift, small };
  const { made, pageable } = buildRows(spec, env);
  const base = withParams(made, env);
  const windowed = withParams(withWindow(made, spec, env), env);
  return { base, windowed, limit: spec.limit?.value, offset: spec.offset?.value, pageable };
}

/** The children of an include; their params are filled by the query around them. */
function buildChildren(spec: QuerySpec, env: Env): BuiltChildren {
  const inner = { ...env, rough: new Set<string>() };
  const { made, shown } = buildRows(spec, inner);
  return { made: withWindow(made, spec, inner), shown };
}

interface Rows extends BuiltChildren {
  readonly pageable: boolean;
}

function buildRows(spec: QuerySpec, env: Env): Rows {
  const draft = buildSteps(spec, env, buildChildren);
  const selects = selected(spec, draft, env);
  const distinct = spec.distinct && selects.length > 0;
  let query = draft.query;
  const orderBy: [string, "asc" | "desc"][] = [];
  const order = (name: string, path: string, descending: boolean) => {
    if (orderBy.some(([other]) => other === path)) return;
    orderBy.push([path, descending ? "desc" : "asc"]);
    query = descending ? query.orderBy(name, "desc") : query.orderBy(name);
  };
  const places = placesOf(draft.fields).map(({ path }) => path).filter((p) => !env.rough.has(p));
  const tested = draft.steps.flatMap(testedPaths).filter((path) => places.includes(path));
  for (const { path, descending, late } of spec.orderBy) {
    if (distinct || (late && selects.length > 0) || places.length === 0) continue;
    // Often an order goes by what a condition tests: one walk of an index then serves both.
    const choices = path % 3 === 2 && tested.length > 0 ? tested : places;
    const place = choices[path % choices.length]!;
    order(place, place, descending);
  }
  if (selects.length > 0) {
    query = spec.renames
      ? query.select(Object.fromEntries(selects))
      : query.select(...selects.map(([, path]) => path));
    if (distinct) query = query.distinct();
    const orderable = selects.filter(([, path]) => places.includes(path));
    for (const { path, descending, late } of spec.orderBy) {
      if ((!distinct && !late) || orderable.length === 0) continue;
      order(...orderable[path % orderable.length]!, descending);
    }
  }
  // Rows that show their keys are different already: that must change nothing.
  const idle = spec.distinct && selects.length === 0;
  if (idle) query = query.distinct();
  const paths = selects.map(([, path]) => path);
  const json: QueryJson = {
    strata: 1,
    from: draft.from,
    steps: draft.steps,
    ...selects.length > 0 ? { select: spec.renames ? selects : paths } : {},
    ...distinct || idle ? { distinct: true } : {},
    ...orderBy.length > 0 ? { orderBy } : {},
  };
  const needed = [...orderBy.map(([path]) => path), ...distinct ? [] : draft.keys];
  const pageable = paths.length === 0 || needed.every((path) => paths.includes(path));
  const shown = placesOf(draft.fields).filter(({ path }) => places.includes(path)).flatMap(
    (place) => {
      if (paths.length === 0) return [place];
      return selects.filter(([, path]) => path === place.path).map(([name]) => ({
        ...place,
        path: name,
      }));
    },
  );
  // Only whole columns of the result, not what lies deeper.
  const columns = shown.filter(({ path }) => !path.includes("."));
  return { made: { query, json }, shown: columns, pageable };
}

/** The paths that a condition tests by a plain comparison. */
function testedPaths(step: StepJson): string[] {
  const inside = (condition: ConditionJson): string[] => {
    if ("and" in condition) return condition.and.flatMap(inside);
    return "0" in condition ? [condition[1]] : [];
  };
  return "where" in step ? inside(step.where) : [];
}

/** What is selected: the name in the result (the path itself unless renamed) and the path. */
function selected(spec: QuerySpec, { fields }: Draft, env: Env): [string, string][] {
  const scalars = placesOf(fields).map(({ path }) => path).filter((path) => !env.rough.has(path));
  const included = [...fields].filter(([, shape]) => shape.kind === "rows").map(([name]) => name);
  const choices = spec.distinct ? scalars : [
    ...scalars,
    ...joinedNames(fields),
    ...included,
    ...env.rough,
  ];
  if (choices.length === 0) return [];
  const taken = new Set<string>();
  const named = spec.select.map(({ path, name }): [string, string] => {
    return [spec.renames ? freeName(name, taken) : "", choices[path % choices.length]!];
  });
  if (spec.renames) return named;
  return apart(named.map(([, path]) => path)).map((path) => [path, path]);
}

function withWindow(made: BuiltQuery, spec: QuerySpec, env: Env): BuiltQuery {
  let { query, json } = made;
  const set = (name: "limit" | "offset", number: NumberSpec | null) => {
    if (number === null) return;
    if (number.param) {
      const param = newParam(number.value, env);
      query = query[name](operators.param!(param));
      json = { ...json, [name]: { $: ["param", param] } };
    } else {
      query = query[name](number.value);
      json = { ...json, [name]: number.value };
    }
  };
  if (spec.renames) set("limit", spec.limit);
  set("offset", spec.offset);
  if (!spec.renames) set("limit", spec.limit);
  return { query, json };
}

function withParams({ query, json }: BuiltQuery, { params }: Env): BuiltQuery {
  if (params.size === 0) return { query, json };
  const list = [...params].map(([name, value]) => [name, encoded(value)] as const);
  return { query: query.with(Object.fromEntries(params)), json: { ...json, with: list } };
}
