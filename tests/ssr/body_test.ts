import { assert, assertEquals, assertRejects } from "@std/assert";
import { webstorage } from "../../mod.ts";
import { type Scope, withScope } from "../../ssr/mod.ts";
import { gate, isOpen, serve, until } from "./support.ts";

const local = webstorage("local");
const URL_ = "http://localhost/";

/** Calls a handler without a server. */
async function answered(
  response: (scope: Scope) => Response | Promise<Response>,
  init?: RequestInit,
): Promise<{ readonly scope: Scope; readonly response: Response }> {
  let scope: Scope | undefined;
  const handler = withScope((_, given) => response(scope = given));
  const answer = await handler(new Request(URL_, init));
  assert(scope);
  return { scope, response: answer };
}

Deno.test("a scope ends at once when there is no body", async () => {
  for (
    const response of [
      new Response(null),
      new Response(null, { status: 204 }),
      new Response(null, { status: 304 }),
      Response.redirect("http://localhost/else"),
      Response.error(),
    ]
  ) {
    const { scope, response: given } = await answered(() => response);
    assert(given === response);
    assertEquals(isOpen(scope), false);
  }
});

Deno.test("a scope ends with the body of its response", async () => {
  const { scope, response } = await answered(() =>
    new Response("two\nlines", {
      status: 404,
      statusText: "Nowhere",
      headers: [["x-a", "1"], ["set-cookie", "a=1"], ["set-cookie", "b=2"]],
    })
  );
  assertEquals(isOpen(scope), true);
  assertEquals([response.status, response.statusText], [404, "Nowhere"]);
  assertEquals(response.headers.getSetCookie(), ["a=1", "b=2"]);
  assertEquals(response.headers.get("content-type"), "text/plain;charset=UTF-8");
  assertEquals(await response.text(), "two\nlines");
  assertEquals(isOpen(scope), false);
});

Deno.test("a scope ends when the handler throws, rejects, or gives what others have read", async () => {
  for (const wrong of [new Error("no"), undefined, "text"]) {
    let scope: Scope | undefined;
    const thrown = withScope((_, given) => {
      scope = given;
      throw wrong;
    });
    const found = await thrown(new Request(URL_)).then(() => "nothing", (error) => error);
    assert(found === wrong && scope && !isOpen(scope));
  }
  const read = new Response("a");
  read.body?.getReader();
  assertEquals(isOpen((await answered(() => read)).scope), false);
});

Deno.test("a scope ends for HEAD, and the body's source is told", async () => {
  let cancelled = 0;
  const { scope, response } = await answered(
    () => new Response(new ReadableStream({ cancel: () => void cancelled++ })),
    { method: "HEAD" },
  );
  assertEquals([response.body, cancelled], [null, 1]);
  await until(() => !isOpen(scope));
});

Deno.test("a scope ends when the body fails, with the error as it was", async () => {
  const failure = new Error("in the middle");
  const { scope, response } = await answered(() =>
    new Response(
      new ReadableStream({
        pull(controller) {
          controller.error(failure);
        },
      }),
    )
  );
  const error = await assertRejects(() => response.text(), Error);
  assert(error === failure);
  assertEquals(isOpen(scope), false);
});

Deno.test("a scope ends when the body was cancelled, after its source has cleaned up", async () => {
  const saw: unknown[] = [];
  let scope: Scope | undefined;
  const { response } = await answered((given) => {
    scope = given;
    return new Response(ReadableStream.from(
      (async function* () {
        try {
          yield new TextEncoder().encode("a");
          yield new TextEncoder().encode("b");
        } finally {
          await Promise.resolve();
          local.set("end", "cleaned");
          saw.push(local.get("end"));
        }
      })(),
    ));
  });
  const reader = response.body?.getReader();
  await reader?.read();
  assert(scope && isOpen(scope));
  await reader?.cancel("enough");
  assertEquals(saw, ["cleaned"]);
  assert(!isOpen(scope));
});

Deno.test("a scope ends when the request is aborted while its body is read", async () => {
  const controller = new AbortController();
  let reason: unknown;
  const { scope, response } = await answered(
    () =>
      new Response(
        new ReadableStream({
          pull: (to) => to.enqueue(new Uint8Array([1])),
          cancel: (why) => void (reason = why),
        }),
      ),
    { signal: controller.signal },
  );
  const reader = response.body?.getReader();
  await reader?.read();
  assert(isOpen(scope));
  const gone = new Error("gone");
  controller.abort(gone);
  assert(await assertRejects(async () => await reader?.read(), Error) === gone);
  await until(() => !isOpen(scope));
  assertEquals(reason, gone);
});

