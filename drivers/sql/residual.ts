import { type MapKey, tupleKey } from "../../schema/key.ts";
import { type DraftRow, noteText } from "../../schema/row.ts";
import type { StoredRow } from "../../schema/types.ts";
import type { Ast, Ref } from "../../query/ast.ts";
import { type Env, getter, predicate, type Test } from "../../query/predicate.ts";
import { putAt } from "../../engine/group.ts";
import { windowOf } from "../../engine/window.ts";
import { Unpushable } from "./asking.ts";
import type { Compiled, Plan } from "./compile.ts";
import type { Cells } from "./decode.ts";
import type { Assemble } from "./output.ts";
import { sqlStages } from "./stage.ts";

/** Rows that passed what was left of a query's conditions, and how they become its result. */
export interface Kept {
  readonly cells: readonly Cells[];
  readonly assemble: Assemble;
}

/**
 * Tests in memory what the statement could not, and then takes the window, which counts for each
 * `share` if there is one.
 *
 * @throws {Unpushable} When a condition needs another table.
 */
export function testLeft(
  ast: Ast,
  compiled: Compiled,
  all: readonly Cells[],
  share: readonly Ref[] | undefined,
): Kept {
  const test = leftTest(compiled);
  const envs = new Map<Cells, Env>();
  for (const cells of all) {
    const env = envOf(compiled.plan, cells);
    if (test(env)) envs.set(cells, env);
  }
  const output = envOutput(ast, compiled.plan);
  return {
    cells: windowed(
      [...envs.keys()],
      ast,
      (cells) => share ? sharing(compiled.plan, share, cells) : null,
    ),
    assemble: (cells, kids) => output(envs.get(cells) ?? {}, kids),
  };
}

/** Whether an Env of a compiled query fulfils what was left. */
function leftTest({ left, plan }: Compiled): Test {
  return predicate({ op: "and", items: left }, plan.slots.length > 1, () => {
    throw new Unpushable("Cannot test exists as it needs another table: it was left");
  });
}

/** The part of some rows that a window leaves, which counts for each share of its own. */
function windowed(rows: readonly Cells[], ast: Ast, shareOf: (row: Cells) => MapKey): Cells[] {
  const { offset, limit } = windowOf(ast);
  const seen = new Map<MapKey, number>();
  return rows.filter((row) => {
    const share = shareOf(row);
    const place = seen.get(share) ?? 0;
    seen.set(share, place + 1);
    return place >= offset && place < offset + limit;
  });
}

/** The values at the paths by which a window is shared; they come first of what is extra. */
function sharing({ extra }: Plan, share: readonly Ref[], cells: Cells): MapKey {
  return tupleKey(share.map((_, i) => extra[i]?.(cells)));
}

function envOf({ envs, slots }: Plan, cells: Cells): Env {
  const rows = envs.map((read, slot) => {
    // What reads a slot gives a row of its table, or null.
    const row = read(cells) as StoredRow | null;
    const def = slots[slot]?.table;
    if (row && def) noteText(def, row);
    return row;
  });
  return slots.length > 1 ? rows : rows[0] ?? {};
}

/** The shape of the result from whole rows. */
function envOutput(
  ast: Ast,
  { slots }: Plan,
): (env: Env, kids: readonly (readonly StoredRow[])[]) => StoredRow {
  const { select } = ast;
  const { joins = [], includes = [] } = sqlStages(ast).at(-1) ?? {};
  const joined = slots.length > 1;
  const row = (env: Env, slot: number): unknown => {
    // With joins an Env is an array of one row a slot, else the row itself.
    return joined ? (env as readonly unknown[])[slot] : env;
  };
  const include = (as: string) => includes.findIndex((step) => step.as === as);
  return (env, kids) => {
    if (!select) {
      // A row, as any slot gives; an assignment would take `__proto__` for the prototype.
      const result: DraftRow = { ...row(env, 0) as StoredRow | null };
      for (const { as, slot } of joins) putAt(result, [as], row(env, slot));
      includes.forEach(({ as }, i) => putAt(result, [as], kids[i] ?? []));
      return result;
    }
    const result: DraftRow = {};
    for (const { ref, to } of select) {
      putAt(
        result,
        to,
        ref.type === "rows" ? kids[include(ref.path)] ?? [] : getter(ref, joined)(env),
      );
    }
    return result;
  };
}
