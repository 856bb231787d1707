import { quote } from "../schema/errors.ts";
import { foldName } from "../schema/names.ts";
import type { ColumnDef, IndexDef, TableDef } from "../schema/table.ts";
import type { Setup } from "./driver.ts";
import {
  isCore,
  storedColumn,
  type StoredLayout,
  type StoredTable,
  storedTable,
  tableOf,
} from "./layout.ts";
import { changedTable, renamedTable, sameColumns, type TableChange } from "./layout_change.ts";
import { refuseDuplicates, refuseLong } from "./layout_rows.ts";

/**
 * Changes the layout of an open setup and keeps the stored layout in step with it.
 *
 * What it is asked for has been checked. Nothing is stored until `store`.
 */
export class LayoutEditor {
  readonly setup: Setup;
  #layout: StoredLayout;
  /** What a stored table is read by; a driver may keep its rows by the definition itself. */
  readonly #defs = new WeakMap<StoredTable, TableDef>();
  #writes = 0;
  /** The tables of others, lower case; nobody makes one while this works. */
  #theirs: ReadonlySet<string> | undefined;

  constructor(setup: Setup, layout: StoredLayout) {
    this.setup = setup;
    this.#layout = layout;
  }

  get layout(): StoredLayout {
    return this.#layout;
  }
  /** How often something was changed: what fails after that can't be caught and left at that. */
  get writes(): number {
    return this.#writes;
  }
  /** Counts a write to rows. */
  wrote(): void {
    this.#writes++;
  }
  /** A table by name, one of the core's own too. */
  find(name: string): StoredTable | undefined {
    return this.#layout.tables.find((table) => table.name === name);
  }
  /** @throws {TypeError} When there is no such table of the user. */
  table(name: string, verb: string): StoredTable {
    const table = isCore(name) ? undefined : this.find(name);
    if (table) return table;
    throw new TypeError(
      `Cannot ${verb} ${quote(String(name))} as the table is in the stored layout: it is not there`,
    );
  }
  /** What its rows are read and written by. */
  def(name: string): TableDef {
    const table = this.find(name);
    if (!table) throw new Error(`Cannot use ${quote(name)} as it was looked up: it is not there`);
    let def = this.#defs.get(table);
    if (!def) this.#defs.set(table, def = tableOf(table));
    return def;
  }

  /** Who has a table of this name, case apart: we, or somebody else who uses the same database. */
  async taken(name: string): Promise<"ours" | "theirs" | undefined> {
    const folded = foldName(name);
    if (this.#layout.tables.some((table) => foldName(table.name) === folded)) return "ours";
    this.#theirs ??= await this.#strangers();
    return this.#theirs.has(folded) ? "theirs" : undefined;
  }
  async #strangers(): Promise<Set<string>> {
    const ours = new Set(this.#layout.tables.map(({ name }) => name));
    const found = await this.setup.tables();
    return new Set(found.filter(({ name }) => !ours.has(name)).map(({ name }) => foldName(name)));
  }

  /** Makes a table with its indexes. */
  async createTable(declared: TableDef): Promise<void> {
    this.#writes++;
    const table = storedTable(declared, this.#id);
    const def = tableOf(table);
    this.#defs.set(table, def);
    await this.setup.change({ change: "createTable", table: def });
    this.#put([...this.#layout.tables, table]);
  }
  /** Drops a table with its rows and indexes. */
  async dropTable(name: string): Promise<void> {
    this.#writes++;
    await this.setup.change({ change: "dropTable", table: this.def(name) });
    this.#put(this.#layout.tables.filter((table) => table.name !== name));
  }
  /** Gives a table another name. */
  async renameTable(name: string, to: string): Promise<void> {
    const table = this.find(name);
    if (!table) return;
    await this.#change({
      change: "renameTable",
      table: this.def(name),
      to: renamedTable(table, to),
    });
  }
  /** Adds a column; every row that is there gets `value`. */
  async addColumn(name: string, column: ColumnDef, value: unknown): Promise<void> {
    await this.#change({ change: "addColumn", table: this.def(name), column, value });
  }
  /** Drops a column that is in no key, with the indexes that use it. */
  async dropColumn(name: string, column: string): Promise<void> {
    for (const index of this.def(name).indexes) {
      if (index.columns.some((item) => item.name === column)) await this.dropIndex(name, index);
    }
    const table = this.def(name);
    await this.#change({ change: "dropColumn", table, column: table.column(column) });
  }
  /** Gives a column another name. */
  async renameColumn(name: string, from: string, to: string): Promise<void> {
    const table = this.def(name);
    await this.#change({ change: "renameColumn", table, column: table.column(from), to });
  }
  /**
   * Makes an index over columns that the table has.
   *
   * @throws {DataError} With code `"constraint"` when it is unique and rows have equal values.
   * @throws {RangeError} When a row is too long for it.
   */
  async createIndex(name: string, columns: readonly string[], unique: boolean): Promise<void> {
    const table = this.find(name);
    if (!table) return;
    const def = tableOf({ ...table, indexes: [...table.indexes, { columns, unique }] });
    const index = def.indexes.find((item) =>
      sameColumns(item.columns.map((column) => column.name), columns)
    );
    if (!index) return;
    if (unique) await refuseDuplicates(this.setup, this.def(name), columns);
    await this.#change({ change: "createIndex", table: this.def(name), index });
    await refuseLong(this.setup, this.def(name), index);
  }
  /** Drops an index. */
  async dropIndex(name: string, index: IndexDef): Promise<void> {
    await this.#change({ change: "dropIndex", table: this.def(name), index });
  }

  /** What is stored of a column changes, and nothing in the engine: an enum, a number. */
  setColumn(name: string, column: ColumnDef, id: number): void {
    this.#replace(name, (table) => ({
      ...table,
      columns: table.columns.map((item) =>
        item.name === column.name ? storedColumn(column, () => id) : item
      ),
    }));
  }
  /** Adds a value of the schema, or changes what is stored of it. */
  setValue(column: ColumnDef): void {
    const values = this.#layout.values.filter(({ name }) => name !== column.name);
    const known = this.#layout.values.find(({ name }) => name === column.name);
    const stored = storedColumn(column, known ? () => known.id : this.#id);
    this.#layout = { ...this.#layout, values: [...values, stored] };
  }
  /** Stores the layout under a version. */
  async store(version: number): Promise<void> {
    this.#layout = { ...this.#layout, version };
    await this.setup.setMeta("layout", this.#layout);
  }

  readonly #id = (): number => {
    const { nextId } = this.#layout;
    this.#layout = { ...this.#layout, nextId: nextId + 1 };
    return nextId;
  };
  async #change(change: TableChange): Promise<void> {
    this.#writes++;
    await this.setup.change(change);
    this.#replace(change.table.name, (table) => changedTable(table, change, this.#id));
  }
  #replace(name: string, next: (table: StoredTable) => StoredTable): void {
    this.#put(this.#layout.tables.map((table) => table.name === name ? next(table) : table));
  }
  /** Tables that were made with new numbers: they are counted by now. */
  #put(tables: readonly StoredTable[]): void {
    this.#layout = { ...this.#layout, tables };
  }
}
