/**
 * What a query means, by plain loops over plain arrays: no index, no plan, no laziness.
 * It follows the value rules to the letter and shares no code with what it judges, but for
 * the codec that reads tagged scalars.
 *
 * @module
 */
import { onlyScalars } from "./aggregate.ts";
import { type Context, tableNamed } from "./condition.ts";
import type { ColumnType, Data, QueryJson, Row, TableModel } from "./model.ts";
import { filled, literal } from "./operand.ts";
import { fieldsOf, nest, scalarAt, typeAt, valueAt } from "./scope.ts";
import { type Belong, Later, runStep, type Stage } from "./steps.ts";
import { compare, equal, NOT_SCALAR, type Scalar } from "./values.ts";

/**
 * The rows that a query, given in its JSON form, has over `data`, in order.
 *
 * `slack` is filled with every sum and average that engines may round otherwise, each
 * with the sum of the absolute values behind it.
 *
 * @throws {TypeError} When JSON values that aren't scalars would be grouped or told apart,
 * or a param has no value.
 * @throws {RangeError} When a sum of integers isn't a safe integer.
 * @throws {AggregateError} When several of these are due and any of them may be thrown.
 */
export function evaluate(
  query: QueryJson,
  tables: readonly TableModel[],
  data: Data,
  slack: Map<number, number> = new Map(),
): Row[] {
  const context = { tables, data, params: new Map(), slack };
  return run(query, () => true, context);
}

function run(query: QueryJson, belong: Belong, outer: Context): Row[] {
  const context = { ...outer, params: new Map([...outer.params, ...query.with ?? []]) };
  const stage = pipeline(query, context);
  const terms = orderTerms(query, stage.keys);
  const place = (row: Row): Scalar[] => terms.map(({ path }) => scalarAt(stage.fields, row, path));
  const signs = terms.map(({ direction }) => direction === "asc" ? 1 : -1);
  let placed = stage.rows.map((row) => ({ row, place: place(row) }));
  if (query.distinct) placed = distinct(placed, query, stage);
  placed = placed.filter(({ row }) => belong(row, stage.fields));
  placed.sort((a, b) => compareBy(signs, a.place, b.place));
  const after = filled(query.after ?? null, context.params);
  if (after !== null) {
    const { values } = after as { values: unknown[] };
    const position = values.map((value, i) =>
      positioned(value, typeAt(stage.fields, terms[i]!.path))
    );
    placed = placed.filter(({ place }) => compareBy(signs, place, position) > 0);
  }
  const offset = filled(query.offset ?? 0, context.params) as number;
  const limit = filled(query.limit ?? Infinity, context.params) as number;
  return placed.slice(offset, offset + limit).map(({ row }) => selected(query, row));
}

function pipeline(query: QueryJson, context: Context): Stage {
  const table = tableNamed(query.from, context);
  const rows = context.data.get(query.from)!;
  let stage: Stage = { rows, fields: fieldsOf(table), keys: table.primaryKey };
  for (const step of query.steps) stage = runStep(stage, step, context, run);
  return stage;
}

/** One value of a position. A position may lie among JSON values that are no scalars. */
function positioned(value: unknown, type: ColumnType): Scalar {
  return type === "json" && typeof value === "object" && value !== null
    ? NOT_SCALAR
    : literal(value);
}

interface OrderTerm {
  readonly path: string;
  readonly direction: "asc" | "desc";
}

/** The user's order, then what makes it total, in the direction of its last term. */
function orderTerms(query: QueryJson, keys: readonly string[]): OrderTerm[] {
  const written = (query.orderBy ?? []).map(([path, direction]) => ({ path, direction }));
  const direction = written.at(-1)?.direction ?? "asc";
  const rest = query.distinct ? selectedPaths(query) ?? keys : keys;
  // What is ordered by already decides nothing more, and a position has no value for it.
  const ties = rest.filter((path) => written.every((term) => term.path !== path));
  return [...written, ...ties.map((path) => ({ path, direction }))];
}

function compareBy(signs: readonly number[], a: readonly Scalar[], b: readonly Scalar[]): number {
  for (let i = 0; i < signs.length; i++) {
    const order = compare(a[i]!, b[i]!) * signs[i]!;
    if (order !== 0) return order;
  }
  return 0;
}

interface Placed {
  readonly row: Row;
  readonly place: Scalar[];
}

/** The first of all rows that select the same values. */
function distinct(placed: readonly Placed[], query: QueryJson, stage: Stage): Placed[] {
  const paths = selectedPaths(query) ?? stage.keys;
  const seen: (readonly Scalar[])[] = [];
  return placed.filter(({ row }) => {
    const values = onlyScalars(paths.map((path) => scalarAt(stage.fields, row, path)));
    if (seen.some((other) => other.every((value, i) => equal(value, values[i]!)))) return false;
    seen.push(values);
    return true;
  });
}

function selectedPaths({ select }: QueryJson): string[] | undefined {
  return select?.map((item) => typeof item === "string" ? item : item[1]);
}

function selected({ select }: QueryJson, row: Row): Row {
  if (select === undefined) return nest(Object.keys(row).map((name) => [name, shown(row, name)]));
  return nest(select.map((item) => {
    const [name, path] = typeof item === "string" ? [item, item] : item;
    return [name, shown(row, path)];
  }));
}

function shown(row: Row, path: string): unknown {
  const value = valueAt(row, path);
  return value instanceof Later ? value.rows() : value;
}
