import { keyIn, type MapKey } from "../../schema/key.ts";
import type { StoredRow } from "../../schema/types.ts";
import type { Env, Test } from "../../query/predicate.ts";
import type { Access } from "../access.ts";
import { eachRow } from "../scan.ts";
import { stagesOf } from "../stage.ts";
import type { TableData } from "../table_data.ts";
import type { Changes, RowChange } from "./changes.ts";
import type { Owner } from "./follow.ts";
import { pace } from "./pace.ts";
import { coming, last, type Parts, through } from "./parts.ts";
import type { Result } from "./result.ts";
import { ownConds, ownTest } from "./stage_view.ts";

/** So many rows of an index are looked at in one step. */
const MOST_OF_INDEX = 1_024;

/**
 * Begins a result in short steps, between which others commit:
 *
 *     hashes of lookups -> rows of the table -> stages and groups -> sorted list -> what was missed
 *
 * The rows are those of the moment at which the last of them was read: keys that changed while they were
 * read are left out, and come at the end as they are then. What changes later is noted, and taken in at
 * the end as one commit is. Lookups see other tables as they are; who has looked for what a commit
 * changed looks again at the end.
 */
export class Hydration {
  readonly steps: Iterator<number, void>;
  readonly #parts: Parts;
  readonly #stepRows = pace().stepRows;
  /** Keys that changed while rows were read, and what they are now; undefined at other times. */
  #moved: Map<MapKey, StoredRow | undefined> | undefined;
  /** What became of rows since all were read; undefined before. */
  #missed: Map<MapKey, RowChange> | undefined;
  /** Rows of the result whose children changed. */
  #affected = new Set<Owner>();

  /** Rows of `before` with the same content keep their objects. */
  constructor(parts: Parts, before: Result | undefined) {
    this.#parts = parts;
    this.steps = this.#run(before);
  }

  /** Remembers a commit that came between two steps. */
  note(changes: Changes): void {
    const { stages, includes } = this.#parts;
    for (const { view } of stages) view.note?.(changes);
    for (const owner of includes?.affected(changes) ?? []) this.#affected.add(owner);
    if (!this.#moved && !this.#missed) return;
    for (const change of changes.of(this.#data())) {
      const { key, after } = change;
      const known = this.#missed?.get(key);
      this.#moved?.set(key, after);
      this.#missed?.set(key, known ? { key, before: known.before, after } : change);
    }
  }
  /** The table, without what others hold back in it. */
  #data(): TableData {
    return this.#parts.tables.data(this.#parts.ast.table);
  }

  *#run(before: Result | undefined): Generator<number, void> {
    const { list, stages, includes, plain, access, after } = this.#parts;
    if (plain && list.quick && access && isBuilt(this.#data(), access, after)) {
      list.begin(undefined, before);
      return;
    }
    for (const { view } of stages) if (view.warm) yield* view.warm();
    if (includes) yield* includes.warm();
    const rows = yield* this.#rows();
    yield* list.beginInSteps(yield* plain ? this.#within(rows) : this.#through(rows), before);
    yield* this.#catchUp();
  }

  /** The rows with the conditions on them alone, in any order, as they are after the last step. */
  *#rows(): Generator<number, readonly StoredRow[]> {
    const data = this.#data();
    const { access } = this.#parts.source();
    const [steps] = stagesOf(this.#parts.ast);
    const test: Test = steps ? ownTest(steps) : () => true;
    const few = access && isBuilt(data, access) && fewRows(data, access);
    if (few) {
      this.#missed = new Map();
      return few.filter(test);
    }
    const { removals } = data;
    const moved = this.#moved = new Map<MapKey, StoredRow | undefined>();
    // A list of many rows that grows is copied, and looked through for garbage, again and again.
    const rows: StoredRow[] = new Array(steps && ownConds(steps).length === 0 ? data.size : 0);
    let found = 0;
    let count = 0;
    for (const row of data.values()) {
      if (test(row)) rows[found++] = row;
      if (++count % this.#stepRows > 0) continue;
      yield this.#stepRows;
      this.#data();
    }
    rows.length = found;
    this.#moved = undefined;
    this.#missed = new Map();
    for (const [key, row] of moved) if (row) this.#missed.set(key, coming(key, row));
    if (moved.size === 0 && data.removals === removals) return rows;
    // Who was taken out and put back came twice.
    const known = new Set<MapKey>(moved.keys());
    const others: StoredRow[] = [];
    for (const [i, row] of rows.entries()) {
      const key = keyIn(data.def.key, row);
      if (!known.has(key)) others.push(row);
      known.add(key);
      if (i % this.#stepRows === 0) yield this.#stepRows;
    }
    return others;
  }

  /** Those after the position at which the query begins. */
  *#within(rows: readonly StoredRow[]): Generator<number, readonly Env[]> {
    const { after } = this.#parts;
    if (!after) return rows;
    const found: Env[] = [];
    for (const [i, row] of rows.entries()) {
      if (after(row) > 0) found.push(row);
      if (i % this.#stepRows === 0) yield this.#stepRows;
    }
    return found;
  }
  /** What rows lead to before the list. */
  *#through(rows: readonly StoredRow[]): Generator<number, readonly Env[]> {
    const { stages, ast } = this.#parts;
    const found: Env[] = [];
    let groups: readonly RowChange[] | undefined;
    for (const part of stages) {
      const length = groups ? groups.length : rows.length;
      for (let i = 0; i < length; i += this.#stepRows) {
        const source: readonly RowChange[] = groups?.slice(i, i + this.#stepRows) ??
          rows.slice(i, i + this.#stepRows).map((row) => coming(keyIn(ast.table.key, row), row));
        const envs = part.view.advance(source, undefined, false);
        if (part.groups) part.groups.load(envs);
        else for (const { after } of last(this.#parts, envs)) if (after) found.push(after);
        yield this.#stepRows;
      }
      if (part.groups) groups = yield* part.groups.begin();
    }
    return found;
  }

  /** Takes in what was noted. */
  *#catchUp(): Generator<number, void> {
    const { list } = this.#parts;
    const missed = this.#missed ?? new Map<MapKey, RowChange>();
    for (;;) {
      const source: RowChange[] = [];
      for (const [key, change] of missed) {
        missed.delete(key);
        if (source.push(change) === this.#stepRows) break;
      }
      const envs = through(this.#parts, source, undefined, true);
      const affected = this.#affected;
      this.#affected = new Set();
      if (envs.length > 0 || affected.size > 0) list.advance(envs, affected);
      if (missed.size === 0) return; // nothing comes until the next step
      yield this.#stepRows;
    }
  }
}

/** Whether an access needs no index that has yet to be built, or just a small one. */
function isBuilt(data: TableData, { kind, range, desc }: Access, after?: unknown): boolean {
  if (kind === "key" || data.size <= pace().mostAtOnce) return true;
  if (kind === "scan" && !desc && !after && data.inOrder) return true; // as they came
  return range !== undefined && data.built(range.index);
}

/** What an access reaches, before its residual; undefined when that is much. */
function fewRows(data: TableData, access: Access): StoredRow[] | undefined {
  const rows: StoredRow[] = [];
  const all = eachRow(data, access, (row) => rows.push(row) < MOST_OF_INDEX);
  return all ? rows : undefined;
}
