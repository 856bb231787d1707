import { keyIn, type MapKey, tupleKey } from "../../schema/key.ts";
import type { TableDef } from "../../schema/table.ts";
import type { StoredRow } from "../../schema/types.ts";
import type { Cond } from "../../query/ast.ts";
import { type Env, predicate, type Test } from "../../query/predicate.ts";
import { levelOf, prepareStage, type Stage, type StageSteps, type Tables } from "../stage.ts";
import type { TableData } from "../table_data.ts";
import type { Changes, RowChange } from "./changes.ts";
import { Following, type Owner } from "./follow.ts";

/** What became of one row, or one set of joined rows, that a stage lets through. */
export interface EnvChange {
  readonly before: Env | undefined;
  readonly after: Env | undefined;
}

/** Leads from the changes of a stage's source to those of what it gives. */
export interface StageView {
  /** With `noted` what was noted is taken in too. */
  advance(
    source: readonly RowChange[],
    changes: Changes | undefined,
    noted: boolean,
  ): readonly EnvChange[];
  /** Reads in steps what lookups will need; absent where no other table is looked into. */
  warm?(): Generator<number, void>;
  /** Remembers what a commit does to lookups that were made. */
  note?(changes: Changes): void;
}

function hasExists(cond: Cond): boolean {
  if ("items" in cond) return cond.items.some(hasExists);
  return cond.op === "not" ? hasExists(cond.item) : cond.op === "exists";
}

/** The conditions on the source's rows alone. */
export function ownConds({ conds }: StageSteps): Cond[] {
  return conds.filter((cond) => levelOf(cond) === 0 && !hasExists(cond));
}

/** What the source's rows must satisfy by themselves. */
export function ownTest(steps: StageSteps): Test {
  return predicate({ op: "and", items: ownConds(steps) }, false, () => () => true);
}

/** Whether a stage looks at nothing but the rows of its source. */
export function isPlain(steps: StageSteps): boolean {
  return steps.joins.length === 0 && ownConds(steps).length === steps.conds.length;
}

/** Keeps one stage current. */
export function stageView(tables: Tables, steps: StageSteps, paused: boolean): StageView {
  const test = ownTest(steps);
  const all = steps.conds.length === 0;
  if (!isPlain(steps)) return new JoinedView(new Following(tables, paused), steps, test);
  return {
    advance(source) {
      if (all) return source;
      const [only] = source;
      if (only && source.length === 1) {
        const change = tested(only, test);
        return change === only ? source : change ? [change] : NONE;
      }
      return source.flatMap((change) => tested(change, test) ?? NONE);
    },
  };
}

const NONE: readonly EnvChange[] = [];

/** What a condition lets through of a change: itself where that is all. */
function tested(change: EnvChange, test: Test): EnvChange | undefined {
  const { before, after } = change;
  const from = before !== undefined && test(before);
  const to = after !== undefined && test(after);
  if (from && to) return change;
  if (from) return after ? { before, after: undefined } : change;
  if (to) return before ? { before: undefined, after } : change;
  return undefined;
}

/** What one row of the source has led to. */
interface Expanded extends Owner {
  row: StoredRow;
  /** Where each row leads to one at most. */
  env: Env | undefined;
  /** Else by what tells them apart. */
  envs: Map<MapKey, Env> | undefined;
}

/** The one table that a stage joins, where a change in it says by itself what becomes of it. */
interface Direct {
  readonly data: TableData;
  readonly test: Test;
}
function directOf(tables: Tables, { joins, conds }: StageSteps): Direct | undefined {
  const [join] = joins;
  if (!join || joins.length > 1 || join.left || conds.some(hasExists)) return undefined;
  if (new Set(join.on.map(({ column }) => column)).size < join.on.length) return undefined;
  const test = predicate({ op: "and", items: conds }, true, () => () => true);
  return { data: tables.data(join.table), test };
}

/**
 * A stage that looks into other tables. It knows what each row of its source has led to; those
 * that a commit affects are followed through the joins again, and what differs is passed on.
 */
class JoinedView implements StageView {
  readonly #following: Following;
  readonly #test: Test;
  readonly #stage: Stage;
  readonly #tables: readonly TableDef[];
  readonly #direct: Direct | undefined;
  readonly #expanded = new Map<MapKey, Expanded>();
  /** Whether a row leads to one at most. */
  readonly #single: boolean;
  #noted = new Set<Owner>();

  constructor(following: Following, steps: StageSteps, test: Test) {
    this.#following = following;
    this.#test = test;
    this.#tables = steps.joins.map(({ table }) => table);
    const own = ownConds(steps);
    const conds = steps.conds.filter((cond) => !own.includes(cond));
    this.#stage = prepareStage(this.#following, undefined, { ...steps, conds }, []);
    this.#single = this.#stage.lookups.every(({ single }) => single);
    this.#direct = directOf(following, { ...steps, conds });
  }

