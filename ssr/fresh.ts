/**
 * Middleware for Fresh: a scope for each request, in `ctx.state.data`. It knows Fresh by its shape alone.
 *
 * @module
 */
import { answerInScope, completedOf } from "./with_scope.ts";
import type { Scope } from "./types.ts";

export type { Scope } from "./types.ts";

/** The part of a framework's context that the middleware uses. */
export interface ContextLike<S> {
  /** The request, the same object for all middleware. */
  readonly req: Request;
  /** What middleware and handlers share; `data` is set. */
  readonly state: S;
  /** Calls the next middleware, or the handler. */
  next(): Promise<Response>;
}

/**
 * Middleware that gives each request a scope, in `state.data`. It ends with the body of the response, also
 * when something further down throws (404 and 405 do) or the client goes away.
 *
 * Written for the state of your app: `app.use(freshData<State>())`, where `State` has `data: Scope`.
 *
 * @example By shape
 * ```ts
 * import { freshData, type Scope } from "@strata/data/ssr/fresh";
 * import { webstorage } from "@strata/data/webstorage";
 * import { assertEquals, assertThrows } from "@std/assert";
 *
 * interface State {
 *   data: Scope;
 *   title?: string;
 * }
 * const visits = webstorage("local");
 * // `app.use(freshData<State>())` calls it like this:
 * const state = {} as State;
 * const response = await freshData<State>()({
 *   req: new Request("http://localhost/"),
 *   state,
 *   next: () => Promise.resolve(new Response(`visit ${visits.update<number>("n", (n = 0) => n + 1)}`)),
 * });
 * assertEquals(await response.text(), "visit 1");
 * assertThrows(() => state.data.webstorage("local"));
 * ```
 */
export function freshData<S extends { data: Scope }>(): (
  context: ContextLike<S>,
) => Promise<Response> {
  return (context) =>
    answerInScope(
      context.req,
      completedOf("info" in context ? context.info : undefined),
      (scope) => {
        Object.assign(context.state, { data: scope });
        return context.next();
      },
    );
}
