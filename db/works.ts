/**
 * What each verb does, as work for a driver: it fetches the rows concerned, has the engine do the verb on
 * them, and writes what came of it. Each verb asks for one write at most, and last.
 *
 * @module
 */
import { DataError } from "../schema/errors.ts";
import { keyValues } from "../schema/key.ts";
import { inputNow, newRow, type Patches, patchRow, readPatch } from "../schema/row.ts";
import type { TableDef } from "../schema/table.ts";
import type { StoredRow } from "../schema/types.ts";
import type { Ast } from "../query/ast.ts";
import { tableUses } from "../query/table_uses.ts";
import {
  checkIf,
  claimAst,
  conflictTarget,
  type Effect,
  givenValues,
  ifAst,
  insertRows,
  type OnConflict,
  patchAll,
  patchSource,
  readOnConflict,
  replaceWhole,
  unmatched,
  upsertRows,
  whereAst,
} from "../engine/mod.ts";
import type { Answer, Answers, Read, Work } from "./driver.ts";
import { type Context, Scratch } from "./scratch.ts";

/** Asks a driver. */
export function* ask<R extends Read>(request: R): Work<Answers[R["ask"]]> {
  return (yield request) as Answers[R["ask"]]; // the answer is of the kind that was asked
}

/** The same as work of its own. No generator, as those are what a transaction spends its time on. */
export class Reading<R extends Read> implements Work<Answers[R["ask"]]> {
  readonly #request: R;
  #asked = false;
  constructor(request: R) {
    this.#request = request;
  }
  next(answer?: Answer): IteratorResult<R, Answers[R["ask"]]> {
    // The answer is of the kind that was asked.
    if (this.#asked) return { done: true, value: answer as Answers[R["ask"]] };
    this.#asked = true;
    return { done: false, value: this.#request };
  }
  throw(error: unknown): never {
    throw error;
  }
  return(value: Answers[R["ask"]]): IteratorResult<R, Answers[R["ask"]]> {
    return { done: true, value };
  }
  [Symbol.iterator](): this {
    return this;
  }
}

const DONE = { done: true, value: undefined } as const;
/** Work that asks for nothing. */
export const NOTHING: Work<void> = {
  next: () => DONE,
  throw(error) {
    throw error;
  },
  return: () => DONE,
  [Symbol.iterator]: () => NOTHING,
};

/** Writes effects, if there are any. */
export function* write(effects: readonly Effect[]): Work<void> {
  if (effects.length > 0) yield { ask: "write", effects };
}

/** Fetches rows by key. */
function* loadKeys(
  scratch: Scratch,
  table: TableDef,
  keys: readonly (readonly unknown[])[],
): Work<void> {
  if (keys.length === 0) return;
  scratch.load(table, yield* ask({ ask: "keys", table, keys }));
}

/** Fetches the rows that have a key or a unique value of new ones. */
function* loadTaken(scratch: Scratch, table: TableDef, rows: readonly StoredRow[]): Work<void> {
  const keys = rows.flatMap((row) => {
    const key = givenValues(table.key, row);
    return key ? [key] : [];
  });
  yield* loadKeys(scratch, table, keys);
  for (const { columns, unique } of table.indexes) {
    if (!unique) continue;
    const values = rows.flatMap((row) => {
      const list = givenValues(columns, row);
      return list ? [list] : [];
    });
    if (values.length === 0) continue;
    scratch.load(table, yield* ask({ ask: "match", table, columns, values }));
  }
}

/** Inserts rows, all or none; gives what is in the table for each. */
export function insertWork(
  context: Context,
  table: unknown,
  inputs: readonly unknown[],
  option: OnConflict = "error",
): () => Work<StoredRow[]> {
  const def = context.table(table);
  readOnConflict(def, option);
  const onConflict = conflictNow(option);
  const rows = Array.from(inputs, (input) => newRow(def, input, context.fresh));
  // Which columns were given says what is updated.
  const given = typeof onConflict === "object" ? inputs.map((input) => inputNow(def, input)) : rows;
  const columns = def.columns.map(({ name }) => name);
  return function* () {
    let refused: unknown;
    if (onConflict === "error") {
      try {
        if (rows.length > 0) {
          const effect = { table: def, kind: "insert", columns, before: [], after: rows } as const;
          yield* write([effect]);
        }
        return [...rows];
      } catch (error) {
        if (!(error instanceof DataError) || error.code !== "constraint") throw error;
        refused = error; // the rows that are there say exactly what is taken
      }
    }
    const scratch = new Scratch(context);
    yield* loadTaken(scratch, def, rows);
    const result = insertRows(scratch, def, given, onConflict, rows);
    if (refused !== undefined) throw refused;
    yield* write(scratch.effects());
    return result;
  };
}

/** The same, of which the caller can change nothing any more. */
function conflictNow(option: OnConflict): OnConflict {
  if (typeof option === "string") return option;
  const { columns, update } = option;
  return { columns: [...columns], update: update === "all" ? update : [...update] };
}

/** Updates the given columns of the row with that key, or the unique columns in `on`; else inserts. */
export function upsertWork(
  context: Context,
  table: unknown,
  rows: readonly unknown[],
  option: readonly string[] | undefined,
): () => Work<StoredRow[]> {
  const def = context.table(table);
  const on = option && [...option];
  const columns = (on && conflictTarget(def, on))?.columns ?? def.key;
  const inputs = Array.from(rows, (input) => inputNow(def, input));
  const values = inputs.flatMap((input) => {
    const list = givenValues(columns, input);
    return list ? [list] : [];
  });
  return function* () {
    const scratch = new Scratch(context);
    if (columns === def.key) yield* loadKeys(scratch, def, values);
    else if (values.length > 0) {
      scratch.load(def, yield* ask({ ask: "match", table: def, columns, values }));
    }
    // Values in between are taken too, where a later row of the batch frees them again.
    if (inputs.length > 1) yield* loadTaken(scratch, def, inputs);
    const result = upsertRows(scratch, def, inputs, on);
    yield* write(scratch.effects());
    return result;
  };
}

/** Puts a whole row in, with defaults for what is left out. */
export function replaceWork(
  context: Context,
  table: unknown,
  input: unknown,
): () => Work<StoredRow> {
  const def = context.table(table);
  const row = newRow(def, input, context.fresh);
  return function* () {
    const scratch = new Scratch(context);
    yield* loadTaken(scratch, def, [row]);
    const result = replaceWhole(scratch, def, input, row);
    yield* write(scratch.effects());
    return result;
  };
}

/** Patches the row with a key; undefined when there is none. */
export function updateWork(
  context: Context,
  table: unknown,
  key: unknown,
  patch: unknown,
  condition: unknown,
): () => Work<StoredRow | undefined> {
  const def = context.table(table);
  const values = keyValues(def, key);
  const source = patchSource(def, patch);
  const wanted = ifAst(def, condition);
  return function* () {
    // As `ask` does, which would be a generator more.
    const [row] = (yield { ask: "keys", table: def, keys: [values] }) as Answers["keys"];
    if (!row) return undefined;
    if (wanted) yield* checkRow(context, def, row, wanted);
    const patches = typeof source === "function" ? source(row) : source;
    const { row: next, columns } = patchRow(def, row, patches);
    if (columns.length === 0) return row;
    // Whether a unique value is taken is the driver's to say.
    const effect = { table: def, kind: "update", columns, before: [row], after: [next] } as const;
    yield { ask: "write", effects: [effect] };
    return next;
  };
}

/** Deletes the row with a key; false when there is none. */
export function deleteWork(
  context: Context,
  table: unknown,
  key: unknown,
  condition: unknown,
): () => Work<boolean> {
  const def = context.table(table);
  const values = keyValues(def, key);
  const wanted = ifAst(def, condition);
  return function* () {
    const [row] = yield* ask({ ask: "keys", table: def, keys: [values] });
    if (!row) return false;
    if (wanted) yield* checkRow(context, def, row, wanted);
    yield* write([{ table: def, kind: "delete", columns: [], before: [row], after: [] }]);
    return true;
  };
}

/**
 * Tests the condition of a compare-and-set, which may look into other tables.
 *
 * @throws {DataError} With code `"conflict"` when the row does not match.
 */
function* checkRow(context: Context, def: TableDef, row: StoredRow, condition: Ast): Work<void> {
  if (tableUses(condition).length === 1) {
    const scratch = new Scratch(context);
    scratch.load(def, [row]);
    return checkIf(scratch, def, row, condition);
  }
  const own = Object.fromEntries(def.key.map(({ name }) => [name, row[name]]));
  const query = { ...condition, steps: [...whereAst(def, own).steps, ...condition.steps] };
  if ((yield* ask({ ask: "count", query })) === 0) throw unmatched(def);
}

/** Patches all rows that match; gives their number. */
export function updateAllWork(
  context: Context,
  table: unknown,
  where: unknown,
  patch: unknown,
): () => Work<number> {
  const def = context.table(table);
  const query = checked(context, whereAst(def, where));
  const patches = readPatch(def, patch);
  return function* () {
    const rows = yield* ask({ ask: "rows", query });
    return (yield* patchWork(context, def, rows, patches)).length;
  };
}

/** Deletes all rows that match; gives their number. */
export function deleteAllWork(
  context: Context,
  table: unknown,
  where: unknown,
): () => Work<number> {
  const def = context.table(table);
  const query = checked(context, whereAst(def, where));
  return function* () {
    const before = yield* ask({ ask: "rows", query });
    if (before.length > 0) {
      yield* write([{ table: def, kind: "delete", columns: [], before, after: [] }]);
    }
    return before.length;
  };
}

/** Patches the first rows of a query and gives them as they are then, in the query's order. */
export function claimWork(
  context: Context,
  query: unknown,
  patch: unknown,
): () => Work<readonly StoredRow[]> {
  const ast = checked(context, claimAst(query));
  const patches = readPatch(ast.table, patch);
  return function* () {
    const rows = yield* ask({ ask: "rows", query: ast });
    return yield* patchWork(context, ast.table, rows, patches);
  };
}

function* patchWork(
  context: Context,
  def: TableDef,
  rows: readonly StoredRow[],
  patches: Patches,
): Work<readonly StoredRow[]> {
  if (rows.length === 0) return rows;
  // Nobody looks the rows up meanwhile, so that they are not taken in.
  const scratch = new Scratch(context);
  const result = patchAll(
    {
      ...{ fresh: scratch.fresh, data: (table) => scratch.data(table) },
      ...{ apply: (entry) => scratch.log(entry), log: (entry) => scratch.log(entry) },
    },
    scratch.data(def),
    rows,
    patches,
  );
  yield* write(scratch.effects());
  return result;
}

/**
 * A query whose tables are all in the schema.
 *
 * @throws {TypeError} When one is not.
 */
export function checked(context: Context, ast: Ast): Ast {
  for (const def of tableUses(ast)) context.table(def);
  return ast;
}
