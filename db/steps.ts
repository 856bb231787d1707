import { keyIn, type MapKey, mapKeyOf } from "../schema/key.ts";
import type { TableDef } from "../schema/table.ts";
import type { StoredRow } from "../schema/types.ts";
import type { Effect } from "../engine/mod.ts";
import type { Answer, Answers, Read, Request } from "./driver.ts";

/** A read with its answer, or a write. */
export interface Step {
  readonly before: Step | undefined;
  /** How many steps there are up to this one. */
  readonly count: number;
  readonly request: Asked | undefined;
  readonly answer: Answer;
  /** Of a write; a read has none. */
  readonly effects: readonly Effect[];
  readonly refused: boolean;
}
/** A read that is remembered. */
export type Asked = Exclude<Read, { ask: "known" | "explain" }>;

const NONE: readonly never[] = [];
/** Up to so many steps a row is looked for in them; then maps by key are kept. */
const FEW = 8;

/**
 * What a transaction has done, in order, and which rows it knows by that. A list linked backwards, as most
 * have few steps, and an array that grows begins with room for 17.
 */
export class Steps {
  last: Step | undefined;
  /** Rows by key as the transaction sees them; made when somebody looks and there are many steps. */
  #rows: Rows | undefined;

  read(request: Asked, answer: Answer): void {
    this.#add(request, answer, NONE, false);
    if (this.#rows) note(this.#rows, request, answer);
  }
  wrote(effects: readonly Effect[], refused: boolean): void {
    this.#add(undefined, undefined, effects, refused);
    if (this.#rows && !refused) note(this.#rows, { ask: "write", effects }, undefined);
  }
  #add(
    request: Asked | undefined,
    answer: Answer,
    effects: readonly Effect[],
    refused: boolean,
  ): void {
    const before = this.last;
    this.last = { before, count: before ? before.count + 1 : 1, request, answer, effects, refused };
  }
  /** Drops what came after a step. */
  backTo(step: Step | undefined): void {
    this.last = step;
    this.#rows = undefined;
  }
  /** From the first on. */
  inOrder(): Step[] {
    const steps: Step[] = [];
    for (let step = this.last; step; step = step.before) steps.push(step);
    return steps.reverse();
  }

  /** The answer to a request by key where the run knows each row. */
  known(request: Request): Answers["keys"] | undefined {
    if (request.ask !== "keys" || !this.last) return undefined;
    const [key] = request.keys;
    if (key && request.keys.length === 1 && this.last.count <= FEW && !this.#rows) {
      const row = this.#find(request.table, mapKeyOf(key));
      return row === null ? undefined : [row];
    }
    const known = (this.#rows ?? this.#rowsAnew()).get(request.table);
    if (!known) return undefined;
    const rows: (StoredRow | undefined)[] = [];
    for (const key of request.keys) {
      const at = mapKeyOf(key);
      const row = known.get(at);
      if (row === undefined && !known.has(at)) return undefined;
      rows.push(row);
    }
    return rows;
  }
  /** A row by key from the steps alone; null where it is not known. */
  #find(table: TableDef, key: MapKey): StoredRow | undefined | null {
    const has = (row: StoredRow) => keyIn(table.key, row) === key;
    for (let step = this.last; step; step = step.before) {
      if (step.refused) continue;
      const { request, effects } = step;
      if (request?.ask === "keys" && request.table === table) {
        const at = request.keys.findIndex((other) => mapKeyOf(other) === key);
        // An answer to keys has a row, or nothing, for each.
        if (at >= 0) return (step.answer as Answers["keys"])[at];
      }
      for (let j = effects.length; j-- > 0;) {
        const effect = effects[j];
        if (effect?.table !== table) continue;
        const row = effect.after.find(has);
        if (row || effect.before.some(has)) return row;
      }
    }
    return null;
  }
  #rowsAnew(): Rows {
    const rows: Rows = new Map();
    for (const step of this.inOrder()) {
      if (step.request) note(rows, step.request, step.answer);
      else if (!step.refused) note(rows, { ask: "write", effects: step.effects }, undefined);
    }
    return this.#rows = rows;
  }
}

type Rows = Map<TableDef, Map<MapKey, StoredRow | undefined>>;

/** Notes which rows are there, by key, after a request that was answered. */
function note(tables: Rows, request: Request, answer: Answer): void {
  if (request.ask === "keys") {
    // An answer to keys has a row, or nothing, for each.
    const found = answer as Answers["keys"];
    const rows = rowsOf(tables, request.table);
    for (let i = 0; i < found.length; i++) rows.set(mapKeyOf(request.keys[i] ?? []), found[i]);
  } else if (request.ask === "write") {
    for (const { table, before, after } of request.effects) {
      const rows = rowsOf(tables, table);
      for (const row of before) rows.set(keyIn(table.key, row), undefined);
      for (const row of after) rows.set(keyIn(table.key, row), row);
    }
  }
}

function rowsOf(tables: Rows, table: TableDef): Map<MapKey, StoredRow | undefined> {
  let rows = tables.get(table);
  if (!rows) tables.set(table, rows = new Map());
  return rows;
}
