import type { ColumnDef } from "../../../schema/table.ts";
import type { Effect } from "../../../db/driver.ts";
import type { Statement } from "../compile.ts";
import { Failure } from "../failure.ts";
import { uniqueWritten, type Writes } from "../write.ts";
import type { AsyncTransaction } from "./client.ts";
import type { AsyncEngine } from "./engine.ts";

/** The statements of effects, in order. */
export function effectStatements(writes: Writes, effects: readonly Effect[]): Statement[] {
  const statements: Statement[] = [];
  for (const effect of effects) {
    for (const statement of writes.statements(effect)) statements.push(statement);
  }
  return statements;
}

/**
 * Writes effects in their order, all or none of them.
 *
 * @throws {DataError} With code `"constraint"` when a key or unique value is taken.
 */
export async function applyEffects(
  transaction: AsyncTransaction,
  { writes, violation }: AsyncEngine,
  effects: readonly Effect[],
): Promise<void> {
  const statements = effectStatements(writes, effects);
  if (statements.length === 0) return;
  const told = (error: unknown) =>
    error instanceof Failure && error.kind === "constraint"
      ? violation(error, effects.map(({ table }) => table))
      : error;
  try {
    await transaction.run(statements);
  } catch (error) {
    const moves = effects.map(movingColumns);
    if (!(error instanceof Failure) || error.kind !== "constraint") throw error;
    if (moves.every((columns) => columns.length === 0)) throw told(error);
    // Unique values may move from row to row: they collided on the way, so all make room first.
    try {
      await transaction.run(
        effects.flatMap((effect, i) => {
          const columns = moves[i] ?? [];
          const room = columns.length > 0 ? writes.vacate(effect, columns) : [];
          return [...room, ...writes.statements(effect)];
        }),
      );
    } catch (again) {
      throw told(again);
    }
  }
}

/** The columns of an effect whose unique values may move from row to row. */
function movingColumns(effect: Effect): readonly ColumnDef[] {
  if (effect.kind !== "update" || effect.after.length < 2) return [];
  const columns = new Set<ColumnDef>();
  for (const index of uniqueWritten(effect)) {
    for (const column of index.columns) {
      if (effect.columns.includes(column.name) && column.type !== "boolean") columns.add(column);
    }
  }
  return [...columns];
}
