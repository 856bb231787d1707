import { kindOf } from "../schema/accept.ts";
import { copy } from "../schema/codec.ts";
import { quote } from "../schema/errors.ts";
import { isPlainObject } from "../schema/json_value.ts";
import { checkDistinct, checkName } from "../schema/names.ts";
import { tableDef } from "../schema/table.ts";
import type { Table } from "../schema/types.ts";
import { resolveAggregate } from "./aggregates.ts";
import type { Ast, Selected, Step } from "./ast.ts";
import { bindParams, paramPaths } from "./bind.ts";
import { checkAlias, checkNesting, countOf, groupRef, uniqueRefs } from "./checks.ts";
import { parseCursor, rowPosition, writeCursor } from "./cursor.ts";
import { hashText } from "./hash.ts";
import { canonical, toTreeQuery } from "./json.ts";
import { ParamValue } from "./operators.ts";
import { selectedPath } from "./order.ts";
import { checkOn, onPairs, resolveOn, resolveWhere } from "./resolve.ts";
import { type Shape, tableShape } from "./shape.ts";
import type { Query } from "./types.ts";

/** The value behind {@linkcode Query}: immutable, plain data underneath. */
export class QueryValue {
  #hash: string | undefined;
  #bound: Ast | undefined;
  constructor(readonly ast: Ast) {}

  #with(more: Partial<Ast>): QueryValue {
    return new QueryValue({ ...this.ast, ...more });
  }

  /** A step works on the rows before a window and before `select`. */
  #step(verb: string, step: Step, shape: Shape = this.ast.shape): QueryValue {
    const { ast } = this;
    this.#refuse(verb, "select comes last", ast.select, "it was called");
    if (step.kind !== "include") this.#beforeWindow(verb);
    return this.#with({
      steps: [...ast.steps, step],
      shape,
      ...(step.kind === "group" ? { orderBy: [] } : {}),
    });
  }
  #beforeWindow(verb: string): void {
    const { after, offset, limit } = this.ast;
    this.#refuse(
      verb,
      "a window comes after it",
      after ?? offset ?? limit,
      "limit, offset or after was called",
    );
  }
  #refuse(verb: string, rule: string, unwanted: unknown, state: string): void {
    if (unwanted !== undefined) throw new TypeError(`Cannot call ${verb} as ${rule}: ${state}`);
  }

  where(condition: unknown): QueryValue {
    return this.#step("where", { kind: "where", cond: resolveWhere(this.ast.shape, condition) });
  }
  join(as: string, table: unknown, on: unknown): QueryValue {
    return this.#join("join", as, table, on, false);
  }
  leftJoin(as: string, table: unknown, on: unknown): QueryValue {
    return this.#join("leftJoin", as, table, on, true);
  }
  #join(verb: string, as: string, other: unknown, on: unknown, left: boolean): QueryValue {
    const { shape } = this.ast;
    const table = tableDef(other);
    checkAlias(shape, as);
    const refs = resolveOn(shape, table, on);
    this.#refuse(verb, "on names a column", refs.length > 0 ? undefined : refs, "it is empty");
    return this.#step(
      verb,
      { kind: "join", as, slot: shape.slots, table, on: refs, left },
      shape.join(as, table),
    );
  }
  include(as: string, children: unknown, on: unknown): QueryValue {
    const { shape } = this.ast;
    checkAlias(shape, as);
    const { ast } = children instanceof QueryValue ? children : tableQuery(children);
    const refs = onPairs(ast.table, on).map(([name, path]) => {
      const child = ast.shape.resolve(ast.select ? selectedPath(ast.select, name) : name);
      const ref = shape.resolve(path);
      checkOn(ast.table, name, child.type, ref);
      return { name, child, ref };
    });
    this.#refuse("include", "on names a column", refs.length > 0 ? undefined : refs, "it is empty");
    return this.#step("include", { kind: "include", as, query: ast, on: refs }, shape.include(as));
  }
  groupBy(paths: readonly string[], aggregates: Readonly<Record<string, unknown>>): QueryValue {
    const { shape } = this.ast;
    if (!Array.isArray(paths) || !isPlainObject(aggregates)) {
      throw new TypeError(
        `Cannot call groupBy as it takes paths and aggregates: got ${kindOf(paths)} and ${
          kindOf(aggregates)
        }`,
      );
    }
    const refs = uniqueRefs(paths.map((path) => groupRef(shape, path)));
    const names = Object.keys(aggregates);
    names.forEach((name) => checkName("alias", name));
    checkDistinct("alias", [
      ...new Set(refs.map(({ path }) => path.split(".", 1)[0] ?? "")),
      ...names,
    ]);
    checkNesting(refs);
    const specs = names.map((name) =>
      [name, resolveAggregate(shape, name, aggregates[name])] as const
    );
    return this.#step(
      "groupBy",
      { kind: "group", paths: refs, aggregates: specs },
      shape.group(refs, specs),
    );
  }
  select(first: unknown, ...rest: unknown[]): QueryValue {
    this.#refuse("select", "rows are selected once", this.ast.select, "it was called before");
    const { shape } = this.ast;
    const renamed = isPlainObject(first) && rest.length === 0;
    let select: Selected[];
    if (renamed) {
      const names = Object.keys(first);
      names.forEach((name) => checkName("alias", name));
      checkDistinct("alias", names);
      select = names.map((name) => ({ ref: shape.resolve(first[name]), to: [name] }));
    } else {
      const refs = uniqueRefs([first, ...rest].map((path) => shape.resolve(path)));
      // A path below another selected one is in its value already.
      select = refs.filter(({ path }) => !refs.some((other) => path.startsWith(`${other.path}.`)))
        .map((ref) => ({ ref, to: ref.path.split(".") }));
    }
    this.#refuse("select", "it names a path", select.length > 0 ? undefined : select, "got none");
    return this.#with({ select });
  }
  distinct(): QueryValue {
    this.#beforeWindow("distinct");
    const { select, orderBy } = this.ast;
    if (!select) return this; // rows with their keys are different
    const known = new Set(select.map(({ ref }) => ref.path));
    for (const { ref } of select) groupRef(this.ast.shape, ref.path);
    const other = orderBy.find(({ ref }) => !known.has(ref.path));
    this.#refuse(
      "distinct",
      "distinct rows are ordered by what was selected",
      other,
      `they are by ${quote(other?.ref.path ?? "")}`,
    );
    return this.#with({ distinct: true });
  }
  orderBy(path: string, direction: unknown = "asc"): QueryValue {
    this.#beforeWindow("orderBy");
    if (direction !== "asc" && direction !== "desc") {
      throw new TypeError(
        `Cannot order by ${quote(String(path))} as a direction is asc or desc: got another`,
      );
    }
    const { shape, select, orderBy, distinct } = this.ast;
    const ref = shape.resolve(select ? selectedPath(select, path) : path);
    if (ref.type === "row" || ref.type === "rows") {
      throw new TypeError(
        `Cannot order by ${quote(path)} as an order has values: the path leads to ${ref.type}`,
      );
    }
    if (distinct && !select?.some((item) => item.ref.path === ref.path)) {
      throw new TypeError(
        `Cannot order by ${
          quote(path)
        } as distinct rows are ordered by what was selected: it was not`,
      );
    }
    const before = orderBy.filter((item) => item.ref.path !== ref.path);
    // A column that is ordered by already changes nothing further down.
    return before.length < orderBy.length
      ? this
      : this.#with({ orderBy: [...orderBy, { ref, desc: direction === "desc" }] });
  }
  limit(n: unknown): QueryValue {
    return this.#with({ limit: countOf("limit", n) });
  }
  offset(n: unknown): QueryValue {
    return this.#with({ offset: countOf("offset", n) });
  }
  after(position: unknown): QueryValue {
    const { ast } = this;
    if (position === undefined) return this.#with({ after: undefined });
    if (position instanceof ParamValue) return this.#with({ after: { param: position.name } });
    const values = typeof position === "string"
      ? parseCursor(ast, position)
      : rowPosition(ast, position);
    return this.#with({ after: { values } });
  }
  with(values: Readonly<Record<string, unknown>>): QueryValue {
    if (!isPlainObject(values)) {
      throw new TypeError(`Cannot fill params as they come by name: got ${kindOf(values)}`);
    }
    const params = new Map(this.ast.params);
    for (const name of Object.keys(values)) {
      if (values[name] === undefined) {
        const path = paramPaths(this.ast).get(name) ?? name;
        throw new TypeError(
          `Cannot fill the param ${quote(name)} of the path ${
            quote(path)
          } as undefined is no value: got undefined`,
        );
      }
      params.set(name, ownValue(values[name]));
    }
    return this.#with({ params });
  }
  toJSON(): unknown {
    return toTreeQuery(this.ast);
  }
  /** The query with its params filled in; see {@linkcode bindParams} for the errors. */
  get bound(): Ast {
    return this.#bound ??= bindParams(this.ast);
  }
  get hash(): string {
    return this.#hash ??= hashText(canonical(this.ast));
  }
}