  warm(): Generator<number, void> {
    return this.#following.warm();
  }
  note(changes: Changes): void {
    for (const owner of this.#following.affected(changes)) this.#noted.add(owner);
  }

  advance(
    source: readonly RowChange[],
    changes: Changes | undefined,
    noted: boolean,
  ): EnvChange[] {
    const affected = changes
      ? this.#following.affected(changes)
      : noted
      ? this.#noted
      : new Set<Owner>();
    if (noted) this.#noted = new Set();
    const found: EnvChange[] = [];
    for (const { key, before, after } of source) {
      // A test costs less than a look into a large map.
      const known = before && this.#test(before) ? this.#expanded.get(key) : undefined;
      if (known) affected.delete(known);
      this.#follow(key, known, after && this.#test(after) ? after : undefined, found);
    }
    if (affected.size === 0) return found;
    if (this.#direct && changes) this.#join(this.#direct, changes, affected, found);
    else {
      for (const { key } of affected) {
        const known = this.#expanded.get(key);
        if (known) this.#follow(key, known, known.row, found);
      }
    }
    return found;
  }

  /** Puts the rows of the joined table that changed to those of the source that look for them. */
  #join(
    { data, test }: Direct,
    changes: Changes,
    affected: ReadonlySet<Owner>,
    found: EnvChange[],
  ): void {
    for (const { before, after } of changes.of(data)) {
      const from = before && this.#following.owners(before);
      const to = after && this.#following.owners(after);
      for (const owner of new Set([...from ?? [], ...to ?? []])) {
        const expanded = affected.has(owner) ? this.#expanded.get(owner.key) : undefined;
        const row = after ?? before;
        if (!expanded || !row) continue;
        const env = [expanded.row, row];
        const at = this.#single ? null : this.#keyOf(env);
        const old = this.#single ? expanded.env : expanded.envs?.get(at);
        const next = to?.has(owner) && test(env) ? env : undefined;
        if (!old && !next) continue;
        found.push({ before: old, after: next });
        if (this.#single) expanded.env = next;
        else if (next) expanded.envs?.set(at, next);
        else expanded.envs?.delete(at);
      }
    }
  }

  #follow(
    key: MapKey,
    known: Expanded | undefined,
    row: StoredRow | undefined,
    found: EnvChange[],
  ): void {
    if (row) {
      const owner = known ?? { key, notes: undefined, row, env: undefined, envs: undefined };
      if (!known) this.#expanded.set(key, owner);
      owner.row = row;
      return this.#single ? this.#followOne(owner, found) : this.#followAll(owner, found);
    }
    if (!known) return;
    this.#following.release(known);
    this.#expanded.delete(key);
    if (known.env) found.push({ before: known.env, after: undefined });
    for (const env of known.envs?.values() ?? []) found.push({ before: env, after: undefined });
  }
  #followOne(owner: Expanded, found: EnvChange[]): void {
    const old = owner.env;
    let env: Env | undefined;
    this.#following.run(owner, () =>
      this.#stage.each([owner.row], (given) => {
        env = this.#copy(given);
        return true;
      }));
    if (old && env && sameRows(old, env)) return;
    owner.env = env;
    if (old && env && this.#keyOf(old) !== this.#keyOf(env)) {
      found.push({ before: undefined, after: env }, { before: old, after: undefined });
    } else if (old || env) found.push({ before: old, after: env });
  }
  #followAll(owner: Expanded, found: EnvChange[]): void {
    const known = owner.envs ?? new Map<MapKey, Env>();
    const envs = new Map<MapKey, Env>();
    this.#following.run(owner, () =>
      this.#stage.each([owner.row], (given) => {
        const env = this.#copy(given);
        const at = this.#keyOf(env);
        const old = known.get(at);
        known.delete(at);
        const kept = old !== undefined && sameRows(old, env);
        if (!kept) found.push({ before: old, after: env });
        envs.set(at, kept ? old : env);
        return true;
      }));
    for (const env of known.values()) found.push({ before: env, after: undefined });
    owner.envs = envs;
  }
  /** The array of a joined row is used again. */
  #copy(given: Env): Env {
    return this.#stage.joined && Array.isArray(given) ? [...given] : given;
  }

  /** Tells the joined rows of one row of the source from each other. */
  #keyOf(env: Env): MapKey {
    if (!this.#stage.joined) return null;
    // With joins an Env is an array of one row a slot.
    const rows = env as readonly (StoredRow | null)[];
    const keys = this.#tables.map(({ key }, i) => {
      const row = rows[i + 1];
      return row ? keyIn(key, row) : null;
    });
    return tupleKey(keys);
  }
}

function sameRows(a: Env, b: Env): boolean {
  return a === b ||
    Array.isArray(a) && Array.isArray(b) && a.every((row, i) => row === b[i]);
}
