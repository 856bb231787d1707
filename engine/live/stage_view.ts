import { keyIn, type MapKey, tupleKey } from "../../schema/key.ts";
import type { TableDef } from "../../schema/table.ts";
import type { StoredRow } from "../../schema/types.ts";
import type { Cond } from "../../query/ast.ts";
import { type Env, predicate, type Test } from "../../query/predicate.ts";
import { levelOf, prepareStage, type Stage, type StageSteps, type Tables } from "../stage.ts";
import type { Changes, RowChange } from "./changes.ts";
import { Following } from "./follow.ts";

/** What became of one row, or one set of joined rows, that a stage lets through. */
export interface EnvChange {
  readonly before: Env | undefined;
  readonly after: Env | undefined;
}

/** Leads from the changes of a stage's source to those of what it gives. */
export interface StageView {
  advance(source: readonly RowChange[], changes: Changes | undefined): EnvChange[];
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

/** Keeps one stage current; `key` is that of a root's table, absent for groups. */
export function stageView(tables: Tables, steps: StageSteps): StageView {
  const test = ownTest(steps);
  if (!isPlain(steps)) return new JoinedView(tables, steps, test);
  return {
    advance(source) {
      const changes: EnvChange[] = [];
      for (const { before, after } of source) {
        const [from, to] = [before && test(before), after && test(after)];
        if (from || to) {
          changes.push({ before: from ? before : undefined, after: to ? after : undefined });
        }
      }
      return changes;
    },
  };
}

/** What one row of the source has led to. */
interface Expanded {
  readonly row: StoredRow;
  readonly envs: readonly Env[];
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
  readonly #expanded = new Map<MapKey, Expanded>();

  constructor(tables: Tables, steps: StageSteps, test: Test) {
    this.#following = new Following(tables);
    this.#test = test;
    this.#tables = steps.joins.map(({ table }) => table);
    const own = ownConds(steps);
    const conds = steps.conds.filter((cond) => !own.includes(cond));
    this.#stage = prepareStage(this.#following, undefined, { ...steps, conds }, []);
  }

  advance(source: readonly RowChange[], changes: Changes | undefined): EnvChange[] {
    const affected = changes ? this.#following.affected(changes) : new Set<MapKey>();
    const found: EnvChange[] = [];
    for (const { key, after } of source) {
      affected.delete(key);
      this.#follow(key, after && this.#test(after) ? after : undefined, found);
    }
    for (const key of affected) this.#follow(key, this.#expanded.get(key)?.row, found);
    return found;
  }

  #follow(key: MapKey, row: StoredRow | undefined, found: EnvChange[]): void {
    const before = this.#expanded.get(key)?.envs ?? [];
    if (!row) {
      this.#following.release(key);
      this.#expanded.delete(key);
      for (const env of before) found.push({ before: env, after: undefined });
      return;
    }
    const envs: Env[] = [];
    const { joined } = this.#stage;
    this.#following.run(key, () =>
      // The array of a joined row is used again.
      this.#stage.each(
        [row],
        (env) => envs.push(joined && Array.isArray(env) ? [...env] : env) > 0,
      ));
    const known = new Map(before.map((env) => [this.#keyOf(env), env]));
    envs.forEach((env, i) => {
      const at = this.#keyOf(env);
      const old = known.get(at);
      known.delete(at);
      if (old && sameRows(old, env)) envs[i] = old;
      else found.push({ before: old, after: env });
    });
    for (const env of known.values()) found.push({ before: env, after: undefined });
    this.#expanded.set(key, { row, envs });
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
