/**
 * Middleware for Hono: a scope for each request, as `c.get("data")`. It knows Hono by its shape alone.
 *
 * @module
 */
import { answerInScope, completedOf } from "./with_scope.ts";
import type { Scope } from "./types.ts";

export type { Scope } from "./types.ts";

/** The part of Hono's context that the middleware uses. */
export interface HonoContextLike {
  /** Has the request itself. */
  readonly req: { readonly raw: Request };
  /** The response, once there is one. */
  res: Response;
  /** Sets a variable of the request. */
  set(key: "data", value: Scope): void;
}

/**
 * Middleware that gives each request a scope, `c.get("data")`. It ends with the body of the response, also
 * when a handler throws, nothing is found or the client goes away.
 *
 * The app is `new Hono<{ Variables: { data: Scope } }>()`; `app.use(honoData())` comes before what needs it.
 *
 * @example By shape
 * ```ts
 * import { honoData, type Scope } from "@strata/data/ssr/hono";
 * import { assertEquals, assertThrows } from "@std/assert";
 *
 * // `app.use(honoData())` calls it like this:
 * let data: Scope | undefined;
 * const context = {
 *   req: { raw: new Request("http://localhost/") },
 *   res: new Response(),
 *   set: (_: "data", scope: Scope) => data = scope,
 * };
 * await honoData()(context, () => {
 *   data?.webstorage("session").set("cart", ["pen"]);
 *   context.res = new Response(`${data?.webstorage("session").get("cart")}`);
 *   return Promise.resolve();
 * });
 * assertEquals(await context.res.text(), "pen");
 * assertThrows(() => data?.webstorage("session"));
 * ```
 */
export function honoData(): (context: HonoContextLike, next: () => Promise<void>) => Promise<void> {
  return async (context, next) => {
    const answered = await answerInScope(
      context.req.raw,
      completedOf("env" in context ? context.env : undefined),
      async (scope) => {
        context.set("data", scope);
        await next();
        return context.res;
      },
    );
    if (answered !== context.res) context.res = answered;
  };
}
