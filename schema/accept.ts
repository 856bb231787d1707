import { copy } from "./codec.ts";
import type { ColumnType } from "./compare.ts";
import { quote } from "./errors.ts";

/** Where a value is going, for messages; `astral` remembers what text has held. */
export interface Place {
  /** The table's name; empty for a value of the schema. */
  readonly table: string;
  /** The column's or value's name. */
  readonly name: string;
  /** Set once a text with a unit of 0xD800 or more was accepted: native `<` is wrong then. */
  astral: boolean;
}

/** What an integer may be at most: 2^53 - 1, as JavaScript and a double hold it. */
const INT64 = 2n ** 63n;
const FIRST_DATE = Date.UTC(-4712, 0, 1);
const LAST_DATE = Date.UTC(10000, 0, 1) - 1;
const SUSPECT = /[\0\ud800-\uffff]/;

/** `"todos"."title"`, or `"theme"` for a value of the schema. */
export function placeName(place: { readonly table: string; readonly name: string }): string {
  return place.table === "" ? quote(place.name) : `${quote(place.table)}.${quote(place.name)}`;
}

/** What a message calls a value; never the value itself. */
export function kindOf(value: unknown): string {
  if (value === null) return "null";
  if (typeof value !== "object") return typeof value;
  const name: unknown = value.constructor?.name;
  return typeof name === "string" && name !== "" ? name : "object";
}

function wrongType(place: Place, what: string, value: unknown): TypeError {
  return new TypeError(`Cannot take ${placeName(place)} as it holds ${what}: got ${kindOf(value)}`);
}

function outOfRange(place: Place, what: string, state: string): RangeError {
  return new RangeError(`Cannot take ${placeName(place)} as it holds ${what}: got ${state}`);
}

function acceptText(value: unknown, place: Place): string {
  if (typeof value !== "string") throw wrongType(place, "text", value);
  if (SUSPECT.test(value)) {
    if (value.includes("\0")) throw outOfRange(place, "text without U+0000", "U+0000");
    if (!value.isWellFormed()) throw outOfRange(place, "well-formed text", "a lone surrogate");
    place.astral = true;
  }
  return value;
}

function acceptInteger(value: unknown, place: Place): number {
  if (typeof value !== "number") throw wrongType(place, "an integer", value);
  if (!Number.isSafeInteger(value)) {
    throw outOfRange(place, "an integer up to 2^53 - 1", "a fraction or a larger number");
  }
  return value + 0; // -0 becomes 0
}

function acceptReal(value: unknown, place: Place): number {
  if (typeof value !== "number") throw wrongType(place, "a real number", value);
  if (Number.isNaN(value)) throw outOfRange(place, "a real number", "NaN");
  return value + 0;
}

function acceptBigint(value: unknown, place: Place): bigint {
  if (typeof value !== "bigint") throw wrongType(place, "a bigint", value);
  if (value >= INT64 || value < -INT64) {
    throw outOfRange(place, "a bigint of 64 bits", "a larger one");
  }
  return value;
}

function acceptBoolean(value: unknown, place: Place): boolean {
  if (typeof value !== "boolean") throw wrongType(place, "a boolean", value);
  return value;
}

function acceptDate(value: unknown, place: Place): Date {
  if (!(value instanceof Date)) throw wrongType(place, "a Date", value);
  const time = value.getTime();
  if (!(time >= FIRST_DATE && time <= LAST_DATE)) {
    throw outOfRange(place, "a date of the years -4712 to 9999", "an invalid date or another year");
  }
  return new Date(time);
}

function acceptBytes(value: unknown, place: Place): Uint8Array<ArrayBuffer> {
  if (!(value instanceof Uint8Array)) throw wrongType(place, "a Uint8Array", value);
  return new Uint8Array(value); // a copy with a buffer of its own, of a Buffer too
}

function acceptJson(value: unknown, place: Place): unknown {
  try {
    return copy(value);
  } catch (error) {
    // copy() throws TypeError and RangeError alone, with the place inside the value.
    const Kind = error instanceof RangeError ? RangeError : TypeError;
    const state = error instanceof Error ? error.message : String(error);
    throw new Kind(`Cannot take ${placeName(place)} as it holds JSON values: ${state}`, {
      cause: error,
    });
  }
}

/** The rule of each type: gives the value as it is stored, a copy where it could change. */
const ACCEPT: Record<ColumnType, (value: unknown, place: Place) => unknown> = {
  text: acceptText,
  integer: acceptInteger,
  real: acceptReal,
  bigint: acceptBigint,
  boolean: acceptBoolean,
  date: acceptDate,
  bytes: acceptBytes,
  json: acceptJson,
};

/**
 * The rule by which a column type takes a value that is neither null nor undefined.
 *
 * @throws {TypeError} From the rule: when the value has another type.
 * @throws {RangeError} From the rule: when the value is one that some engine can't hold.
 */
export function acceptOf(type: ColumnType): (value: unknown, place: Place) => unknown {
  return ACCEPT[type];
}
