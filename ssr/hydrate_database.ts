import type { Database } from "../db/mod.ts";
import { seedDatabase } from "../db/seed.ts";
import { coreOf } from "../db/session_of.ts";
import {
  LiveResult,
  LiveSteps,
  queryName,
  rowName,
  Start,
  startsOf,
  valueName,
} from "../engine/mod.ts";
import { rowKeys } from "../db/live_rows.ts";
import { fromTree } from "../schema/codec.ts";
import { isPlainObject } from "../schema/json_value.ts";
import { keyOf } from "../schema/key.ts";
import type { SchemaDef } from "../schema/open.ts";
import type { TableDef } from "../schema/table.ts";
import type { StoredRow } from "../schema/types.ts";
import { readQuery } from "../query/parse.ts";
import { type QueryValue, tableQuery } from "../query/query.ts";
import type { Item } from "./page.ts";
import { addRow, collectWholeRows, type RowsByTable } from "./whole_rows.ts";

/** Seeds a database with dehydrated items, and has its live queries begin with them. */
export async function hydrateDatabase(db: Database, items: readonly Item[]): Promise<void> {
  const core = coreOf(db);
  core.check();
  const { schema } = core;
  const rows: RowsByTable = new Map();
  const values: [string, unknown][] = [];
  const begins: Begin[] = [];
  for (const { kind, value, query, table, of } of items) {
    if (kind === "store") collectStore(schema, value, rows, values);
    else if (kind === "value") {
      if (value !== null) values.push([String(of), value]);
      begins.push({ name: valueName(String(of)), value });
    } else if (kind === "row") {
      const def = schema.byName.get(String(table));
      if (!def || !isPlainObject(value)) continue; // there was none
      addRow(def, value, rows);
      begins.push({ name: rowName(def, keyOf(def, value)), value });
    } else if (kind === "rows" || kind === "count") {
      const asked = readQuery(schema, query);
      if (kind === "rows" && Array.isArray(value)) collectWholeRows(asked.ast, value, rows);
      const name = queryName(kind, asked.hash);
      begins.push({ name, value: kind === "rows" ? rowsOf(asked, value) : value, on: asked });
    }
  }
  const knew = await knownTables(db, begins);
  await seedDatabase(db, { rows, values: Object.fromEntries(values) });
  const starts = startsOf(core);
  for (const { name, value, on } of begins) {
    starts.set(name, new Start(value, on !== undefined && !knew.has(on.ast.table)));
  }
}

/** What a live result begins with. */
interface Begin {
  readonly name: string;
  readonly value: unknown;
  /** The query, where it is the result of one. */
  readonly on?: QueryValue;
}

/** The tables in which the database had rows of its own before. */
async function knownTables(
  db: Database,
  begins: readonly Begin[],
): Promise<ReadonlySet<TableDef>> {
  const known = new Set<TableDef>();
  for (const table of new Set(begins.flatMap(({ on }) => on?.ast.table ?? []))) {
    // The builder has all the methods; the types it carries are phantom.
    if (await db.has(tableQuery(table) as never)) known.add(table);
  }
  return known;
}

function rowsOf({ ast }: QueryValue, value: unknown): LiveResult {
  // What was dehydrated as rows is a list of them.
  const rows = value as readonly StoredRow[];
  const known = { rows, keys: () => rowKeys(ast)(rows) };
  return new LiveResult(new LiveSteps(), rows.length, known);
}

/** The rows and values of a store, as its `toJSON` gave them. */
function collectStore(
  schema: SchemaDef,
  json: unknown,
  into: RowsByTable,
  values: [string, unknown][],
): void {
  if (!isPlainObject(json)) return;
  for (const [name, list] of Object.entries(isPlainObject(json["tables"]) ? json["tables"] : {})) {
    const def = schema.byName.get(name);
    if (!def || !Array.isArray(list)) continue; // a database may have fewer tables
    for (const row of list.map(fromTree)) if (isPlainObject(row)) addRow(def, row, into);
  }
  for (const [name, tree] of Object.entries(isPlainObject(json["values"]) ? json["values"] : {})) {
    const value = fromTree(tree);
    if (schema.values.has(name) && value !== null) values.push([name, value]);
  }
}
