import { DataError, quote } from "../../schema/errors.ts";
import { kindOf } from "../../schema/accept.ts";
import { utf8Length } from "../../schema/names.ts";
import type { PutOptions } from "./types.ts";
import type { BodyRow, KeyRow } from "./tables.ts";

const MAX_NAME_BYTES = 1_024;
const MAX_METADATA_BYTES = 16_384;

/**
 * @throws {TypeError} When it is no text. @throws {RangeError} When it has over 1,024 bytes, U+0000 or a lone surrogate.
 */
export function checkKey(what: "blob" | "store of blobs", key: unknown): asserts key is string {
  if (typeof key !== "string") {
    throw new TypeError(`Cannot name a ${what} as names are text: got ${kindOf(key)}`);
  }
  const problem = !key.isWellFormed()
    ? "it holds a lone surrogate"
    : key.includes("\0")
    ? "it holds U+0000"
    : utf8Length(key) > MAX_NAME_BYTES
    ? "it is longer"
    : undefined;
  if (problem === undefined) return;
  throw new RangeError(
    `Cannot name a ${what} as names have at most ${MAX_NAME_BYTES} bytes of text: ${problem}`,
  );
}

/** @throws {TypeError} When it is no text. @throws {RangeError} When it can't stand in a header. */
export function checkType(type: unknown): string {
  if (typeof type !== "string") {
    throw new TypeError(`Cannot store a media type as it is text: got ${kindOf(type)}`);
  }
  if (/^[ -~]{0,255}$/.test(type)) return type;
  throw new RangeError(
    "Cannot store a media type as it has at most 255 signs of ASCII: it has others",
  );
}

/** A copy. @throws {TypeError} When it is no object of texts. @throws {RangeError} When it is too long. */
export function checkMetadata(metadata: unknown): Record<string, string> {
  if (typeof metadata !== "object" || metadata === null || Array.isArray(metadata)) {
    throw new TypeError(`Cannot store metadata as it is an object: got ${kindOf(metadata)}`);
  }
  const own: [string, string][] = [];
  let bytes = 0;
  for (const [name, value] of Object.entries(metadata)) {
    if (typeof value !== "string") {
      throw new TypeError(`Cannot store metadata as its values are text: got ${kindOf(value)}`);
    }
    for (const text of [name, value]) {
      bytes += utf8Length(text);
      if (text.isWellFormed() && !text.includes("\0")) continue;
      throw new RangeError(
        "Cannot store metadata as its text is well-formed: it holds a lone surrogate or U+0000",
      );
    }
    own.push([name, value]);
  }
  if (bytes > MAX_METADATA_BYTES) {
    throw new RangeError(
      `Cannot store metadata as it has at most ${MAX_METADATA_BYTES} bytes: it has more`,
    );
  }
  return Object.fromEntries(own);
}

/** @throws {RangeError} When it is neither a whole number nor Infinity, or out of its range. */
export function checkCount(
  name: string,
  value: number,
  least: number,
  most: number = Infinity,
): number {
  const whole = typeof value === "number" && (Number.isInteger(value) || value === Infinity);
  if (whole && value >= least && value <= most) return value;
  throw new RangeError(
    `Cannot take ${quote(name)} as it is a whole number${
      most < Infinity ? ` from ${least} to ${most}` : ` of ${least} or more`
    }: it is not`,
  );
}

/** @throws {DataError} With code `"conflict"` when a key has not the content that is asked for. */
export function checkConditions(
  found: Pick<KeyRow, "etag"> | undefined,
  { ifMatch, ifNoneMatch }: Pick<PutOptions, "ifMatch" | "ifNoneMatch">,
): void {
  const unmatched = ifMatch !== undefined && found?.etag !== ifMatch;
  const matched = found && (ifNoneMatch === "*" || ifNoneMatch === found.etag);
  if (!unmatched && !matched) return;
  throw new DataError(
    "conflict",
    `Cannot put a blob as ${unmatched ? "ifMatch" : "ifNoneMatch"} asks for: the key has ${
      found ? "other content" : "none"
    }`,
  );
}

/** The limits of a store. */
export interface Limits {
  readonly maxBytes: number;
  readonly maxBlobBytes: number;
  /** What is told of a blob that is too long. */
  readonly tooLong: string;
}

/** @throws {DataError} With code `"full"` when a blob is too long. */
export function checkBlobBytes({ maxBlobBytes, tooLong }: Limits, bytes: number): void {
  if (bytes <= maxBlobBytes) return;
  throw new DataError("full", `Cannot put a blob as ${tooLong}: it has more`, { committed: "no" });
}

/** @throws {DataError} With code `"full"` when all blobs together would be too long. */
export function checkAllBytes({ maxBytes }: Limits, bytes: number): void {
  if (bytes <= maxBytes) return;
  throw new DataError(
    "full",
    `Cannot put a blob as all of them have at most ${maxBytes} bytes: they would have more`,
    { committed: "no" },
  );
}

/** The error of content that is not there any more. */
export function gone(state: string): DataError {
  return new DataError("conflict", `Cannot read the content as it was got: ${state}`);
}

/** The error of content that is damaged. */
export function damaged(state: string): DataError {
  return new DataError("corrupt", `Cannot read the content as it was put: ${state}`);
}

/** The error of an upload whose rest somebody else has taken away. */
export function ended(row: BodyRow | undefined): DataError {
  return new DataError(
    "conflict",
    `Cannot go on with the upload as its lease counts: ${row ? "it is over" : "it was collected"}`,
  );
}
