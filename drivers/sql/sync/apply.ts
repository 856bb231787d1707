import type { ColumnDef, IndexDef } from "../../../schema/table.ts";
import type { Effect } from "../../../db/driver.ts";
import { uniqueWritten, type Writes } from "../write.ts";
import { violation } from "../sqlite_violation.ts";
import type { SyncClient } from "./client.ts";
import { Failure } from "../failure.ts";

const NONE: readonly never[] = [];

/** How many rows effects write. */
export function rowsWritten(effects: readonly Effect[]): number {
  let count = 0;
  for (const { before, after } of effects) count += Math.max(before.length, after.length);
  return count;
}

/**
 * Writes effects in their order inside a transaction, all or none of them. `true` when each row was
 * written once.
 *
 * @throws {DataError} With code `"constraint"` when a key or unique value is taken.
 */
export function applyEffects(
  client: SyncClient,
  writes: Writes,
  effects: readonly Effect[],
): boolean {
  const [first] = effects;
  // One statement is a step by itself.
  if (first && effects.length === 1 && writes.count(first) < 2) {
    return applyEffect(client, writes, first);
  }
  let once = true;
  step(client, "strata_write", () => {
    for (const effect of effects) once = applyEffect(client, writes, effect) && once;
  });
  return once;
}

/** Runs statements that are all there afterwards or, when one fails, not. */
function step(client: SyncClient, name: string, fn: () => void): void {
  client.run(`SAVEPOINT ${name}`, NONE);
  try {
    fn();
  } catch (error) {
    // Of a failure that took the transaction with it nothing is left to take back.
    if (!(error instanceof Failure && error.fatal)) {
      client.run(`ROLLBACK TO ${name}`, NONE);
      client.run(`RELEASE ${name}`, NONE);
    }
    throw error;
  }
  client.run(`RELEASE ${name}`, NONE);
}

function applyEffect(client: SyncClient, writes: Writes, effect: Effect): boolean {
  const run = () => {
    for (const { text, params } of writes.statements(effect)) client.run(text, params);
  };
  try {
    const one = writes.one(effect);
    if (one) return (client.run(one.text, one.params), true);
    const moving = effect.kind === "update" && effect.after.length > 1
      ? uniqueWritten(effect)
      : NONE;
    if (moving.length > 0) return move(client, writes, effect, moving, run);
    run();
    return true;
  } catch (error) {
    throw violation(error, effect.table);
  }
}

/** Unique values may move from row to row: when they collide on the way, all make room first. */
function move(
  client: SyncClient,
  writes: Writes,
  effect: Effect,
  indexes: readonly IndexDef[],
  run: () => void,
): boolean {
  try {
    step(client, "strata_move", run);
    return true;
  } catch (error) {
    if (!(error instanceof Failure) || error.kind !== "constraint") throw error;
    const columns = new Set<ColumnDef>();
    for (const index of indexes) {
      for (const column of index.columns) {
        if (effect.columns.includes(column.name) && column.type !== "boolean") columns.add(column);
      }
    }
    if (columns.size === 0) throw error;
    for (const { text, params } of writes.vacate(effect, [...columns])) client.run(text, params);
    run();
    return false;
  }
}
