import { DataError, quote } from "./errors.ts";
import type { StandardSchema } from "./types.ts";

/**
 * What a Standard Schema validator makes of `value`.
 *
 * @throws {DataError} With code `"constraint"`, rule `"validate"` and the issues.
 * @throws {TypeError} When the validator answers with a promise or with something else than
 * the specification has.
 */
export function runValidator(
  schema: StandardSchema<unknown>,
  value: unknown,
  table: string,
  columns: readonly string[],
): unknown {
  const result = schema["~standard"].validate(value);
  const names = table === "" ? columns : [table, ...columns]; // a value of the schema has no table
  const where = names.map(quote).join(".");
  if (
    typeof result !== "object" || result === null || result instanceof Promise || "then" in result
  ) {
    Promise.resolve(result).catch(() => {}); // nobody asks any more
    throw new TypeError(`Cannot validate ${where} as a validator answers at once: got a promise`);
  }
  if ("issues" in result && Array.isArray(result.issues)) {
    throw new DataError(
      "constraint",
      `Cannot write ${where} as its validator must accept it: ${result.issues.length} issues found`,
      { ...(table !== "" && { table }), columns, rule: "validate", issues: result.issues },
    );
  }
  return "value" in result ? result.value : undefined;
}
