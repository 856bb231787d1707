import { kindOf } from "../schema/accept.ts";
import { ColumnBuilder } from "../schema/column.ts";
import { quote } from "../schema/errors.ts";
import { checkName, foldName } from "../schema/names.ts";
import { newRow } from "../schema/row.ts";
import { tableDef } from "../schema/table.ts";
import type { AnyColumn, AnyTable, Migration, StoredRow } from "../schema/types.ts";
import { type StoredTable, storedTable, tableOf } from "./layout.ts";
import { sameColumns } from "./layout_change.ts";
import type { LayoutEditor } from "./layout_editor.ts";
import { addFilledColumn, type Fill } from "./layout_fill.ts";
import { inserted, ownRow, PAGE_ROWS, readPage, writeRows } from "./layout_rows.ts";
import { type EachRow, eachRow } from "./migration_each.ts";
import type { StepRun } from "./migration_run.ts";

function checkFunction(what: string, value: unknown): void {
  if (typeof value === "function") return;
  throw new TypeError(`Cannot ${what} as it takes a function: got ${kindOf(value)}`);
}

/** The members of {@linkcode Migration} on a layout that is being edited. */
export class StoredMigration implements Migration {
  readonly #editor: LayoutEditor;
  readonly #run: StepRun;
  readonly #fresh: () => string;

  /** `fresh` gives the UUIDv7 of a text key that an inserted row leaves out. */
  constructor(editor: LayoutEditor, run: StepRun, fresh: () => string) {
    this.#editor = editor;
    this.#run = run;
    this.#fresh = fresh;
  }

  addTable(table: AnyTable): Promise<void> {
    return this.#run.call("addTable", async () => {
      const def = tableDef(table);
      await this.#checkFree("add", def.name);
      await this.#editor.createTable(def);
    });
  }
  dropTable(name: string): Promise<void> {
    return this.#run.call("dropTable", async () => {
      this.#changing(name, "drop");
      await this.#editor.dropTable(name);
    });
  }
  renameTable(from: string, to: string): Promise<void> {
    return this.#run.call("renameTable", async () => {
      this.#changing(from, "rename");
      checkName("table", to);
      if (from === to) return;
      if (foldName(from) !== foldName(to)) await this.#checkFree("rename to", to);
      await this.#editor.renameTable(from, to);
    });
  }
  addColumn(
    table: string,
    name: string,
    column: AnyColumn,
    options: { fill?: Fill } = {},
  ): Promise<void> {
    return this.#run.call("addColumn", async () => {
      const stored = this.#changing(table, "add a column to");
      const builder: unknown = column;
      if (!(builder instanceof ColumnBuilder) || builder.spec.key) {
        throw new TypeError(
          `Cannot add ${quote(table)}.${
            quote(String(name))
          } as it is a column beside the key: got something else`,
        );
      }
      const { fill } = options;
      if (fill !== undefined) checkFunction(`fill ${quote(table)}.${quote(String(name))}`, fill);
      // Looks at the name, a default and whether there may be an index.
      checkName("column", name);
      this.#checkNewColumn(stored, name);
      const def = tableOf(stored, { [name]: column });
      await addFilledColumn(this.#editor, table, def.column(name), fill);
      for (const { columns, unique } of storedTable(def, () => 0).indexes) {
        if (stored.indexes.some((index) => sameColumns(index.columns, columns))) continue;
        await this.#editor.createIndex(table, columns, unique);
      }
    });
  }
  dropColumn(table: string, name: string): Promise<void> {
    return this.#run.call("dropColumn", async () => {
      const stored = this.#changing(table, "drop a column of");
      this.#checkColumn(stored, name, "drop");
      if (stored.key.includes(name)) {
        throw new TypeError(
          `Cannot drop ${quote(table)}.${quote(name)} as a table keeps its key: it is part of it`,
        );
      }
      await this.#editor.dropColumn(table, name);
    });
  }
  renameColumn(table: string, from: string, to: string): Promise<void> {
    return this.#run.call("renameColumn", async () => {
      const stored = this.#changing(table, "rename a column of");
      this.#checkColumn(stored, from, "rename");
      checkName("column", to);
      if (from === to) return;
      if (foldName(from) !== foldName(to)) this.#checkNewColumn(stored, to);
      await this.#editor.renameColumn(table, from, to);
    });
  }
  async *rows(table: string): AsyncIterable<StoredRow> {
    const { id } = await this.#run.call("rows", () => this.#editor.table(table, "read"));
    let last: StoredRow | undefined;
    for (;;) {
      const { def, page } = await this.#run.call("rows", async () => {
        // By its number: what the step does between pages may rename it.
        const name = this.#editor.layout.tables.find((stored) => stored.id === id)?.name ?? table;
        this.#editor.table(name, "read");
        const def = this.#editor.def(name);
        return { def, page: await readPage(this.#editor.setup, def, last) };
      });
      for (const row of page) yield ownRow(def, row);
      if (page.length < PAGE_ROWS) return;
      last = page.at(-1);
    }
  }
  each(table: string, fn: EachRow): Promise<void> {
    return this.#run.call("each", async () => {
      this.#changing(table, "replace the rows of");
      checkFunction(`replace the rows of ${quote(table)}`, fn);
      await this.#run.walk(
        table,
        (enter) => eachRow(this.#editor, table, (row) => enter(() => fn(row))),
      );
    });
  }
  insert(table: string, rows: readonly StoredRow[]): Promise<void> {
    return this.#run.call("insert", async () => {
      this.#editor.table(table, "insert into");
      if (!Array.isArray(rows)) {
        throw new TypeError(
          `Cannot insert into ${quote(table)} as it takes a list of rows: got ${kindOf(rows)}`,
        );
      }
      const def = this.#editor.def(table);
      const after = rows.map((row) => newRow(def, row, this.#fresh));
      for (let i = 0; i < after.length; i += PAGE_ROWS) {
        this.#editor.wrote();
        await writeRows(this.#editor.setup, [inserted(def, after.slice(i, i + PAGE_ROWS))]);
      }
    });
  }

  /** A table whose layout is about to change. */
  #changing(name: string, verb: string): StoredTable {
    const table = this.#editor.table(name, verb);
    this.#run.checkStill(name, verb);
    return table;
  }
  #checkColumn({ name: table, columns }: StoredTable, name: string, verb: string): void {
    if (columns.some((column) => column.name === name)) return;
    throw new TypeError(
      `Cannot ${verb} ${quote(table)}.${
        quote(String(name))
      } as the stored table has other columns: there is none of that name`,
    );
  }
  #checkNewColumn({ name: table, columns }: StoredTable, name: string): void {
    if (!columns.some((column) => foldName(column.name) === foldName(name))) return;
    throw new TypeError(
      `Cannot add ${quote(table)}.${
        quote(name)
      } as names are unique without case: the stored table has it`,
    );
  }
  async #checkFree(verb: string, name: string): Promise<void> {
    const taken = await this.#editor.taken(name);
    if (taken === undefined) return;
    const state = taken === "ours" ? "a stored table has it" : "a table that others made has it";
    throw new TypeError(
      `Cannot ${verb} ${quote(name)} as names of tables are unique without case: ${state}`,
    );
  }
}
