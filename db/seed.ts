import { type MapKey, mapKeyOf } from "../schema/key.ts";
import { acceptValue, newRow } from "../schema/row.ts";
import type { TableDef } from "../schema/table.ts";
import type { StoredRow } from "../schema/types.ts";
import { type Effect, givenValues } from "../engine/mod.ts";
import type { Core } from "./core.ts";
import type { Work } from "./driver.ts";
import { GuardedHold } from "./guarded.ts";
import { coreOf } from "./session_of.ts";
import { valueColumn } from "./values.ts";
import { ask, write } from "./works.ts";

/** What is to be in a database that has nothing in its place. */
export interface Seed {
  /** Rows by table; what of a row is left out is defaulted. */
  readonly rows: ReadonlyMap<TableDef, readonly unknown[]>;
  /** Named values. */
  readonly values: Readonly<Record<string, unknown>>;
}

/**
 * Puts rows and values where there are none, in one commit of kind `"seed"`: a row whose key or unique value
 * is taken is left out, and a value that was set stays. References are not checked, as in all that comes
 * from elsewhere.
 *
 * @throws {TypeError} When a row or value does not fit the schema; nothing is written then.
 * @throws {RangeError} The same.
 * @throws {DataError} With code `"constraint"` when a row breaks a rule.
 */
export async function seedDatabase(db: object, seed: Seed): Promise<void> {
  const core = coreOf(db);
  const rows = [...seed.rows].map(([table, inputs]) => {
    const def = core.table(table);
    return { def, rows: inputs.map((input) => newRow(def, input, core.fresh)) };
  });
  const values = Object.entries(seed.values).map(([name, value]) => ({
    name,
    data: value === null ? null : acceptValue(valueColumn(core.schema, name), value),
  }));
  core.enter();
  try {
    const effects: Effect[] = [];
    const info = core.info({}, effects, { kind: "seed" });
    await new GuardedHold(core.session).commit(info, function* (): Work<void> {
      effects.length = 0; // it may be made again
      for (const { def, rows: list } of rows) {
        add(effects, def, yield* missing(def, list));
      }
      add(effects, core.values, yield* unset(core, values));
      yield* write(effects);
      core.moved(effects);
    });
  } finally {
    core.leave();
  }
}

function add(effects: Effect[], table: TableDef, after: readonly StoredRow[]): void {
  const columns = table.columns.map(({ name }) => name);
  if (after.length > 0) effects.push({ table, kind: "insert", columns, before: [], after });
}

/** The rows whose key and unique values are free; the first of several that ask for one. */
function* missing(table: TableDef, rows: readonly StoredRow[]): Work<readonly StoredRow[]> {
  if (rows.length === 0) return rows;
  const keyOf = (row: StoredRow) => table.key.map(({ name }) => row[name]);
  const there = yield* ask({ ask: "keys", table, keys: rows.map(keyOf) });
  const keys = new Set<MapKey>();
  let free = rows.filter((row, i) => !there[i] && addNew(keys, mapKeyOf(keyOf(row))));
  for (const { columns, unique } of table.indexes) {
    if (!unique || free.length === 0) continue;
    const valuesOf = (row: StoredRow) => givenValues(columns, row);
    const values = free.flatMap((row) => {
      const list = valuesOf(row);
      return list ? [list] : [];
    });
    if (values.length === 0) continue;
    const found = yield* ask({ ask: "match", table, columns, values });
    const taken = new Set<MapKey>(found.map((row) => mapKeyOf(valuesOf(row) ?? [])));
    free = free.filter((row) => {
      const list = valuesOf(row);
      return !list || addNew(taken, mapKeyOf(list));
    });
  }
  return free;
}

/** Named values that were never set. */
function* unset(core: Core, values: readonly StoredRow[]): Work<readonly StoredRow[]> {
  if (values.length === 0) return values;
  const keys = values.map(({ name }) => [name]);
  const there = yield* ask({ ask: "keys", table: core.values, keys });
  return values.filter((_, i) => !there[i]);
}

function addNew(to: Set<MapKey>, key: MapKey): boolean {
  return to.size < to.add(key).size;
}
