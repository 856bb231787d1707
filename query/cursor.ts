import { decode, encode } from "../schema/codec.ts";
import { quote } from "../schema/errors.ts";
import { isPlainObject, jsonRank } from "../schema/json_value.ts";
import type { Ast, Ref } from "./ast.ts";
import { hashText } from "./hash.ts";
import { resultNames, totalOrder } from "./order.ts";
import { checkOperand } from "./resolve.ts";

/** What a cursor belongs to: the same table in the same order. */
function orderHash(ast: Ast): string {
  const order = totalOrder(ast).map(({ ref, desc }) => [ref.path, desc]);
  return hashText(JSON.stringify([ast.table.name, order])).slice(0, 8);
}

/**
 * The values of the total order's columns in a row of the query's result.
 *
 * @throws {TypeError} When the row lacks one of them, or is none.
 */
export function rowPosition(ast: Ast, row: unknown): readonly unknown[] {
  return totalOrder(ast).map(({ ref }) => {
    let value: unknown = row;
    for (const name of resultNames(ast, ref) ?? [""]) {
      if (value === null) break;
      const inside: unknown = isPlainObject(value) && Object.hasOwn(value, name)
        ? value[name]
        : undefined;
      // What is missing inside JSON is null; elsewhere the row is not one of this query.
      value = inside === undefined && ref.json.length > 0 && value !== row ? null : inside;
      if (value === undefined) {
        throw new TypeError(
          `Cannot page after a row as it has all columns of the order: ${
            quote(ref.path)
          } is missing`,
        );
      }
    }
    return checkPart(ref, value);
  });
}

/** What is no scalar inside JSON has a place in the order too. */
function checkPart(ref: Ref, value: unknown): unknown {
  return ref.type === "json" && jsonRank(value) === 5 ? value : checkOperand(ref, value);
}

/**
 * Checks the values of a position that came from outside.
 *
 * @throws {TypeError} When they are not those of the query's order.
 */
export function checkPosition(ast: Ast, values: readonly unknown[]): readonly unknown[] {
  const order = totalOrder(ast);
  if (values.length !== order.length) {
    throw new TypeError(
      `Cannot page after a position as it has ${order.length} values: got ${values.length}`,
    );
  }
  return order.map(({ ref }, i) => checkPart(ref, values[i]));
}

/** Text of the URL-safe base64 alphabet. */
function toBase64Url(text: string): string {
  let units = "";
  for (const byte of new TextEncoder().encode(text)) units += String.fromCharCode(byte);
  return btoa(units).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** A position as text; see {@linkcode parseCursor}. */
export function writeCursor(ast: Ast, values: readonly unknown[]): string {
  return toBase64Url(encode([orderHash(ast), ...values]));
}

/**
 * The position that a cursor holds.
 *
 * @throws {SyntaxError} When the text is no cursor of a query in this order.
 */
export function parseCursor(ast: Ast, cursor: string): readonly unknown[] {
  try {
    const units = atob(cursor.replaceAll("-", "+").replaceAll("_", "/"));
    const bytes = Uint8Array.from(units, (unit) => unit.charCodeAt(0));
    const parts = decode(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    if (Array.isArray(parts) && parts[0] === orderHash(ast)) {
      return checkPosition(ast, parts.slice(1));
    }
  } catch (cause) {
    throw new SyntaxError("Cannot parse a cursor as it was made by cursorOf: it is damaged", {
      cause,
    });
  }
  throw new SyntaxError(
    "Cannot parse a cursor as it belongs to its query: this one has another order",
  );
}
