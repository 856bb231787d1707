import { kindOf } from "../../schema/accept.ts";
import { checkCount } from "./rules.ts";
import { type Putting, puttingOf } from "./putting.ts";
import type { UploadOptions } from "./types.ts";

/**
 * The `put` of a request's body.
 *
 * @throws {TypeError} When its type is not allowed, or the body was read before. @throws {RangeError} When it is too long.
 */
export function uploadOf(request: Request, options: UploadOptions): Putting {
  if (!(request instanceof Request)) {
    throw new TypeError(`Cannot upload a request as it is one: got ${kindOf(request)}`);
  }
  const { key, maxBytes, types, ...rest } = options;
  checkCount("maxBytes", maxBytes, 0);
  const type = rest.type ?? request.headers.get("content-type") ?? "";
  if (types && !types.some((allowed) => isOf(type, allowed))) {
    throw new TypeError(
      `Cannot upload a body as its type is one of ${types.join(", ")}: it is another`,
    );
  }
  const limit = (bytes: number): void => {
    if (bytes <= maxBytes) return;
    throw new RangeError(`Cannot upload a body as it has at most ${maxBytes} bytes: it has more`);
  };
  const told = request.headers.get("content-length");
  if (told !== null && /^\d+$/.test(told)) limit(Number(told));
  if (request.bodyUsed) {
    throw new TypeError("Cannot upload a body as nobody else reads it: it was read");
  }
  const signals = [request.signal, ...(rest.signal ? [rest.signal] : [])];
  return {
    ...puttingOf(key, request.body ?? "", { ...rest, type, signal: AbortSignal.any(signals) }),
    limit,
  };
}

/** Whether a media type is one that is allowed; parameters don't count. */
function isOf(type: string, allowed: string): boolean {
  const [essence = ""] = type.toLowerCase().split(";");
  const wanted = allowed.toLowerCase().trim();
  return wanted.endsWith("/*")
    ? essence.trim().startsWith(wanted.slice(0, -1))
    : essence.trim() === wanted;
}
