import { DataError, quote } from "../schema/errors.ts";
import { sameValue } from "../schema/compare.ts";
import { keyIn } from "../schema/key.ts";
import type { DraftRow } from "../schema/row.ts";
import type { StoredRow } from "../schema/types.ts";
import type { CommitOptions, Engine, Entry } from "../engine/mod.ts";
import type { RowEntry } from "../engine/commit.ts";

type Step = readonly Entry[];

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
  /** Where what is recorded goes while a step is taken back. */
  #taking: Entry[] | undefined;
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

  record(
    entries: readonly Entry[],
    { origin, kind = "user", source = "local" }: CommitOptions,
  ): void {
    if (this.#taking) {
      this.#taking.push(...entries);
      return;
    }
    if (origin !== undefined || kind !== "user" || source !== "local" || this.#limit === 0) return;
    this.#redo = [];
    const last = this.#undo.at(-1);
    if (this.#checkpoints && this.#open && last) {
      this.#undo[this.#undo.length - 1] = last.concat(entries);
    } else {
      this.#undo.push(entries);
      this.#open = true;
      if (this.#undo.length > this.#limit) this.#undo.shift();
    }
  }

  checkpoint(): void {
    if (!this.#checkpoints) {
      // The first one ends the step that began with the store.
      this.#checkpoints = true;
      if (this.#undo.length > 1) this.#undo = [this.#undo.flat()];
    }
    this.#open = false;
  }

  clear(): void {
    this.#undo = [];
    this.#redo = [];
    this.#open = false;
  }

  undo(): boolean {
    return this.#move(this.#undo, this.#redo);
  }
  redo(): boolean {
    return this.#move(this.#redo, this.#undo);
  }

  #move(from: Step[], to: Step[]): boolean {
    const { inTransaction } = this.#engine;
    if (inTransaction) {
      throw new TypeError(
        "Cannot undo inside a transaction as a step is one of its own: one is open",
      );
    }
    const step = from.at(-1);
    if (!step) return false;
    const taken: Entry[] = [];
    this.#taking = taken;
    try {
      this.#engine.write(() => {
        for (const entry of step.toReversed()) this.#revert(entry);
      });
    } finally {
      this.#taking = undefined;
    }
    from.pop();
    to.push(taken);
    this.#open = false;
    return true;
  }

  #revert(entry: Entry): void {
    if ("value" in entry) {
      const column = this.#engine.schema.values.get(entry.value);
      const now = this.#engine.getValue(entry.value);
      if (column && sameValue(column.type, now, entry.after)) {
        this.#engine.setValue(entry.value, entry.before);
      }
      return;
    }
    const { data, kind } = entry;
    const { def } = data;
    if (kind === "delete") return this.#bringBack(entry);
    const rows: { before: StoredRow; after: StoredRow | undefined }[] = [];
    const written = new Set<string>();
    entry.after.forEach((after, i) => {
      const now = data.get(keyIn(def.key, after));
      const before = entry.before[i];
      if (!now) return;
      const same = (name: string) => {
        const column = def.byName.get(name);
        return column !== undefined && sameValue(column.type, now[name], after[name]);
      };
      if (!before) {
        if (def.columns.every(({ name }) => same(name))) {
          rows.push({ before: now, after: undefined });
        }
        return;
      }
      const next: DraftRow = { ...now };
      const mine = entry.columns.filter(same);
      for (const name of mine) {
        next[name] = before[name];
        written.add(name);
      }
      if (mine.length > 0) rows.push({ before: now, after: next });
    });
    if (rows.length === 0) return;
    const before = rows.map((row) => row.before);
    const after = rows.map((row) => row.after).filter((row) => row !== undefined);
    if (after.length > 0) this.#checkUnique(entry, before, after);
    this.#engine.apply({
      data,
      kind: after.length > 0 ? "update" : "delete",
      columns: [...written],
      before,
      after,
    });
  }

  #bringBack({ data, before }: RowEntry): void {
    const { def } = data;
    const rows = before.filter((row) => !data.get(keyIn(def.key, row)));
    if (rows.length === 0) return;
    this.#checkUnique({ data }, [], rows);
    this.#engine.apply({
      data,
      kind: "insert",
      columns: def.columns.map(({ name }) => name),
      before: [],
      after: rows,
    });
  }

  #checkUnique(
    { data }: Pick<RowEntry, "data">,
    before: readonly StoredRow[],
    after: readonly StoredRow[],
  ): void {
    const index = data.collisionAmong(before, after);
    if (!index) return;
    const columns = index.columns.map(({ name }) => name);
    throw new DataError(
      "constraint",
      `Cannot undo a write to ${
        quote(data.def.name)
      } as unique values are there once: one is taken`,
      {
        ...{ table: data.def.name, columns, rule: "unique" },
      },
    );
  }
}