/** A copy of what could change later. */
function ownValue(value: unknown): unknown {
  if (Array.isArray(value)) return Array.from(value, ownValue);
  if (value instanceof Date) return new Date(value);
  if (value instanceof Uint8Array) return new Uint8Array(value);
  return isPlainObject(value) ? copy(value) : value;
}

const NONE: ReadonlyMap<string, unknown> = new Map();
/** All rows of a table, as the value behind {@linkcode query}. */
export function tableQuery(table: unknown): QueryValue {
  const def = tableDef(table);
  return new QueryValue({
    table: def,
    steps: [],
    shape: tableShape(def),
    select: undefined,
    distinct: false,
    orderBy: [],
    after: undefined,
    offset: undefined,
    limit: undefined,
    params: NONE,
  });
}

/**
 * All rows of a table in key order, as a value to build on.
 *
 * @example Build once, run anywhere
 * ```ts
 * import { createStore, gte, integer, query, table, text } from "@strata/data";
 * import { assertEquals } from "@std/assert";
 *
 * const cities = table("cities", { name: text().primaryKey(), people: integer() });
 * const large = query(cities).where({ people: gte(1_000_000) }).orderBy("people", "desc").limit(1);
 * const store = createStore({ tables: [cities] });
 * store.insert(cities, [{ name: "Lima", people: 10_092_000 }, { name: "Bern", people: 134_591 }]);
 * assertEquals(store.all(large).map((row) => row.name), ["Lima"]);
 * ```
 */
export function query<R, I, K, U>(table: Table<R, I, K, U>): Query<R> {
  // The builder has all the methods; the types it carries are phantom.
  return tableQuery(table) as unknown as Query<R>;
}

/**
 * The value behind a query.
 *
 * @throws {TypeError} When `value` was not made by `query()` of this copy of the library.
 */
export function queryValue(value: unknown): QueryValue {
  if (value instanceof QueryValue) return value;
  throw new TypeError(
    `Cannot run a value as a query as queries are made by query(): got ${kindOf(value)}`,
  );
}

/**
 * An opaque position of `row` in the order of `query`, for {@linkcode Query.after}; safe in a URL.
 *
 * @throws {TypeError} When the row lacks a column of the order, its key included.
 */
export function cursorOf<R>(query: Query<R>, row: R): string {
  const { ast } = queryValue(query);
  return writeCursor(ast, rowPosition(ast, row));
}
