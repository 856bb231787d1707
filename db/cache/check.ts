import { kindOf } from "../../schema/accept.ts";
import { utf8Length } from "../../schema/names.ts";
import type { CacheEntryOptions, CacheOptions } from "./types.ts";

const MOST_BYTES = 1_024;

/**
 * Refuses what is no key, tag or name of a cache: text of 0 to 1,024 bytes, well-formed, without U+0000.
 *
 * @throws {TypeError} When it is no string. @throws {RangeError} When it breaks a rule.
 */
export function checkText(what: "key" | "tag" | "name" | "prefix", text: unknown): void {
  if (typeof text !== "string") {
    throw new TypeError(`Cannot use a ${what} of a cache as it is text: got ${kindOf(text)}`);
  }
  // A unit has at most three bytes.
  const problem = !text.isWellFormed()
    ? "it holds a lone surrogate"
    : text.includes("\0")
    ? "it holds U+0000"
    : text.length * 3 > MOST_BYTES && utf8Length(text) > MOST_BYTES
    ? "it is longer"
    : undefined;
  if (problem === undefined) return;
  throw new RangeError(
    `Cannot use a ${what} of a cache as it is well-formed text of at most 1,024 bytes: ${problem}`,
  );
}

/** @throws {RangeError} When it is no time to live. */
export function checkTtl(ttlMs: number | undefined): void {
  if (ttlMs === undefined || typeof ttlMs === "number" && !Number.isNaN(ttlMs)) return;
  throw new RangeError("Cannot use ttlMs as it is a number of milliseconds: it is not");
}

function checkStale(staleMs: number | undefined): void {
  if (staleMs === undefined || typeof staleMs === "number" && staleMs >= 0) return;
  throw new RangeError("Cannot use staleMs as it is 0 or more milliseconds: it is not");
}

function checkMost(name: "maxEntries" | "maxBytes", most: number | undefined): void {
  if (most === undefined || most === Infinity || Number.isSafeInteger(most) && most > 0) return;
  throw new RangeError(`Cannot use ${name} as it is a whole number from 1 on: it is not`);
}

/** Looks through what one entry is stored with. */
export function checkEntry({ ttlMs, staleMs, tags }: CacheEntryOptions): void {
  checkTtl(ttlMs);
  checkStale(staleMs);
  if (tags === undefined) return;
  if (!Array.isArray(tags)) {
    throw new TypeError(`Cannot use tags as they are a list: got ${kindOf(tags)}`);
  }
  for (const tag of tags) checkText("tag", tag);
}

/** Looks through what a cache is opened with. */
export function checkOptions({ ttlMs, staleMs, maxEntries, maxBytes, now }: CacheOptions): void {
  checkTtl(ttlMs);
  checkStale(staleMs);
  checkMost("maxEntries", maxEntries);
  checkMost("maxBytes", maxBytes);
  if (now !== undefined && typeof now !== "function") {
    throw new TypeError(`Cannot use now as it is a function: got ${kindOf(now)}`);
  }
}
