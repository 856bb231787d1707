import { copy, fromTree, toTree } from "../schema/codec.ts";
import { DataError, quote } from "../schema/errors.ts";
import { sameValue } from "../schema/compare.ts";
import { isPlainObject } from "../schema/json_value.ts";
import { keyIn, type MapKey } from "../schema/key.ts";
import { newRow } from "../schema/row.ts";
import type { StoredRow } from "../schema/types.ts";
import type { Engine } from "../engine/mod.ts";
import type { TableData } from "../engine/table_data.ts";
import { applyDifference, noDifference } from "./difference.ts";

/** All rows in key order and all values, as plain JSON data. */
export function storeToJSON(engine: Engine): unknown {
  const { tables, values, version } = engine.schema;
  return {
    strata: 1,
    version,
    tables: Object.fromEntries(tables.map((def) => {
      const rows: unknown[] = [];
      const order = engine.data(def).order();
      order.each(0, order.end, false, (row) => rows.push(toTree(copy(row))) > 0);
      return [def.name, rows];
    })),
    values: Object.fromEntries(
      Array.from(values.keys(), (name) => [name, toTree(copy(engine.getValue(name)))]),
    ),
  };
}

function bad(state: string): SyntaxError {
  return new SyntaxError(`Cannot read the data of a store as toJSON wrote it: ${state}`);
}

function objectOf(value: unknown, what: string): Readonly<Record<string, unknown>> {
  if (isPlainObject(value)) return value;
  throw bad(`${what} is no object`);
}

/**
 * Puts data in the place of all rows and values, in one commit that holds the differences alone.
 *
 * Data of an older version is taken where its rows fit the schema, with defaults for what is new.
 *
 * @throws {SyntaxError} When the shape is not that of `toJSON`.
 * @throws {DataError} With code `"version"` when the data is newer, `"constraint"` when a row breaks a rule.
 */
export function storeFromJSON(engine: Engine, json: unknown): void {
  engine.check();
  if (engine.inTransaction) {
    throw new TypeError(
      "Cannot read the data of a store as it replaces all: a transaction is open",
    );
  }
  const { strata, version, tables, values = {} } = objectOf(json, "it");
  if (strata !== 1 || typeof version !== "number") throw bad("its version is unknown");
  if (version > engine.schema.version) {
    throw new DataError(
      "version",
      "Cannot read the data of a store as it is not newer than the schema: it is",
    );
  }
  const byTable = objectOf(tables, "the tables");
  const other = Object.keys(byTable).find((name) => !engine.schema.byName.has(name));
  if (other !== undefined) throw bad(`the table ${quote(other)} is unknown`);
  const read = engine.schema.tables.map((def) => {
    const list = Object.hasOwn(byTable, def.name) ? byTable[def.name] : [];
    if (!Array.isArray(list)) throw bad(`the rows of ${quote(def.name)} are no list`);
    return {
      data: engine.data(def),
      rows: list.map((row: unknown) => newRow(def, fromTree(row), engine.fresh)),
    };
  });
  engine.write(() => {
    for (const { data, rows } of read) putRows(engine, data, rows);
    const named = objectOf(values, "the values");
    for (const [name, { type }] of engine.schema.values) {
      if (!Object.hasOwn(named, name)) continue;
      const value = fromTree(named[name]);
      if (value === undefined || sameValue(type, value, engine.getValue(name))) continue;
      engine.restoreValue(name, value);
    }
  }, { kind: "seed" });
}

function putRows(engine: Engine, data: TableData, rows: readonly StoredRow[]): void {
  const { def } = data;
  const wanted = new Map<MapKey, StoredRow>(rows.map((row) => [keyIn(def.key, row), row]));
  if (wanted.size < rows.length) throw bad(`a key of ${quote(def.name)} comes twice`);
  const columns = def.columns.filter((column) => !def.key.includes(column)).map(({ name }) => name);
  const difference = noDifference();
  data.each((row) => {
    const key = keyIn(def.key, row);
    const next = wanted.get(key);
    if (!next) difference.gone.push(row);
    else if (!def.columns.every(({ name, type }) => sameValue(type, row[name], next[name]))) {
      difference.changed.push({ before: row, after: next, columns });
    }
    wanted.delete(key);
    return true;
  });
  for (const row of wanted.values()) difference.added.push(row);
  applyDifference(engine, data, difference);
}
