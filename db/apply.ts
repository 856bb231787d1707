import { mapKeyOf } from "../schema/key.ts";
import type { TableDef } from "../schema/table.ts";
import type { StoredRow } from "../schema/types.ts";
import {
  checkFormat,
  type CommitRecord,
  type Effect,
  keyOfRecord,
  recordEffect,
  valueOfRecord,
} from "../engine/mod.ts";
import type { Work } from "./driver.ts";
import { GuardedHold } from "./guarded.ts";
import { coreOf } from "./session_of.ts";
import { ask } from "./works.ts";

/** What goes makes room for what comes; what is changed makes room for what is new. */
const ORDER = ["delete", "evict", "update", "insert"] as const;

/**
 * Applies a record as one commit of a database; the one place for what comes from elsewhere. Effects
 * alone: nothing is defaulted, cascaded or checked against references again.
 *
 * @returns Whether it was applied: false when its id was before.
 * @throws {DataError} With code `"corrupt"` when it names what the schema has not, `"constraint"`
 * when a unique value is taken; nothing is written then.
 */
export async function applyRecord(db: object, record: CommitRecord): Promise<boolean> {
  const core = coreOf(db);
  checkFormat(record);
  core.enter();
  try {
    const effects: Effect[] = [];
    const info = core.info({}, effects, { ...headOf(record), source: "remote" });
    const { value } = await new GuardedHold(core.session).commit(info, function* (): Work<boolean> {
      effects.length = 0; // it may be made again
      if (yield* ask({ ask: "known", id: record.id })) return false;
      effects.push(...merged([...yield* rowEffects(), ...yield* valueEffects()]));
      yield { ask: "write", effects }; // also of nothing, so that its id is known from now on
      core.moved(effects);
      return true;
    });
    return value;
  } finally {
    core.leave();
  }

  function* rowEffects(): Work<Effect[]> {
    const rows = record.rows.map((row) => ({ row, ...keyOfRecord(core.schema, row) }));
    const found = new Map<TableDef, Map<unknown, StoredRow | undefined>>();
    for (const table of new Set(rows.map(({ def }) => def))) {
      const keys = rows.filter(({ def }) => def === table).map(({ key }) => key);
      const there = yield* ask({ ask: "keys", table, keys });
      found.set(table, new Map(keys.map((key, i) => [mapKeyOf(key), there[i]])));
    }
    return rows.flatMap(({ row, def, key }) =>
      recordEffect(def, key, found.get(def)?.get(mapKeyOf(key)), row) ?? []
    );
  }
  function* valueEffects(): Work<Effect[]> {
    const table = core.values;
    const effects: Effect[] = [];
    for (const [id, data] of record.values) {
      const name = valueOfRecord(core.schema, id);
      const [before] = yield* ask({ ask: "keys", table, keys: [[name]] });
      const after = [{ name, data }];
      effects.push(
        before
          ? { table, kind: "update", columns: ["data"], before: [before], after }
          : { table, kind: "insert", columns: ["name", "data"], before: [], after },
      );
    }
    return effects;
  }
}

function headOf({ id, kind, origin, time }: CommitRecord) {
  return { id, kind, origin, time };
}

/** One effect for each table and kind, so that unique values may move among its rows. */
function merged(effects: readonly Effect[]): Effect[] {
  const groups = new Map<string, Effect & { before: StoredRow[]; after: StoredRow[] }>();
  for (const kind of ORDER) {
    for (const effect of effects) {
      if (effect.kind !== kind) continue;
      const name = `${kind} ${effect.table.name}`;
      const group = groups.get(name);
      if (group) {
        group.before.push(...effect.before);
        group.after.push(...effect.after);
        const columns = [...new Set([...group.columns, ...effect.columns])];
        groups.set(name, { ...group, columns });
      } else {
        groups.set(name, { ...effect, before: [...effect.before], after: [...effect.after] });
      }
    }
  }
  return [...groups.values()];
}