Deno.test("a scope of a request that was aborted before there was a response ends with the handler", async () => {
  const controller = new AbortController();
  const inside = gate();
  let scope: Scope | undefined;
  const answer = withScope(async (_, given) => {
    scope = given;
    await inside.opened;
    local.set("still", 1);
    return new Response("late");
  })(new Request(URL_, { signal: controller.signal }));
  controller.abort();
  assert(scope && isOpen(scope));
  inside.open();
  assertEquals((await answer).body, null);
  await until(() => scope !== undefined && !isOpen(scope));
});

Deno.test("nothing of a body is read ahead", async () => {
  let pulled = 0;
  const { response } = await answered(() =>
    new Response(
      new ReadableStream({
        pull(controller) {
          controller.enqueue(new Uint8Array([++pulled]));
        },
      }, { highWaterMark: 0 }),
    )
  );
  await Promise.resolve();
  assertEquals(pulled, 0);
  const reader = response.body?.getReader();
  await reader?.read();
  await reader?.read();
  assertEquals(pulled, 2);
  await reader?.cancel();
});

/** Parts of text, each when it is asked for, with what the scope says then. */
function asked(parts: number): ReadableStream<Uint8Array<ArrayBuffer>> {
  let i = 0;
  return new ReadableStream({
    async pull(controller) {
      await new Promise((resolve) => setTimeout(resolve, 1));
      if (i++ === parts) controller.close();
      else controller.enqueue(new TextEncoder().encode(`${local.get("who")};`));
    },
  });
}
async function* generated(parts: number): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  for (let i = 0; i < parts; i++) {
    await new Promise((resolve) => setTimeout(resolve, 1));
    yield new TextEncoder().encode(`${local.get("who")};`);
  }
}
async function* texts(parts: number): AsyncGenerator<string> {
  for (let i = 0; i < parts; i++) {
    await Promise.resolve();
    yield `${local.get("who")};`;
  }
}

Deno.test("streamed bodies keep their scope on a server, each part of them", async () => {
  const bodies = [
    () => asked(5),
    () => ReadableStream.from(generated(5)),
    () => ReadableStream.from(texts(5)).pipeThrough(new TextEncoderStream()),
    () => asked(5).pipeThrough(new TransformStream()),
    () => asked(5).tee()[0],
    () =>
      new ReadableStream({
        start(controller) {
          let i = 0;
          const timer = setInterval(() => {
            if (i++ < 5) {
              return controller.enqueue(new TextEncoder().encode(`${local.get("who")};`));
            }
            clearInterval(timer);
            controller.close();
          }, 1);
        },
      }),
  ];
  const scopes: Scope[] = [];
  await using server = serve(withScope((request, scope) => {
    const n = Number(new URL(request.url).pathname.slice(1));
    scopes.push(scope);
    local.set("who", `visitor ${n}`);
    return new Response(bodies[n % bodies.length]?.());
  }));
  await Promise.all(Array.from({ length: 30 }, async (_, n) => {
    const text = await (await fetch(`${server.url}${n}`)).text();
    assertEquals(text, `visitor ${n};`.repeat(5));
  }));
  assertEquals(scopes.length, 30);
  await until(() => scopes.every((scope) => !isOpen(scope)));
});

Deno.test("on a server a scope ends when the client goes away, HEAD included", async () => {
  const scopes: Scope[] = [];
  let cleaned = 0;
  await using server = serve(withScope((_, scope) => {
    scopes.push(scope);
    local.set("a", 1);
    return new Response(ReadableStream.from(
      (async function* () {
        try {
          while (true) {
            await new Promise((resolve) => setTimeout(resolve, 1));
            yield new TextEncoder().encode("more ".repeat(100));
          }
        } finally {
          if (local.get("a") === 1) cleaned++;
        }
      })(),
    ));
  }));
  for (let i = 0; i < 5; i++) {
    const controller = new AbortController();
    const response = await fetch(server.url, { signal: controller.signal });
    await response.body?.getReader().read();
    controller.abort();
  }
  await (await fetch(server.url, { method: "HEAD" })).body?.cancel();
  await until(() => scopes.length === 6 && scopes.every((scope) => !isOpen(scope)), "the end");
  assertEquals(cleaned, 5); // the one that was never begun has nothing to clean up
});
