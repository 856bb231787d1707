import { type ColumnType, type Compare, compareOf } from "../schema/compare.ts";
import { quote } from "../schema/errors.ts";
import { foldName } from "../schema/names.ts";
import type { ColumnDef, TableDef } from "../schema/table.ts";
import type { AggregateSpec, Ref } from "./ast.ts";

/** What a name stands for: a value, a joined row, or an object that a group nests. */
export interface Field {
  /** The path that it ends. */
  readonly ref: Ref;
  /** The names below it. */
  readonly fields?: ReadonlyMap<string, Field>;
}
/** What names stand for. */
export type Fields = ReadonlyMap<string, Field>;

/**
 * What the rows look like at a point of the pipeline. A stage begins with a table or with
 * groups (slot 0); each join adds a slot.
 */
export class Shape {
  /** Made by the steps of a query. */
  constructor(
    /** The table that messages name. */
    readonly table: TableDef,
    /** What each name stands for. */
    readonly fields: Fields,
    /** What makes the order total: the keys, or the paths of a group. */
    readonly keys: readonly Ref[],
    /** How many rows make one. */
    readonly slots: number,
  ) {}

  /**
   * Looks a path up.
   *
   * @throws {TypeError} When it leads nowhere.
   */
  resolve(path: unknown): Ref {
    if (typeof path !== "string") {
      throw new TypeError(
        `Cannot query ${quote(this.table.name)} as paths are strings: got ${typeof path}`,
      );
    }
    const direct = this.fields.get(path)?.ref;
    if (direct) return direct;
    const names = path.split(".");
    let fields: Fields | undefined = this.fields;
    for (let i = 0; i < names.length && fields; i++) {
      const field: Field | undefined = fields.get(names[i] ?? "");
      const rest = names.slice(i + 1);
      if (field?.ref && rest.length === 0) return field.ref;
      if (field?.ref?.type === "json") {
        return { ...field.ref, path, json: [...field.ref.json, ...rest] };
      }
      fields = field?.fields;
    }
    throw new TypeError(
      `Cannot query ${quote(this.table.name)} by the path ${
        quote(path)
      } as paths lead to its columns: ` +
        `there is no such path`,
    );
  }

  /** Whether a name is taken, without case. */
  has(name: string): boolean {
    const folded = foldName(name);
    return [...this.fields.keys()].some((taken) => foldName(taken) === folded);
  }

  /** With the row of a join in a slot of its own. */
  join(as: string, table: TableDef): Shape {
    const slot = this.slots;
    const fields = new Map(this.fields).set(as, {
      ref: { path: as, slot, names: [], json: [], type: "row", column: undefined },
      fields: tableFields(table, slot, `${as}.`),
    });
    return new Shape(
      this.table,
      fields,
      [...this.keys, ...keyRefs(table, slot, `${as}.`)],
      slot + 1,
    );
  }

  /** With the rows of an include; they can be selected and nothing else. */
  include(as: string): Shape {
    const ref: Ref = { path: as, slot: -1, names: [as], json: [], type: "rows", column: undefined };
    return new Shape(this.table, new Map(this.fields).set(as, { ref }), this.keys, this.slots);
  }

  /** The rows that a group gives: a stage of its own. */
  group(paths: readonly Ref[], aggregates: readonly (readonly [string, AggregateSpec])[]): Shape {
    const fields = new Map<string, Field>();
    const keys = paths.map((ref) => {
      const names = ref.path.split(".");
      const out: Ref = { ...ref, slot: 0, names, json: [] };
      nest(fields, names, out);
      return out;
    });
    for (const [name, spec] of aggregates) {
      fields.set(name, {
        ref: { path: name, slot: 0, names: [name], json: [], ...resultType(spec) },
      });
    }
    return new Shape(this.table, fields, keys, 1);
  }
}

/** Puts a path of a group in its place; the objects on the way can be selected whole. */
function nest(fields: Map<string, Field>, names: readonly string[], ref: Ref, depth = 0): void {
  const name = names[depth] ?? "";
  if (depth === names.length - 1) {
    fields.set(name, { ref });
    return;
  }
  const below = new Map(fields.get(name)?.fields);
  nest(below, names, ref, depth + 1);
  const way = names.slice(0, depth + 1);
  fields.set(name, {
    ref: { path: way.join("."), slot: 0, names: way, json: [], type: "row", column: undefined },
    fields: below,
  });
}

function resultType({ fn, refs }: AggregateSpec): Pick<Ref, "type" | "column"> {
  const [first] = refs;
  if (fn === "count" || fn === "countDistinct" || !first) {
    return { type: "integer", column: undefined };
  }
  if (fn === "min" || fn === "max") return { type: first.type, column: first.column };
  const types = refs.map(({ type }) => type);
  const type = fn === "avg" || types.includes("real") || types.includes("json")
    ? "real"
    : types.includes("bigint")
    ? "bigint"
    : "integer";
  return { type, column: undefined };
}

function columnRef(column: ColumnDef, slot: number, prefix: string): Ref {
  return {
    path: prefix + column.name,
    slot,
    names: [column.name],
    json: [],
    type: column.type,
    column,
  };
}

function tableFields(table: TableDef, slot: number, prefix: string): Fields {
  return new Map(
    table.columns.map((column) => [column.name, { ref: columnRef(column, slot, prefix) }]),
  );
}

function keyRefs(table: TableDef, slot: number, prefix: string): Ref[] {
  return table.key.map((column) => columnRef(column, slot, prefix));
}

const SHAPES = new WeakMap<TableDef, Shape>();

/** The shape of a table's own rows; one object a table. */
export function tableShape(table: TableDef): Shape {
  let shape = SHAPES.get(table);
  if (!shape) {
    shape = new Shape(table, tableFields(table, 0, ""), keyRefs(table, 0, ""), 1);
    SHAPES.set(table, shape);
  }
  return shape;
}

/** The order of the values at a path, null lowest. */
export function compareRef(ref: Ref): Compare {
  if (ref.column && ref.type !== "json") return ref.column.compare;
  return compareOf(valueType(ref));
}

/**
 * The column type of the values at a path.
 *
 * @throws {TypeError} When they are rows.
 */
export function valueType(ref: Ref): ColumnType {
  if (ref.type !== "row" && ref.type !== "rows") return ref.type;
  throw new TypeError(`Cannot use the path ${quote(ref.path)} as a value: it leads to ${ref.type}`);
}
