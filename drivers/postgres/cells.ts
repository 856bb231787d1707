import { bytesOf } from "../sql/postgres_text.ts";

/** The numbers of types that are no text here. @see the catalog `pg_type` */
const BOOL = 16;
const BYTEA = 17;
const INT8 = 20;
const INT2 = 21;
const INT4 = 23;
const OID = 26;
const FLOAT4 = 700;
const FLOAT8 = 701;
const NUMERIC = 1700;

/** As many digits are always a safe integer. */
const SAFE_DIGITS = 15;
const WHOLE = /^(-?\d+)(?:\.0*)?$/;

function whole(text: string): unknown {
  const number = Number(text);
  return text.length <= SAFE_DIGITS || Number.isSafeInteger(number) ? number : text;
}

function numeric(text: string): unknown {
  const digits = WHOLE.exec(text)?.[1];
  return digits === undefined ? Number(text) : whole(digits);
}

/** Reads the text of a value. */
export type CellReader = (text: string) => unknown;

const READERS: ReadonlyMap<number, CellReader> = new Map<number, CellReader>([
  [BOOL, (text) => text === "t" || text === "true"],
  [BYTEA, bytesOf],
  [INT8, whole],
  [INT2, Number],
  [INT4, Number],
  [OID, Number],
  [FLOAT4, Number],
  [FLOAT8, Number],
  [NUMERIC, numeric],
]);

function itself(text: string): unknown {
  return text;
}

/**
 * How the text of a value of a type is read, by the number of the type. Never what a client has for it,
 * which its user may have changed.
 */
export function cellReader(type: number): CellReader {
  return READERS.get(type) ?? itself;
}

/** The types that are read into something else than text. */
export const READ_TYPES: readonly number[] = [...READERS.keys()];
