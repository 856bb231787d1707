import { afterPrefix } from "../../engine/bounds.ts";
import { likePrefix } from "../../query/like.ts";
import type { Leaf } from "../../query/ast.ts";
import type { Dialect, Pattern } from "./dialect.ts";
import { kindOfValue, TEXT } from "./value_kind.ts";

/** A test of text by a value, as it is put to an engine. */
export interface TextMatch {
  readonly value: unknown;
  /** What every match begins with. */
  readonly prefix: string;
  /** Whether a match needs no more than the prefix. */
  readonly prefixed: boolean;
  /** The text right after all that begin with the prefix, if there is one. */
  readonly after: string | undefined;
  readonly pattern: Pattern | undefined;
  /** All that the text of a statement depends on, as one number. */
  readonly form: number;
}

export function prefixOf({ prefix }: TextMatch): string {
  return prefix;
}
export function afterOf({ after }: TextMatch): string | undefined {
  return after;
}
export function patternOf({ pattern }: TextMatch): string | undefined {
  return pattern?.value;
}
/** Reads from the value itself. */
export function valueReader(of: (value: unknown) => unknown): (match: TextMatch) => unknown {
  return ({ value }) => of(value);
}

/** What a text operator with that value asks for. */
export function textMatch(
  { op, ref, fold }: Extract<Leaf, { fold: boolean }>,
  value: unknown,
  dialect: Dialect,
): TextMatch {
  const kind = kindOfValue(value);
  if (fold || typeof value !== "string") {
    const form = fold ? 16 + kind : kind;
    return { value, prefix: "", prefixed: false, after: undefined, pattern: undefined, form };
  }
  const { prefix, exact } = op === "like"
    ? likePrefix(value)
    : { prefix: op === "startsWith" ? value : "", exact: op === "startsWith" };
  // Inside JSON no index serves a range, so a pattern is needed there.
  const pattern = exact && ref.type !== "json" ? undefined : dialect.pattern(op, value);
  const after = afterPrefix(prefix);
  const form = TEXT + (exact ? 32 : 0) + (prefix === "" ? 64 : 0) +
    (after === undefined ? 128 : 0) + (pattern ? pattern.exact ? 256 : 512 : 0);
  return { value, prefix, prefixed: exact, after, pattern, form };
}
