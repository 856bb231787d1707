import { fromTree } from "../schema/codec.ts";
import { quote } from "../schema/errors.ts";
import { isPlainObject } from "../schema/json_value.ts";
import type { SchemaDef } from "../schema/open.ts";
import { openSchema } from "../schema/open.ts";
import type { TableDef } from "../schema/table.ts";
import type { Schema } from "../schema/types.ts";
import { AggregateValue, ProductValue } from "./aggregates.ts";
import { checkPosition } from "./cursor.ts";
import { ConditionValue } from "./conditions.ts";
import { ColumnValue, OpValue, ParamValue } from "./operators.ts";
import { bad, knownOp, MAX_DEPTH, MAX_PARTS } from "./grammar.ts";
import { query, QueryValue } from "./query.ts";
import type { Query } from "./types.ts";

/** Reads one query; counts what it has read. */
class Reader {
  #parts = 0;
  constructor(readonly schema: SchemaDef) {}

  #list(place: string, value: unknown, min = 0, max = Infinity): readonly unknown[] {
    if (!Array.isArray(value) || value.length < min || value.length > max) {
      throw bad(place, "a list is wanted");
    }
    this.#parts += value.length;
    if (this.#parts > MAX_PARTS) throw bad(place, `it has more than ${MAX_PARTS} parts`);
    return value;
  }
  #text(place: string, value: unknown): string {
    if (typeof value !== "string") throw bad(place, "a text is wanted");
    return value;
  }
  #object(
    place: string,
    value: unknown,
    names: readonly string[],
  ): Readonly<Record<string, unknown>> {
    if (!isPlainObject(value)) throw bad(place, "an object is wanted");
    const other = Object.keys(value).find((name) => !names.includes(name));
    if (other !== undefined) throw bad(place, `${quote(other.slice(0, 63))} is unknown`);
    // Without a prototype, so that what is absent is undefined whatever its name.
    return Object.assign(Object.create(null), value);
  }
  #table(place: string, value: unknown): TableDef {
    const table = this.schema.byName.get(this.#text(place, value));
    if (table) return table;
    throw bad(place, "there is no such table");
  }
  #pairs(place: string, value: unknown): Readonly<Record<string, unknown>> {
    const pairs = this.#list(place, value).map((pair, i) => {
      const [name, path] = this.#list(`${place}[${i}]`, pair, 2, 2);
      return [this.#text(place, name), path] as const;
    });
    if (new Set(pairs.map(([name]) => name)).size < pairs.length) {
      throw bad(place, "a name comes twice");
    }
    return Object.fromEntries(pairs);
  }

  #tag(value: unknown): [string, string] | undefined {
    if (!isPlainObject(value) || !Array.isArray(value.$) || value.$.length !== 2) return undefined;
    const [tag, name]: unknown[] = value.$;
    return (tag === "param" || tag === "column") && typeof name === "string"
      ? [tag, name]
      : undefined;
  }
  #operand(value: unknown): unknown {
    const tag = this.#tag(value);
    if (!tag) return fromTree(value);
    return tag[0] === "param" ? new ParamValue(tag[1]) : new ColumnValue(tag[1]);
  }

  #leaf(place: string, value: unknown): unknown {
    const [op, path, ...operands] = this.#list(place, value, 3, 4);
    const name = this.#text(place, path);
    const [first, second] = operands;
    const one = (...given: unknown[]) => ({ [name]: new OpValue(opName, given) });
    const opName = knownOp(place, op);
    if (opName === "between") {
      this.#list(place, operands, 2, 2);
      return one(this.#operand(first), this.#operand(second));
    }
    if (opName === "in" || opName === "nin") {
      this.#list(place, operands, 1, 1);
      if (this.#tag(first)?.[0] === "param") return one(this.#operand(first));
      return one(this.#list(place, first).map((item) => this.#operand(item)));
    }
    if (!["like", "startsWith", "endsWith", "contains"].includes(opName)) {
      this.#list(place, operands, 1, 1);
      return one(this.#operand(first));
    }
    const { ignoreCase = false } = second === undefined
      ? {}
      : this.#object(place, second, ["ignoreCase"]);
    if (typeof ignoreCase !== "boolean") throw bad(place, "ignoreCase is true or false");
    return { [name]: new OpValue(opName, [this.#operand(first)], ignoreCase) };
  }

  #cond(place: string, value: unknown, depth: number): unknown {
    if (depth > MAX_DEPTH) throw bad(place, `conditions nest deeper than ${MAX_DEPTH}`);
    if (Array.isArray(value)) return this.#leaf(place, value);
    const cond = this.#object(place, value, ["and", "or", "not", "exists"]);
    const [op, ...more] = Object.keys(cond);
    if (more.length > 0) throw bad(place, "a condition is one of and, or, not, exists");
    const inside = `${place}.${op}`;
    if (op === "and" || op === "or") {
      const items = this.#list(inside, cond[op]);
      return new ConditionValue(
        op,
        items.map((item, i) => this.#cond(`${inside}[${i}]`, item, depth + 1)),
      );
    }
    if (op === "not") return new ConditionValue(op, [this.#cond(inside, cond.not, depth + 1)]);
    if (op !== "exists") throw bad(place, "a condition is wanted");
    const { table, on, where } = this.#object(inside, cond.exists, ["table", "on", "where"]);
    const items = where === undefined ? [] : [this.#cond(`${inside}.where`, where, depth + 1)];
    return new ConditionValue(op, items, this.#table(inside, table), this.#pairs(inside, on));
  }

  #aggregate(place: string, value: unknown): AggregateValue {
    const [fn, path] = this.#list(place, value, 1, 2);
    if (
      fn !== "count" && fn !== "countDistinct" && fn !== "sum" && fn !== "avg" && fn !== "min" &&
      fn !== "max"
    ) throw bad(place, "there is no such aggregate");
    if (!isPlainObject(path)) return new AggregateValue(fn, path);
    const { product } = this.#object(place, path, ["product"]);
    return new AggregateValue(
      fn,
      new ProductValue(this.#list(place, product).map((item) => this.#text(place, item))),
    );
  }

  #step(place: string, to: QueryValue, value: unknown, depth: number): QueryValue {
    const step = this.#object(place, value, ["where", "join", "leftJoin", "include", "groupBy"]);
    const [kind, ...more] = Object.keys(step);
    if (kind === undefined || more.length > 0) {
      throw bad(place, "a step is one of where, join, leftJoin, include, groupBy");
    }
    const inside = `${place}.${kind}`;
    if (kind === "where") return to.where(this.#cond(inside, step.where, depth));
    if (kind === "groupBy") {
      const { paths, aggregates } = this.#object(inside, step.groupBy, ["paths", "aggregates"]);
      const specs = Object.entries(this.#pairs(inside, aggregates))
        .map(([name, spec]) => [name, this.#aggregate(inside, spec)]);
      return to.groupBy(
        this.#list(inside, paths).map((path) => this.#text(inside, path)),
        Object.fromEntries(specs),
      );
    }
    if (kind === "include") {
      const { as, query, on } = this.#object(inside, step.include, ["as", "query", "on"]);
      return to.include(
        this.#text(inside, as),
        this.read(`${inside}.query`, query, depth + 1),
        this.#pairs(inside, on),
      );
    }
    const { as, table, on } = this.#object(inside, step[kind], ["as", "table", "on"]);
    const args = [
      this.#text(inside, as),
      this.#table(inside, table),
      this.#pairs(inside, on),
    ] as const;
    return kind === "join" ? to.join(...args) : to.leftJoin(...args);
  }

  #select(place: string, to: QueryValue, value: unknown): QueryValue {
    const items = this.#list(place, value, 1);
    return typeof items[0] === "string"
      ? to.select(
        this.#text(place, items[0]),
        ...items.slice(1).map((item) => this.#text(place, item)),
      )
      : to.select(this.#pairs(place, items));
  }

  /** A query and what it includes; errors of the builder get the place where they arose. */
  read(place: string, json: unknown, depth: number): QueryValue {
    if (depth > MAX_DEPTH) throw bad(place, `includes nest deeper than ${MAX_DEPTH}`);
    const parts = this.#object(place, json, [
      ...[
        "strata",
        "from",
        "steps",
        "select",
        "distinct",
        "orderBy",
        "after",
        "offset",
        "limit",
        "with",
      ],
    ]);
    if (parts.strata !== 1) throw bad(`${place}.strata`, "version 1 is wanted");
    let at = `${place}.from`;
    try {
      const table: unknown = this.#table(at, parts.from);
      let result = fresh(table);
      this.#list(`${place}.steps`, parts.steps).forEach((step, i) => {
        at = `${place}.steps[${i}]`;
        result = this.#step(at, result, step, depth);
      });
      // A path of an order stands in the rows before select, so the order comes first.
      this.#list(at = `${place}.orderBy`, parts.orderBy ?? []).forEach((item) => {
        const [path, direction] = this.#list(at, item, 2, 2);
        result = result.orderBy(this.#text(at, path), direction);
      });
      at = `${place}.select`;
      if (parts.select !== undefined) result = this.#select(at, result, parts.select);
      if (parts.distinct !== undefined) {
        if (parts.distinct !== true || parts.select === undefined) {
          throw bad(at, "distinct goes with select");
        }
        result = result.distinct();
      }
      at = `${place}.after`;
      const tag = this.#tag(parts.after);
      if (tag) result = result.after(this.#operand(parts.after));
      else if (parts.after !== undefined) {
        const values = this.#list(at, this.#object(at, parts.after, ["values"]).values).map(
          fromTree,
        );
        result = new QueryValue({
          ...result.ast,
          after: { values: checkPosition(result.ast, values) },
        });
      }
      at = `${place}.offset`;
      if (parts.offset !== undefined) result = result.offset(this.#operand(parts.offset));
      at = `${place}.limit`;
      if (parts.limit !== undefined) result = result.limit(this.#operand(parts.limit));
      at = `${place}.with`;
      const params = Object.entries(this.#pairs(at, parts.with ?? [])).map((
        [name, value],
      ) => [name, fromTree(value)]);
      return params.length > 0 ? result.with(Object.fromEntries(params)) : result;
    } catch (error) {
      if (error instanceof SyntaxError && error.message.startsWith("Cannot parse the query")) {
        throw error;
      }
      throw bad(at, error instanceof Error ? error.message : String(error));
    }
  }
}

function fresh(table: unknown): QueryValue {
  // query() gives the class behind its type; a table of the schema was looked up above.
  return query(table as Parameters<typeof query>[0]) as unknown as QueryValue;
}

/**
 * From untrusted JSON: a query over `schema`, or a SyntaxError naming what is wrong.
 *
 * Takes what `toJSON()` gives, or its text. The grammar is closed and versioned; conditions and
 * includes nest at most 32 deep, and a query has at most 50,000 parts.
 *
 * @throws {SyntaxError} When a table, column, operator or value is unknown, or a limit is passed.
 *
 * @example Take a query from a client
 * ```ts
 * import { createStore, parseQuery, query, table, text } from "@strata/data";
 * import { assertEquals } from "@std/assert";
 *
 * const notes = table("notes", { id: text().primaryKey() });
 * const schema = { tables: [notes] };
 * const sent = JSON.stringify(query(notes).where({ id: "1" }));
 * assertEquals(createStore(schema).all(parseQuery(schema, JSON.parse(sent))), []);
 * ```
 */
export function parseQuery(schema: Schema, json: unknown): Query<unknown> {
  const def = openSchema(schema);
  if (typeof json === "string") {
    try {
      json = JSON.parse(json);
    } catch (cause) {
      throw new SyntaxError("Cannot parse the query at $ as it is JSON: the text is not", {
        cause,
      });
    }
  }
  // The builder has all the methods; the types it carries are phantom.
  return readQuery(def, json) as unknown as Query<unknown>;
}

/** The same over a schema that was looked through, from data. */
export function readQuery(schema: SchemaDef, json: unknown): QueryValue {
  return new Reader(schema).read("$", json, 0);
}
