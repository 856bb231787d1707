import { quote } from "../../schema/errors.ts";
import { keyIn, type MapKey, mapKeyOf } from "../../schema/key.ts";
import { noteText } from "../../schema/row.ts";
import type { TableDef } from "../../schema/table.ts";
import {
  explainQuery,
  matching,
  prepare,
  redo,
  type RowEntry,
  runQuery,
  TableData,
  type Tables,
  taken,
  windowOf,
} from "../../engine/mod.ts";
import type { Answer, Effect, Read } from "../../db/driver.ts";

/** Tables in memory by name, as a resident driver has them. */
export class ResidentTables implements Tables {
  constructor(readonly byName: Map<string, TableData>) {}

  /** The rows of a table, for the definition that asks. */
  data(def: TableDef): TableData {
    const data = this.byName.get(def.name);
    if (data?.def === def) return data;
    if (!data) throw new Error(`Cannot read ${quote(def.name)} as it was created: it is not there`);
    const own = copyOf(data, def);
    this.byName.set(def.name, own);
    return own;
  }

  /** The answer to a request, but for `known`, which is not about tables. */
  answer(request: Exclude<Read, { ask: "known" }>, source: string): Answer {
    switch (request.ask) {
      case "keys": {
        const data = this.data(request.table);
        return request.keys.map((key) => data.get(mapKeyOf(key)));
      }
      case "match":
        return matching(this.data(request.table), request);
      case "rows":
        return runQuery(this, request.query);
      case "count":
        return prepare(this, request.query).count(windowOf(request.query));
      case "explain":
        return explainQuery(this, request.query, source);
    }
  }

  /**
   * Puts effects in, all or none; gives what takes them back.
   *
   * @throws {DataError} With code `"constraint"` when a key or unique value is taken.
   */
  write(effects: readonly Effect[]): RowEntry[] {
    const done: RowEntry[] = [];
    try {
      for (const effect of effects) {
        const data = this.data(effect.table);
        checkTaken(data, effect);
        const entry = { ...effect, data };
        redo(entry);
        done.push(entry);
      }
    } catch (error) {
      takeBack(done);
      throw error;
    }
    return done;
  }
}

/** A copy of a table, for another definition of it. */
export function copyOf(data: TableData, def: TableDef): TableData {
  const own = new TableData(def);
  data.each((row) => {
    const next = { ...def.template, ...row };
    noteText(def, next);
    own.add(keyIn(def.key, next), next);
    return true;
  });
  return own;
}

/** Takes writes back, the last one first. */
export function takeBack(entries: readonly RowEntry[]): void {
  for (const entry of entries.toReversed()) {
    redo({
      ...entry,
      before: entry.after.toReversed(),
      after: entry.before.toReversed(),
    });
  }
}

/** @throws {DataError} When a key or unique value is taken. */
function checkTaken(data: TableData, { kind, before, after }: Effect): void {
  const { def } = data;
  if (kind === "insert") {
    const keys = new Set<MapKey>();
    for (const row of after) {
      const key = keyIn(def.key, row);
      if (keys.has(key) || data.get(key)) throw taken(def, undefined);
      keys.add(key);
    }
  }
  const index = data.collisionAmong(before, after);
  if (index) throw taken(def, index);
}
