import { DataError } from "../../schema/errors.ts";
import { crc32 } from "./crc32.ts";
import { corrupt } from "./record.ts";

/**
 * How far a database in an area goes. Its text has the same length always, so that writing it needs no
 * space:
 *
 * ```text
 * 1 <database> <number> <last commit> <its name> <state> <CRC-32 of all before>
 * ```
 */
export interface Revision {
  /** What tells this database from another of its name. */
  readonly database: string;
  /** Counts everything that is written. */
  readonly number: number;
  /** The last commit. */
  readonly seq: number;
  /** What tells it from another one of its number. */
  readonly id: string;
  /**
   * `new` before the first snapshot is there; `whole` while a snapshot is written that has commits which
   * were not there before.
   */
  readonly state: "new" | "kept" | "whole";
}

const STATES = { new: "n", kept: "k", whole: "w" } as const;
const DIGITS = 16;
/** Of a name. */
export const NAME_LENGTH = 8;

/** A name that nobody else takes. */
export function areaName(): string {
  const numbers = crypto.getRandomValues(new Uint8Array(NAME_LENGTH));
  return Array.from(numbers, (number) => (number % 36).toString(36)).join("");
}

/** The text of a revision. */
export function revisionText({ database, number, seq, id, state }: Revision): string {
  const [at, last] = [number, seq].map((count) => String(count).padStart(DIGITS, "0"));
  const text = `1 ${database} ${at} ${last} ${id} ${STATES[state]} `;
  return text + checkOf(text);
}

/**
 * What {@linkcode revisionText} made a text of.
 *
 * @throws {DataError} With code `"corrupt"` when it is another text, `"version"` when its format is newer.
 */
export function readRevision(text: string): Revision {
  const [format, database = "", number, seq, id = "", state] = text.split(" ");
  const check = text.slice(-8);
  if (checkOf(text.slice(0, -8)) !== check) throw corrupt("what it says of itself is damaged");
  if (format !== "1") {
    throw new DataError(
      "version",
      "Cannot open the database as this version reads it: its format is newer",
    );
  }
  const found = ([...Object.keys(STATES)] as (keyof typeof STATES)[]) // it has these keys
    .find((key) => STATES[key] === state);
  if (!found) throw corrupt("what it says of itself has another form");
  return { database, number: Number(number), seq: Number(seq), id, state: found };
}

function checkOf(text: string): string {
  return crc32(new TextEncoder().encode(text)).toString(16).padStart(8, "0");
}
