import { sameValue } from "../schema/compare.ts";
import { keyIn, type MapKey } from "../schema/key.ts";
import type { DraftRow } from "../schema/row.ts";
import type { StoredRow } from "../schema/types.ts";
import type { CommitOptions, Engine, Entry } from "../engine/mod.ts";
import type { TableData } from "../engine/table_data.ts";
import { applyDifference, noDifference } from "./difference.ts";

/** Steps past the limit that may stay until they are dropped together. */
const SPARE = 16;

type Step = Entry[];

/**
 * The steps that can be taken back and done again. A step reverts cell by cell: what another
 * origin has changed since stays as it is.
 *
 *     undo: [ step, step, open step ]    redo: [ what undoing wrote, ... ]
 */
export class UndoLog {
  readonly #engine: Engine;
  readonly #limit: number;
  #undo: Step[] = [];
  #redo: Step[] = [];
  /** With checkpoints a step stays open until the next one. */
  #checkpoints = false;
  #open = false;

  constructor(engine: Engine, limit: number) {
    if (!Number.isSafeInteger(limit) || limit < 0) {
      throw new RangeError(
        "Cannot keep undo steps as their number is a whole one from 0: got another",
      );
    }
    this.#engine = engine;
    this.#limit = limit;
  }

  record(entries: Entry[], options: CommitOptions): void {
    const { origin, kind = "user", source = "local" } = options;
    if (options.taken) return options.taken(entries);
    if (origin !== undefined || kind !== "user" || source !== "local" || this.#limit === 0) return;
    if (this.#redo.length > 0) this.#redo = [];
    const last = this.#undo.at(-1);
    if (this.#checkpoints && this.#open && last) {
      for (const entry of entries) last.push(entry);
      return;
    }
    this.#undo.push(entries);
    this.#open = true;
    // Many at once, since a commit is to cost little.
    if (this.#undo.length >= 2 * this.#limit + SPARE) this.#undo = this.#undo.slice(-this.#limit);
  }

  checkpoint(): void {
    if (!this.#checkpoints) {
      // The first one ends the step that began with the store.
      this.#checkpoints = true;
      if (this.#undo.length > 1) this.#undo = [this.#undo.slice(-this.#limit).flat()];
    }
    this.#open = false;
  }

  clear(): void {
    this.#undo = [];
    this.#redo = [];
    this.#open = false;
  }

  undo(): boolean {
    if (this.#undo.length > this.#limit) this.#undo = this.#undo.slice(-this.#limit);
    return this.#move(this.#undo, this.#redo);
  }
  redo(): boolean {
    return this.#move(this.#redo, this.#undo);
  }

  /**
   * A step that can't be taken back is given up, so that it does not bar the way to earlier ones.
   *
   * @throws {DataError} With code `"constraint"`; nothing was written then.
   */
  #move(from: Step[], to: Step[]): boolean {
    if (this.#engine.inTransaction) {
      throw new TypeError(
        "Cannot undo inside a transaction as a step is one of its own: one is open",
      );
    }
    const step = from.pop();
    if (!step) return false;
    this.#open = false;
    this.#engine.write(
      () => {
        this.#revertValues(step);
        for (const [data, rows] of netRows(step)) this.#revertRows(data, rows);
      },
      // Before listeners hear of it: they may undo and write themselves.
      { taken: (entries) => void to.push(entries) },
      true,
    );
    return true;
  }

  #revertValues(step: Step): void {
    const entries = step.filter((entry) => "value" in entry);
    for (const name of new Set(entries.map(({ value }) => value))) {
      const own = entries.filter(({ value }) => value === name);
      const column = this.#engine.schema.values.get(name);
      const same = column &&
        sameValue(column.type, this.#engine.getValue(name), own.at(-1)?.after);
      if (same) this.#engine.restoreValue(name, own[0]?.before);
    }
  }

  #revertRows(data: TableData, rows: ReadonlyMap<MapKey, Net>): void {
    const { def } = data;
    const difference = noDifference();
    for (const [key, { before, after, columns }] of rows) {
      const now = data.get(key);
      if (before && !after && !now) difference.added.push(before);
      if (!after || !now) continue;
      const mine = def.columns.filter(({ name, type }) => sameValue(type, now[name], after[name]));
      if (!before) {
        if (mine.length === def.columns.length) difference.gone.push(now);
        continue;
      }
      const back = mine.filter(({ name }) => columns.has(name));
      if (back.length === 0) continue;
      const next: DraftRow = { ...now };
      for (const { name } of back) next[name] = before[name];
      difference.changed.push({ before: now, after: next, columns: back.map(({ name }) => name) });
    }
    applyDifference(this.#engine, data, difference);
  }
}

/** What a step did to one row in all: absent before an insert, absent after a delete. */
interface Net {
  readonly before: StoredRow | undefined;
  readonly after: StoredRow | undefined;
  readonly columns: ReadonlySet<string>;
}

function netRows(step: Step): Map<TableData, Map<MapKey, Net>> {
  const tables = new Map<TableData, Map<MapKey, Net>>();
  for (const entry of step) {
    if ("value" in entry) continue;
    const { data, before, after, columns } = entry;
    let rows = tables.get(data);
    if (!rows) tables.set(data, rows = new Map());
    for (let i = 0; i < Math.max(before.length, after.length); i++) {
      const key = keyIn(data.def.key, after[i] ?? before[i] ?? {});
      const known = rows.get(key);
      rows.set(key, {
        before: known ? known.before : before[i],
        after: after[i],
        // A row that went and came again has all its columns from the step.
        columns: new Set(known ? [...known.columns, ...columns] : columns),
      });
    }
  }
  return tables;
}
