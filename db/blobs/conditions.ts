import type { BlobHead } from "./types.ts";

/** Whether what a request has is to be sent, or why not. */
export type Outcome = "send" | "not modified" | "failed";

/** The entity tag of a blob, as a header has it. */
export function etagOf({ etag }: Pick<BlobHead, "etag">): string {
  return `"${etag}"`;
}

/** When it was put, as a header has it: to the second. */
export function modifiedOf({ createdAt }: Pick<BlobHead, "createdAt">): string {
  return new Date(createdAt).toUTCString();
}

/**
 * What the conditions of a request say of a blob, in the order of the specification.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-13.2.2
 */
export function evaluate(headers: Headers, head: BlobHead): Outcome {
  const tag = etagOf(head);
  const match = headers.get("if-match");
  const noneMatch = headers.get("if-none-match");
  if (match !== null) {
    if (!names(match, tag, false)) return "failed";
  } else if (isAfter(head, headers.get("if-unmodified-since"))) return "failed";
  if (noneMatch !== null) return names(noneMatch, tag, true) ? "not modified" : "send";
  const since = timeOf(headers.get("if-modified-since"));
  return since !== undefined && seconds(head) <= since ? "not modified" : "send";
}

/** Whether the range of a request counts: its `If-Range` names this content, or there is none. */
export function rangeCounts(headers: Headers, head: BlobHead): boolean {
  const condition = headers.get("if-range")?.trim();
  if (condition === undefined) return true;
  return condition === etagOf(head) || condition === modifiedOf(head);
}

/** Whether a list of entity tags has this one; `weak` ones count where only equal content is asked for. */
function names(list: string, tag: string, weak: boolean): boolean {
  if (list.trim() === "*") return true;
  const tags = list.match(/(?:W\/)?"[^"]*"/g) ?? [];
  return tags.some((item) => (weak && item.startsWith("W/") ? item.slice(2) : item) === tag);
}

function isAfter(head: BlobHead, date: string | null): boolean {
  const time = timeOf(date);
  return time !== undefined && seconds(head) > time;
}
function timeOf(date: string | null): number | undefined {
  const time = date === null ? NaN : Date.parse(date);
  return Number.isNaN(time) ? undefined : time;
}
function seconds({ createdAt }: BlobHead): number {
  return Math.floor(createdAt / 1_000) * 1_000;
}
