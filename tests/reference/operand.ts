import { fromTree } from "../../schema/codec.ts";
import type { Row } from "./model.ts";
import { type Fields, scalarAt } from "./scope.ts";
import type { Scalar } from "./values.ts";

export type Params = ReadonlyMap<string, unknown>;

/** What an operand of a condition means for `row`. */
export function operandValue(operand: unknown, fields: Fields, row: Row, params: Params): Scalar {
  if (isTag(operand, "column")) return scalarAt(fields, row, operand.$[1] as string);
  return literal(filled(operand, params));
}

/** A list operand: written out, or a param that holds it. */
export function operandList(
  operands: unknown,
  fields: Fields,
  row: Row,
  params: Params,
): Scalar[] {
  const list = filled(operands, params) as unknown[];
  return list.map((operand) => operandValue(operand, fields, row, params));
}

/** The value that `with` gives for a param; anything else as it is. */
export function filled(operand: unknown, params: Params): unknown {
  if (!isTag(operand, "param")) return operand;
  const name = operand.$[1] as string;
  if (!params.has(name)) throw new TypeError(`Cannot run a query without the param "${name}"`);
  return params.get(name);
}

/** A scalar from its JSON form, by the one codec: its tags are a stored format. */
export function literal(json: unknown): Scalar {
  // The codec gives what the tag names, and the grammar has tags of scalars alone.
  return fromTree(json) as Scalar;
}

function isTag(value: unknown, tag: string): value is { readonly $: readonly unknown[] } {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, "$")) return false;
  return (value as { $: unknown[] }).$[0] === tag;
}
