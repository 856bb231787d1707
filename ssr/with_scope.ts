import { endWithBody } from "./body.ts";
import { freshScope, type RequestScope } from "./scope.ts";
import type { Scope } from "./types.ts";

/**
 * A handler for a server whose requests have a scope each, which ends with the body of the response, however
 * that ends; also when the handler throws. While the handler runs, `webstorage` is that of the request.
 *
 * Inside another handler or middleware with a scope for the same request it is that one.
 *
 * @example A server
 * ```ts
 * import { withScope } from "@strata/data/ssr";
 * import { webstorage } from "@strata/data/webstorage";
 * import { assertEquals } from "@std/assert";
 *
 * const visitor = webstorage("session");
 * const handler = withScope((request) => {
 *   visitor.set("name", new URL(request.url).searchParams.get("name"));
 *   return new Response(`Hello ${visitor.get("name")}`);
 * });
 * // Deno.serve(handler), Bun.serve({ fetch: handler }), export default { fetch: handler }
 * const response = await handler(new Request("http://localhost/?name=Ada"));
 * assertEquals(await response.text(), "Hello Ada");
 * ```
 */
export function withScope(
  handler: (request: Request, scope: Scope) => Response | Promise<Response>,
): (request: Request) => Promise<Response> {
  return (request: Request, ...more: unknown[]) =>
    answerInScope(request, completedOf(more[0]), (scope) => handler(request, scope));
}

/** Answers a request in its scope, which ends with the response. */
export async function answerInScope(
  request: Request,
  completed: Promise<unknown> | undefined,
  answer: (scope: RequestScope) => Response | Promise<Response>,
): Promise<Response> {
  const scope = freshScope(request);
  if (scope.owned) return await scope.run(() => answer(scope));
  scope.owned = true;
  const inside = scope.inside();
  let response: Response;
  try {
    response = await scope.run(() => answer(scope));
  } catch (error) {
    scope[Symbol.dispose]();
    throw error;
  }
  return endWithBody(scope, inside, response, { request, completed });
}

/** What tells that a server is done with a response, where it does: `info.completed` of `Deno.serve`. */
export function completedOf(info: unknown): Promise<unknown> | undefined {
  if (typeof info !== "object" || info === null || !("completed" in info)) return undefined;
  return info.completed instanceof Promise ? info.completed : undefined;
}
