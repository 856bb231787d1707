import { DataError, quote } from "../schema/errors.ts";
import { sameValue } from "../schema/compare.ts";
import { newRow } from "../schema/row.ts";
import type { TableDef } from "../schema/table.ts";
import type { StoredRow } from "../schema/types.ts";
import { taken } from "../engine/write.ts";
import type { Effect } from "./driver.ts";
import { storedTable, tableOf } from "./layout.ts";
import type { LayoutEditor } from "./layout_editor.ts";
import { inserted, ownRow, PAGE_ROWS, readPage, writeRows } from "./layout_rows.ts";

/** What is made of a row; null deletes it. */
export type EachRow = (row: StoredRow) => unknown;

/** Where rows wait whose key changes, so that the walk does not meet them again. */
const WAITING = "strata_waiting_";

function missingKey(def: TableDef): string {
  throw new TypeError(
    `Cannot replace a row of ${quote(def.name)} as what comes back is a whole row: it has no key`,
  );
}

/** What became of a page. */
interface Page {
  readonly gone: StoredRow[];
  readonly before: StoredRow[];
  readonly after: StoredRow[];
  /** New rows under other keys; their former selves are gone. */
  readonly moved: StoredRow[];
  /** The columns in which rows changed. */
  readonly columns: Set<string>;
}

async function runPage(def: TableDef, rows: readonly StoredRow[], fn: EachRow): Promise<Page> {
  const page: Page = { gone: [], before: [], after: [], moved: [], columns: new Set() };
  const key = new Set(def.key.map(({ name }) => name));
  for (const row of rows) {
    const result = await fn(ownRow(def, row));
    if (result === null) {
      page.gone.push(row);
      continue;
    }
    const next = newRow(def, result, () => missingKey(def));
    const changed = def.columns.filter(({ name, type }) => !sameValue(type, row[name], next[name]))
      .map(({ name }) => name);
    if (changed.length === 0) continue;
    if (changed.some((name) => key.has(name))) {
      page.gone.push(row);
      page.moved.push(next);
      continue;
    }
    page.before.push(row);
    page.after.push(next);
    changed.forEach((name) => page.columns.add(name));
  }
  return page;
}

/** Rows that wait until the walk has ended: few in memory, more in a table. */
class Waiting {
  readonly #editor: LayoutEditor;
  readonly #name: string;
  #rows: StoredRow[] = [];
  /** The table of more rows, once there is one. */
  #table: string | undefined;

  constructor(editor: LayoutEditor, name: string) {
    this.#editor = editor;
    this.#name = name;
  }

  async add(rows: readonly StoredRow[]): Promise<void> {
    this.#rows.push(...rows);
    if (this.#rows.length > PAGE_ROWS) await this.#spill();
  }
  /** Puts the rows into their table. */
  async end(): Promise<void> {
    const editor = this.#editor;
    if (this.#table !== undefined) {
      const from = editor.def(await this.#spill());
      let last: StoredRow | undefined;
      for (;;) {
        const page = await readPage(editor.setup, from, last);
        await writeRows(editor.setup, [inserted(editor.def(this.#name), page)]);
        last = page.at(-1);
        if (page.length < PAGE_ROWS) break;
      }
      await editor.dropTable(from.name);
    } else await writeRows(editor.setup, [inserted(editor.def(this.#name), this.#rows)]);
  }
  async #spill(): Promise<string> {
    const editor = this.#editor;
    if (this.#table === undefined) {
      const stored = storedTable(editor.def(this.#name), () => 0);
      this.#table = `${WAITING}${editor.layout.nextId}`;
      await editor.createTable(tableOf({ ...stored, name: this.#table, indexes: [] }));
    }
    const rows = this.#rows;
    this.#rows = [];
    try {
      await writeRows(editor.setup, [inserted(editor.def(this.#table), rows)]);
    } catch (error) {
      // The table where they wait is nobody's business.
      if (error instanceof DataError && error.rule === "key") {
        throw taken(editor.def(this.#name), undefined);
      }
      throw error;
    }
    return this.#table;
  }
}

/**
 * Replaces each row of a table by what `fn` gives, page by page in key order; keys and unique values may
 * move from row to row, as they are looked at when all rows have been replaced.
 *
 * A row that `fn` inserts into the same table is met where its key comes later.
 *
 * @throws {TypeError} When `fn` gives no row of the stored columns, or one has a value of the wrong type.
 * @throws {DataError} With code `"constraint"` when a key or unique value is there twice in the end.
 */
export async function eachRow(editor: LayoutEditor, table: string, fn: EachRow): Promise<void> {
  const { setup } = editor;
  const waiting = new Waiting(editor, table);
  const dropped: (readonly string[])[] = [];
  let last: StoredRow | undefined;
  for (;;) {
    const rows = await readPage(setup, editor.def(table), last);
    const page = await runPage(editor.def(table), rows, fn);
    const whole = !last && rows.length < PAGE_ROWS;
    if (!whole) {
      for (const index of editor.def(table).indexes) {
        const columns = index.columns.map(({ name }) => name);
        // The rest of the table may still have the values that come.
        if (!index.unique || !columns.some((name) => page.columns.has(name))) continue;
        await editor.dropIndex(table, index);
        dropped.push(columns);
      }
    }
    const def = editor.def(table);
    const effects: Effect[] = [
      { table: def, kind: "delete", columns: [], before: page.gone, after: [] },
      {
        table: def,
        kind: "update",
        columns: [...page.columns],
        before: page.before,
        after: page.after,
      },
    ];
    editor.wrote();
    await writeRows(setup, effects);
    await waiting.add(page.moved);
    last = rows.at(-1);
    if (rows.length < PAGE_ROWS) break;
  }
  await waiting.end();
  for (const columns of dropped) await editor.createIndex(table, columns, true);
}
