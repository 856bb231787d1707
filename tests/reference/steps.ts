import { aggregate, aggregateType, onlyScalars } from "./aggregate.ts";
import { type Context, holds, matching, tableNamed } from "./condition.ts";
import type { GroupJson, IncludeJson, JoinJson, QueryJson, Row, StepJson } from "./model.ts";
import { type Fields, fieldsOf, nest, nestFields, scalarAt, shapeAt } from "./scope.ts";
import { equal, type Scalar } from "./values.ts";

/** Rows between two steps, what their names stand for, and the paths that tell them apart. */
export interface Stage {
  readonly rows: readonly Row[];
  readonly fields: Fields;
  readonly keys: readonly string[];
}

/** The children of one parent: the rows of a query that `belong` to it, then its window. */
export type RunChild = (query: QueryJson, belong: Belong, context: Context) => Row[];
/** Whether a row of the children, with the names that it has before it's selected, belongs. */
export type Belong = (row: Row, fields: Fields) => boolean;

/**
 * The array of an include, worked out for the rows that come out alone: nothing else reads
 * it, and an error in it concerns nobody where its parent is left out.
 */
export class Later {
  constructor(readonly rows: () => Row[]) {}
}

export function runStep(stage: Stage, step: StepJson, context: Context, child: RunChild): Stage {
  if ("where" in step) {
    const rows = stage.rows.filter((row) => holds(step.where, stage.fields, row, context));
    return { ...stage, rows };
  }
  if ("join" in step) return join(stage, step.join, false, context);
  if ("leftJoin" in step) return join(stage, step.leftJoin, true, context);
  if ("include" in step) return include(stage, step.include, context, child);
  return group(stage, step.groupBy, context);
}

function join(stage: Stage, { as, table, on }: JoinJson, left: boolean, context: Context): Stage {
  const rows: Row[] = [];
  for (const row of stage.rows) {
    const others: (Row | null)[] = matching(table, on, stage.fields, row, context);
    if (left && others.length === 0) others.push(null);
    for (const other of others) rows.push(extended(row, as, other));
  }
  const model = tableNamed(table, context);
  const keys = model.primaryKey.map((column) => `${as}.${column}`);
  return {
    rows,
    fields: new Map([...stage.fields, [as, { kind: "row", fields: fieldsOf(model) }]]),
    keys: [...stage.keys, ...keys],
  };
}

function include(
  stage: Stage,
  { as, query, on }: IncludeJson,
  context: Context,
  child: RunChild,
): Stage {
  const rows = stage.rows.map((row) => {
    const values = on.map(([, path]) => scalarAt(stage.fields, row, path));
    const belong: Belong = (other, fields) =>
      on.every(([column], i) =>
        equal(values[i]!, scalarAt(fields, other, selectedFrom(query, column)))
      );
    // Null joins nothing, whatever the children are.
    const children = () => values.includes(null) ? [] : child(query, belong, context);
    return extended(row, as, new Later(children));
  });
  return { ...stage, rows, fields: new Map([...stage.fields, [as, { kind: "rows" }]]) };
}

/** The path that a column of a query's result comes from. */
function selectedFrom({ select = [] }: QueryJson, column: string): string {
  for (const item of select) if (typeof item !== "string" && item[0] === column) return item[1];
  return column;
}

function extended(row: Row, name: string, value: unknown): Row {
  const result: Row = Object.create(null);
  for (const key of Object.keys(row)) result[key] = row[key];
  result[name] = value;
  return result;
}

function group(stage: Stage, { paths, aggregates }: GroupJson, context: Context): Stage {
  const errors: unknown[] = [];
  const groups: { readonly key: readonly Scalar[]; readonly rows: Row[] }[] = [];
  if (paths.length === 0) groups.push({ key: [], rows: [] });
  for (const row of stage.rows) {
    const key = paths.map((path) => scalarAt(stage.fields, row, path));
    attempt(() => onlyScalars(key), errors);
    const found = groups.find((group) => group.key.every((value, i) => equal(value, key[i]!)));
    if (found === undefined) groups.push({ key, rows: [row] });
    else found.rows.push(row);
  }
  const rows = groups.map(({ key, rows }) => {
    const result = nest(paths.map((path, i) => [path, key[i]]));
    for (const [name, json] of aggregates) {
      result[name] = attempt(() => aggregate(json, rows, stage.fields, context), errors);
    }
    return result;
  });
  if (errors.length > 0) throw errors.length === 1 ? errors[0] : new AggregateError(errors);
  const fields = new Map(nestFields(paths.map((path) => [path, shapeAt(stage.fields, path)])));
  for (const [name, json] of aggregates) {
    fields.set(name, { kind: "column", type: aggregateType(json, stage.fields) });
  }
  return { rows, fields, keys: paths };
}

/** What `run` gives; an error goes to `errors`, since no order is given for the checks. */
function attempt<T>(run: () => T, errors: unknown[]): T | undefined {
  try {
    return run();
  } catch (error) {
    errors.push(error);
    return undefined;
  }
}
