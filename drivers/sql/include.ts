import { type MapKey, mapKey, tupleKey } from "../../schema/key.ts";
import { jsonRank } from "../../schema/json_value.ts";
import type { StoredRow } from "../../schema/types.ts";
import type { Ast, Cond, Ref, Step } from "../../query/ast.ts";
import type { Asking } from "./asking.ts";

type Include = Extract<Step, { kind: "include" }>;

/** Whether a value can be equal to one at the child's path; values of JSON have any type. */
function fits({ type }: Ref, value: unknown): boolean {
  if (value === null || value === undefined) return false;
  if (type === "text") return typeof value === "string";
  if (type === "boolean") return typeof value === "boolean";
  return type !== "integer" && type !== "real" || typeof value === "number";
}

/** The values of one parent or child as a Map key; undefined when they join nothing. */
function keyOf({ on }: Include, values: readonly unknown[]): MapKey | undefined {
  const whole = on.every(({ child, ref }, i) =>
    fits(child, values[i]) && (ref.type !== "json" || jsonRank(values[i]) < 5)
  );
  if (!whole) return undefined;
  return values.length === 1 ? mapKey(values[0]) : tupleKey(values);
}

/** The children that some parents may have, whose values at the paths of `on` are given. */
export function childrenOf({ on, query }: Include, parents: readonly (readonly unknown[])[]): Ast {
  const conds = on.map(({ child }, i): Cond => ({
    op: "in",
    ref: child,
    list: parents.map((values) => ({ kind: "value", value: values[i] })),
  }));
  const where: Step = { kind: "where", cond: { op: "and", items: conds } };
  return { ...query, steps: [...query.steps, where] };
}

/** The includes of the last stage; their children have values of the parent at the paths of `on`. */
export function includesOf(ast: Ast): Include[] {
  if (ast.distinct && ast.select) return [];
  let includes: Include[] = [];
  for (const step of ast.steps) {
    if (step.kind === "group") includes = [];
    else if (step.kind === "include") includes.push(step);
  }
  return includes;
}

/** A child with its values at the paths of `on`. */
interface Child {
  readonly row: StoredRow;
  readonly extra: readonly unknown[];
}

/**
 * The children of all parents, whose values at the paths of `on` are given, by one more query:
 * `ask` gives those that any of them has, in order, and in the window that counts for each.
 */
export function* dealChildren(
  step: Include,
  parents: readonly (readonly unknown[])[],
  ask: (children: Ast) => Asking<readonly Child[]>,
): Asking<StoredRow[][]> {
  const keys = parents.map((values) => keyOf(step, values));
  const wanted = parents.filter((_, i) => keys[i] !== undefined);
  if (wanted.length === 0) return parents.map(() => []);
  const found = yield* ask(childrenOf(step, wanted));
  const dealt = new Map<MapKey, StoredRow[]>();
  for (const { row, extra } of found) {
    const key = keyOf(step, extra);
    if (key === undefined) continue;
    const list = dealt.get(key);
    if (list) list.push(row);
    else dealt.set(key, [row]);
  }
  return keys.map((key) => (key === undefined ? undefined : dealt.get(key)) ?? []);
}
