/** What is no word of a statement: comments, strings and quoted names, which end where the text does. */
const QUOTED = /--[^\n]*|\/\*[^]*?(?:\*\/|$)|'(?:[^']|'')*'?|"(?:[^"]|"")*"?|`[^`]*`?|\[[^\]]*\]?/g;
/** A parameter that has a number or a name, which clients bind in ways of their own. */
const NAMED = /\?\d|(?<![\w$:@\u0080-\uffff])[:@$][\w\u0080-\uffff]/;
const TRIGGER = /^\s*create\s+(?:temp\s+|temporary\s+)?trigger\b/i;
const TRANSACTION = /^\s*(?:begin|commit|end|rollback|savepoint|release)\b/i;

/**
 * Looks whether a text is one statement that can be run with so many values; each client does something
 * else with what is not.
 *
 * @throws {TypeError} When it is none or several, begins or ends a transaction, or has another number of `?`.
 */
export function checkStatement(text: unknown, params: number): void {
  if (typeof text !== "string") {
    throw new TypeError(`Cannot run SQL as it is a text: got ${typeof text}`);
  }
  const bare = text.replace(QUOTED, (part) => /^(?:--|\/\*)/.test(part) ? " " : "x");
  const parts = bare.split(";").filter((part) => part.trim() !== "").length;
  if (parts === 0) throw new TypeError("Cannot run SQL as it is one statement: it is empty");
  if (parts > 1 && !TRIGGER.test(bare)) {
    throw new TypeError("Cannot run SQL as it is one statement: it is several");
  }
  if (TRANSACTION.test(bare)) {
    throw new TypeError(
      "Cannot run SQL as transactions are made by transaction(): it begins or ends one",
    );
  }
  if (NAMED.test(bare)) return;
  const marks = bare.split("?").length - 1;
  if (marks === params) return;
  throw new TypeError(
    `Cannot run SQL as it has one value for each "?": it has ${marks} of these and ${params} values`,
  );
}

/** Gives the `?` of a statement the numbers that PostgreSQL knows its parameters by. */
export function numberMarks(text: string): string {
  let n = 0;
  const marks = new RegExp(`${QUOTED.source}|\\?`, "g");
  return text.replace(marks, (part) => part === "?" ? `$${++n}` : part);
}
