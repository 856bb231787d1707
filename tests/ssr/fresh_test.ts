import { assert, assertEquals, assertRejects } from "@std/assert";
import { webstorage } from "../../mod.ts";
import { freshData, type Scope } from "../../ssr/fresh.ts";
import { isOpen } from "./support.ts";

const local = webstorage("local");

/** The state of an app with more in it than the middleware knows of. */
interface State {
  data: Scope;
  user?: string;
}
/** A context as Fresh 2.3 has it, as far as it counts here. */
interface Context<S> {
  readonly req: Request;
  readonly url: URL;
  state: S;
  readonly info: { readonly completed?: Promise<void> };
  next(): Promise<Response>;
}
type Middleware<S> = (context: Context<S>) => Response | Promise<Response>;

/** It fits an app of that state. */
const middleware: Middleware<State> = freshData<State>();

function contextOf(
  next: (state: State) => Response | Promise<Response>,
  info: object = {},
): Context<State> {
  const state = {} as State;
  const req = new Request("http://localhost/notes");
  return {
    ...{ req, url: new URL(req.url), state, info },
    // As Fresh does, what is thrown becomes a rejection.
    next: async () => await next(state),
  };
}

Deno.test("Fresh: the state has a scope until the body has ended", async () => {
  const context = contextOf((state) => {
    local.set("user", "Ada");
    state.user = `${state.data.webstorage("local").get("user")}`;
    return new Response(state.user, { headers: { "content-type": "text/html" } });
  });
  const response = await middleware(context);
  assert(isOpen(context.state.data));
  assertEquals(await response.text(), "Ada");
  assertEquals(response.headers.get("content-type"), "text/html");
  assert(!isOpen(context.state.data));
});

Deno.test("Fresh: 404, 405 and errors reach the middleware as throws, and end the scope", async () => {
  const context = contextOf(() => {
    throw Object.assign(new Error("Not Found"), { status: 404 });
  });
  await assertRejects(async () => await middleware(context), Error, "Not Found");
  assert(!isOpen(context.state.data));
});

Deno.test("Fresh: the nonce of a response is that of its copy, other symbols are not", async () => {
  const nonce = Symbol.for("__freshNonce");
  const own = Object.assign(new Response("page"), { [nonce]: "abc", [Symbol.for("other")]: 1 });
  const response = await middleware(contextOf(() => own));
  assertEquals(Reflect.get(response, nonce), "abc");
  assertEquals(Reflect.get(response, Symbol.for("other")), undefined);
  await response.body?.cancel();
  const { body, status } = await middleware(contextOf(() => new Response(null, { status: 304 })));
  assertEquals([body, status], [null, 304]);
});

Deno.test("Fresh: where the server says when it is done the scope ends then at the latest", async () => {
  const completed = Promise.withResolvers<void>();
  let cancelled = 0;
  const body = new ReadableStream({ cancel: () => void cancelled++ });
  const context = contextOf(() => new Response(body), { completed: completed.promise });
  const response = await middleware(context);
  assert(response.body && isOpen(context.state.data));
  completed.resolve(); // an outer middleware has answered with something else
  await new Promise((resolve) => setTimeout(resolve, 0));
  assert(!isOpen(context.state.data));
  assertEquals(cancelled, 1);
});

Deno.test("Fresh: used twice it is one scope", async () => {
  let inner: Scope | undefined;
  const context = contextOf((state) => {
    inner = state.data;
    return new Response("page");
  });
  const next = context.next;
  const again = { ...context, next: () => middleware({ ...context, next }) as Promise<Response> };
  const response = await middleware(again);
  assert(inner === context.state.data && isOpen(context.state.data));
  assertEquals(await response.text(), "page");
  assert(!isOpen(context.state.data));
});
