import { quote } from "./errors.ts";

/** PostgreSQL's system columns, which no table can have. */
const SYSTEM_COLUMNS = new Set(["xmin", "xmax", "cmin", "cmax", "ctid", "tableoid"]);

/** The name as it must be unique in its scope: SQLite folds ASCII letters, and those alone. */
export function foldName(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

/** The bytes of `text` in UTF-8; a lone surrogate counts as the three bytes that replace it. */
export function utf8Length(text: string): number {
  let bytes = text.length;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    // A pair counts 2 + 2 = 4 bytes: one more for each of its two units.
    if (unit >= 0x80) bytes += unit < 0x800 || unit >= 0xd800 && unit < 0xe000 ? 1 : 2;
  }
  return bytes;
}

/**
 * Refuses a name that some engine can't hold or would confuse with another: 1 to 63 bytes of
 * UTF-8, well-formed, no U+0000, no dot, no reserved beginning.
 *
 * @throws {TypeError} When the name breaks a rule.
 */
export function checkName(kind: "table" | "column" | "value" | "alias", name: unknown): void {
  if (typeof name !== "string") {
    throw new TypeError(`Cannot name a ${kind} as names are strings: got ${typeof name}`);
  }
  const folded = foldName(name);
  const problem = name === ""
    ? "it is empty"
    : !name.isWellFormed()
    ? "it holds a lone surrogate"
    : name.includes("\0")
    ? "it holds U+0000"
    : name.includes(".")
    ? "it holds a dot"
    : utf8Length(name) > 63
    ? "it is longer than 63 bytes"
    : /^(sqlite_|pg_|strata)/.test(folded)
    ? "its beginning is reserved"
    : kind === "column" && SYSTEM_COLUMNS.has(folded)
    ? "it is a system column of PostgreSQL"
    : undefined;
  if (problem) {
    throw new TypeError(
      `Cannot name a ${kind} ${quote(name)} as names are 1 to 63 plain bytes: ${problem}`,
    );
  }
}

/**
 * Refuses names that are equal after ASCII lower-casing.
 *
 * @throws {TypeError} When two are.
 */
export function checkDistinct(kind: string, names: Iterable<string>): void {
  const seen = new Set<string>();
  for (const name of names) {
    const folded = foldName(name);
    if (seen.has(folded)) {
      throw new TypeError(
        `Cannot use the ${kind} name ${quote(name)} twice as names are unique without case: ` +
          `another one is equal`,
      );
    }
    seen.add(folded);
  }
}
