import { acceptOf, type Place, placeName } from "./accept.ts";
import { ColumnBuilder, type ColumnSpec } from "./column.ts";
import { type ColumnType, type Compare, compareColumnText, compareOf } from "./compare.ts";
import { quote } from "./errors.ts";
import { checkDistinct, checkName } from "./names.ts";
import type {
  Columns,
  InsertOf,
  KeyNames,
  KeyOf,
  RowOf,
  StandardSchema,
  Table,
  TableOptions,
} from "./types.ts";

const KEY_TYPES: readonly ColumnType[] = ["text", "integer", "bigint", "date", "bytes"];

/** A column in its place: of a table, or a value of the schema (then `table` is empty). */
export class ColumnDef implements Place {
  /** Its type. */
  readonly type: ColumnType;
  /** What it was declared with; a default value is a copy of its own. */
  spec: ColumnSpec;
  /** Its place among the table's columns. */
  readonly index: number;
  /** The value as it is stored, or an error that names the column. */
  readonly accept: (value: unknown, place: Place) => unknown;
  /** The order of two values, null lowest. */
  readonly compare: Compare;
  /** `Object.prototype` has the name: only an own property counts as given. */
  readonly shadowed: boolean;
  /** Whether text with a unit of 0xD800 or more was accepted. */
  astral = false;
  /** Whether its values count towards the 2,000 bytes of a key or index entry. */
  sized = false;

  /** Puts a column into its place; `table` is empty for a value of the schema. */
  constructor(
    readonly table: string,
    readonly name: string,
    spec: ColumnSpec,
    index: number,
  ) {
    this.spec = spec;
    this.type = spec.type;
    this.index = index;
    this.accept = acceptOf(spec.type);
    this.shadowed = name in Object.prototype;
    this.compare = spec.type === "text"
      ? compareColumnText(() => this.astral)
      : compareOf(spec.type);
  }

  /**
   * Checks a default that is a value and takes a copy, as what was declared could change.
   *
   * @throws {TypeError} When it has the wrong type.
   * @throws {RangeError} When it is out of range, or none of the enum's values.
   */
  ownDefault(): void {
    const { spec } = this;
    if (spec.default === undefined || typeof spec.default === "function") return;
    this.spec = { ...spec, default: this.accept(spec.default, this) };
    if (spec.values?.has(spec.default) === false) {
      throw new RangeError(
        `Cannot default ${placeName(this)} as it is an enum: the default is none of its values`,
      );
    }
  }
}

/** Columns with an index over them; the primary key is appended where it is ordered. */
export interface IndexDef {
  /** Its columns' names, parted by dots. */
  readonly name: string;
  /** Its columns, in order. */
  readonly columns: readonly ColumnDef[];
  /** Whether values are there once; null never collides. */
  readonly unique: boolean;
}

/** The value behind {@linkcode Table}. */
export class TableDef {
  /** All columns, in the order in which they were declared. */
  readonly columns: readonly ColumnDef[];
  /** The columns by name. */
  readonly byName: ReadonlyMap<string, ColumnDef>;
  /** The columns of the primary key. */
  readonly key: readonly ColumnDef[];
  /** Whether the key is a tuple, as `primaryKey` in the options makes it. */
  readonly compound: boolean;
  /** The indexes, those of unique columns and references included. */
  readonly indexes: readonly IndexDef[];
  /** What looks at whole rows. */
  readonly validate: StandardSchema<unknown> | undefined;
  /** A row of nulls in column order; copies of it share one hidden class. */
  readonly template: Readonly<Record<string, unknown>>;
  /** The column sets that are bound to 2,000 bytes a row, where a value could exceed them. */
  readonly sized: readonly (readonly ColumnDef[])[];
  /** The columns that an update sets by itself. */
  readonly updated: readonly ColumnDef[];

  /** Looks a declaration through; `table()` has checked the name. */
  constructor(readonly name: string, columns: Columns, options: TableOptions<Columns, unknown>) {
    const names = Object.keys(columns);
    names.forEach((column) => checkName("column", column));
    checkDistinct("column", names);
    this.columns = names.map((column, i) => {
      const builder: unknown = columns[column];
      if (builder instanceof ColumnBuilder) return new ColumnDef(name, column, builder.spec, i);
      throw this.#refuse(column, "it is a column", "got something else");
    });
    this.byName = new Map(this.columns.map((column) => [column.name, column]));
    this.compound = options.primaryKey !== undefined;
    this.key = this.#keyColumns(options.primaryKey);
    this.indexes = this.#indexDefs(options.indexes ?? []);
    this.validate = options.validate;
    // JSON.parse lays properties out as a literal does, also one named __proto__.
    this.template = JSON.parse(`{${names.map((column) => `${quote(column)}:null`).join()}}`);
    this.sized = [{ columns: [] }, ...this.indexes].map(({ columns }) => this.withKey(columns))
      .filter((set) => set.some(({ type }) => type === "text" || type === "bytes"));
    this.updated = this.columns.filter(({ spec }) => spec.onUpdate);
    for (const column of this.sized.flat()) column.sized = true;
    this.columns.forEach((column) => column.ownDefault());
  }

  /** The columns and then what they lack of the key: an ordered index. */
  withKey(columns: readonly ColumnDef[]): readonly ColumnDef[] {
    return [...columns, ...this.key.filter((column) => !columns.includes(column))];
  }

