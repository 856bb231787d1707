import { acceptValue } from "../../schema/row.ts";
import { quote } from "../../schema/errors.ts";
import { tableDef } from "../../schema/table.ts";
import type { StoredRow, Table } from "../../schema/types.ts";
import { queryValue } from "../../query/query.ts";
import type { Query } from "../../query/mod.ts";
import type { Effect } from "../../engine/mod.ts";
import type { CoreTables } from "../core_tables.ts";
import type { Work } from "../driver.ts";
import { ask } from "../works.ts";

/** Asks for the row with a key. */
export function* rowAt<R, I, K, U>(
  table: Table<R, I, K, U>,
  ...key: readonly string[]
): Work<R | undefined> {
  const [row] = yield* ask({ ask: "keys", table: tableDef(table), keys: [key] });
  return row as R | undefined; // a row of the table
}

/** Asks for the rows with these keys that are there. */
export function* rowsAt<R, I, K, U>(
  table: Table<R, I, K, U>,
  keys: readonly string[],
): Work<readonly R[]> {
  if (keys.length === 0) return [];
  const found = yield* ask({
    ...{ ask: "keys", table: tableDef(table) },
    keys: keys.map((key) => [key]),
  });
  return found.filter((row) => row !== undefined) as readonly R[]; // rows of the table
}

/** Asks for the rows of a query. */
export function* rowsOf<R>(query: Query<R>): Work<readonly R[]> {
  return (yield* ask({ ask: "rows", query: queryValue(query).bound })) as R[]; // as its type says
}

/** What is written at the end of a step. */
export class Writing {
  readonly #effects: Effect[] = [];

  insert<R, I, K, U>(table: Table<R, I, K, U>, ...rows: readonly R[]): void {
    if (rows.length === 0) return;
    const def = tableDef(table);
    const after = rows.map((row) => accepted(table, row));
    const columns = def.columns.map(({ name }) => name);
    this.#effects.push({ table: def, kind: "insert", columns, before: [], after });
  }
  update<R, I, K, U>(table: Table<R, I, K, U>, before: R, patch: Partial<R>): R {
    const after = { ...before, ...patch };
    this.#effects.push({
      ...{ table: tableDef(table), kind: "update", columns: Object.keys(patch) },
      // What is read and written are plain rows.
      ...{ before: [before as StoredRow], after: [accepted(table, after)] },
    });
    return after;
  }
  remove<R, I, K, U>(table: Table<R, I, K, U>, ...rows: readonly R[]): void {
    if (rows.length === 0) return;
    const before = rows as readonly unknown[] as readonly StoredRow[]; // plain rows, as they were read
    this.#effects.push({ table: tableDef(table), kind: "delete", columns: [], before, after: [] });
  }
  *end(): Work<void> {
    if (this.#effects.length > 0) yield { ask: "write", effects: this.#effects };
  }
}

/** A row whose values are as its columns take them; bytes are what they were, uncopied. */
function accepted<R, I, K, U>(table: Table<R, I, K, U>, row: R): StoredRow {
  const values = row as StoredRow; // of a table
  const own: Record<string, unknown> = {};
  for (const column of tableDef(table).columns) {
    const value = values[column.name];
    if (value === undefined) {
      throw new TypeError(`Cannot write ${quote(column.name)} as rows are whole: it is missing`);
    }
    own[column.name] = value instanceof Uint8Array ? value : acceptValue(column, value);
  }
  return own;
}

/** Answers work that only reads, each request at the state that there is then. */
export async function read<T>(tables: CoreTables, make: () => Work<T>): Promise<T> {
  const work = make();
  let step = work.next();
  while (!step.done) {
    const request = step.value;
    if (request.ask === "write") {
      throw new TypeError("Cannot write as this only reads: it asked for a write");
    }
    const answer = tables.ask(request);
    step = work.next(answer instanceof Promise ? await answer : answer);
  }
  return step.value;
}

/** Makes one commit of what work reads and writes at one state. */
export async function commit<T>(tables: CoreTables, make: () => Work<T>): Promise<T> {
  const effects: Effect[] = [];
  return await tables.commit(() => {
    effects.length = 0; // it may be made again
    return noted(make(), effects);
  }, effects);
}
function* noted<T>(work: Work<T>, effects: Effect[]): Work<T> {
  let step = work.next();
  while (!step.done) {
    const request = step.value;
    const answer = yield request;
    if (request.ask === "write") effects.push(...request.effects);
    step = work.next(answer);
  }
  return step.value;
}
