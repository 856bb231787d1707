import { assertEquals } from "@std/assert";
import type { Scope } from "../../ssr/mod.ts";
import { DataError } from "../../mod.ts";

/** Whether a scope can be used. */
export function isOpen(scope: Scope): boolean {
  try {
    scope.webstorage("local").get("x");
    return true;
  } catch (error) {
    assertEquals(error instanceof DataError && error.code, "closed");
    return false;
  }
}

/** A server for a handler, on a port of its own. */
export function serve(
  handler: (request: Request) => Response | Promise<Response>,
): { readonly url: string } & AsyncDisposable {
  const server = Deno.serve({
    hostname: "127.0.0.1",
    port: 0,
    onListen() {},
    onError: () => new Response("failed", { status: 500 }),
  }, handler);
  return {
    url: `http://127.0.0.1:${server.addr.port}/`,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

/** A promise with what settles it. */
export function gate(): { readonly opened: Promise<void>; open(): void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { opened: promise, open: resolve };
}

/** Waits until `test` holds. */
export async function until(test: () => boolean, what = "it"): Promise<void> {
  for (let i = 0; !test(); i++) {
    if (i > 500) throw new Error(`Waited in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