  /**
   * The column of a name; `use` is the verb of the error.
   *
   * @throws {TypeError} When there is none.
   */
  column(name: string, use = "use"): ColumnDef {
    const column = this.byName.get(name);
    if (column) return column;
    throw new TypeError(
      `Cannot ${use} ${quote(this.name)}.${quote(String(name))} as the table has other columns: ` +
        `there is none of that name`,
    );
  }

  #refuse(column: string, rule: string, state: string): TypeError {
    return new TypeError(
      `Cannot declare ${quote(this.name)}.${quote(column)} as ${rule}: ${state}`,
    );
  }

  #keyColumns(tuple: unknown): readonly ColumnDef[] {
    const marked = this.columns.filter(({ spec }) => spec.key);
    if (tuple !== undefined && (!Array.isArray(tuple) || tuple.length === 0 || marked.length > 0)) {
      throw new TypeError(
        `Cannot declare ${
          quote(this.name)
        } as a key is one column or a tuple of names: got both or neither`,
      );
    }
    const key = Array.isArray(tuple) ? tuple.map((name) => this.column(name, "declare")) : marked;
    if (
      key.length === 0 || tuple === undefined && key.length > 1 || new Set(key).size < key.length
    ) {
      throw new TypeError(
        `Cannot declare ${
          quote(this.name)
        } as a table has one primary key: got ${key.length} columns`,
      );
    }
    for (const { name, type, spec } of key) {
      if (!KEY_TYPES.includes(type)) {
        throw this.#refuse(name, "a key is text, integer, bigint, date or bytes", `it is ${type}`);
      }
      if (spec.nullable || spec.onUpdate) {
        throw this.#refuse(
          name,
          "a key is never null and never changes",
          "it is optional or has onUpdate",
        );
      }
    }
    return key;
  }

  #indexDefs(declared: NonNullable<TableOptions<Columns, unknown>["indexes"]>): IndexDef[] {
    const found = new Map<string, IndexDef>();
    const add = (columns: readonly ColumnDef[], unique: boolean) => {
      const name = columns.map((column) => column.name).join(".");
      found.set(name, { name, columns, unique: unique || found.get(name)?.unique === true });
    };
    for (const item of declared) {
      const names = typeof item === "string" ? [item] : "columns" in item ? item.columns : item;
      const columns = names.map((name) => this.column(name, "index"));
      if (columns.length === 0 || new Set(columns).size < columns.length) {
        throw new TypeError(
          `Cannot index ${
            quote(this.name)
          } as an index has different columns: got none or one twice`,
        );
      }
      add(columns, typeof item === "object" && "columns" in item && item.unique === true);
    }
    for (const column of this.columns) {
      if (column.spec.unique && !(this.key.length === 1 && this.key[0] === column)) {
        add([column], true);
      }
    }
    for (const column of this.columns) {
      const first = (index: IndexDef) => index.columns[0] === column;
      if (column.spec.reference && ![...found.values()].some(first) && this.key[0] !== column) {
        add([column], false);
      }
    }
    const json = [...found.values()].flatMap(({ columns }) => columns).find(({ type }) =>
      type === "json"
    );
    if (json) throw this.#refuse(json.name, "json columns have no index", "one is declared");
    return [...found.values()];
  }
}

/**
 * A table: a name, columns by name and one primary key, never null and never updated.
 *
 * A text key that is left out of an insert gets a UUIDv7; other keys have no default, since
 * ids must be unique across replicas. Every index has the primary key appended. A column that
 * references another table gets an index of its own.
 *
 * @throws {TypeError} When a name, a column, the key or an index breaks a rule.
 *
 * @example Declare a table
 * ```ts
 * import { boolean, createStore, integer, query, table, text } from "@strata/data";
 * import { assertEquals } from "@std/assert";
 *
 * const todos = table("todos", {
 *   id: text().primaryKey(),
 *   title: text(),
 *   done: boolean().default(false),
 *   priority: integer().default(0),
 * }, { indexes: [["done", "priority"]] });
 * const store = createStore({ tables: [todos] });
 * store.insert(todos, { title: "Write" });
 * assertEquals(store.count(query(todos).where({ done: false })), 1);
 * ```
 */
export function table<
  C extends Columns,
  const P extends readonly (keyof C & string)[] | undefined = undefined,
>(
  name: string,
  columns: C,
  options: TableOptions<C, P> = {},
): Table<RowOf<C>, InsertOf<C>, KeyOf<C, P>, Omit<RowOf<C>, KeyNames<C, P> & PropertyKey>> {
  if (typeof columns !== "object" || columns === null) {
    throw new TypeError(
      `Cannot declare the table ${quote(String(name))} as it has columns by name: got none`,
    );
  }
  checkName("table", name);
  // The definition has the name; the types it carries are phantom.
  return new TableDef(name, columns, options as TableOptions<Columns, unknown>) as unknown as Table<
    RowOf<C>,
    InsertOf<C>,
    KeyOf<C, P>,
    Omit<RowOf<C>, KeyNames<C, P> & PropertyKey>
  >;
}

/**
 * The definition behind a table.
 *
 * @throws {TypeError} When `value` was not made by `table()` of this copy of the library.
 */
export function tableDef(value: unknown): TableDef {
  if (value instanceof TableDef) return value;
  throw new TypeError(
    "Cannot use a value as a table as tables are made by table(): got something else",
  );
}
