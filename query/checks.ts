import { quote } from "../schema/errors.ts";
import { checkName } from "../schema/names.ts";
import type { Count, Ref } from "./ast.ts";
import { ParamValue } from "./operators.ts";
import { checkCount } from "./resolve.ts";
import type { Shape } from "./shape.ts";

/** @throws {TypeError} When an alias breaks the rules of names, or is taken. */
export function checkAlias(shape: Shape, as: string): void {
  checkName("alias", as);
  if (shape.has(as)) {
    throw new TypeError(
      `Cannot name ${quote(as)} as an alias is a new name: it is taken, case apart`,
    );
  }
}
/** Each path once. */
export function uniqueRefs(refs: readonly Ref[]): Ref[] {
  return [...new Map(refs.map((ref) => [ref.path, ref])).values()];
}
/** @throws {TypeError} When a path leads to rows, which make no group. */
export function groupRef(shape: Shape, path: unknown): Ref {
  const ref = shape.resolve(path);
  if (ref.type !== "row" && ref.type !== "rows") return ref;
  throw new TypeError(
    `Cannot group by ${quote(ref.path)} as groups have values: the path leads to ${ref.type}`,
  );
}
/** @throws {TypeError} When a path lies inside another one. */
export function checkNesting(refs: readonly Ref[]): void {
  for (const { path } of refs) {
    if (refs.some((other) => path.startsWith(`${other.path}.`))) {
      throw new TypeError(`Cannot group by ${quote(path)} as no path lies inside another: it does`);
    }
  }
}
/** A number of rows, or a param for it. */
export function countOf(verb: string, n: unknown): Count {
  if (n instanceof ParamValue) return { param: n.name };
  return checkCount(verb, n);
}
