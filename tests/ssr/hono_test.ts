import { assert, assertEquals } from "@std/assert";
import { Hono } from "hono";
import { stream } from "hono/streaming";
import { webstorage } from "../../mod.ts";
import { honoData } from "../../ssr/hono.ts";
import type { Scope } from "../../ssr/mod.ts";
import { isOpen, serve, until } from "./support.ts";

const local = webstorage("local");

/** An app whose scopes are seen. */
function appOf(): {
  readonly app: Hono<{ Variables: { data: Scope; own: number } }>;
  readonly scopes: Scope[];
} {
  const scopes: Scope[] = [];
  const app = new Hono<{ Variables: { data: Scope; own: number } }>();
  app.use(honoData());
  app.use(async (c, next) => {
    scopes.push(c.get("data"));
    c.set("own", 1);
    await next();
    c.header("x-after", "1");
  });
  app.onError((error, c) => c.text(error.message, 500));
  app.get("/text/:n", (c) => {
    local.set("n", c.req.param("n"));
    return c.text(`${c.get("data").webstorage("local").get("n")}`);
  });
  app.get("/stream/:n", (c) => {
    local.set("n", c.req.param("n"));
    return stream(c, async (to) => {
      for (let i = 0; i < 3; i++) {
        await to.sleep(1);
        await to.write(`${local.get("n")};`);
      }
    });
  });
  app.get("/endless", (c) =>
    stream(c, async (to) => {
      while (!to.aborted) {
        await to.sleep(1);
        await to.write("more");
      }
    }));
  app.get("/throws", () => {
    throw new Error("no");
  });
  app.get("/empty", (c) => c.body(null, 204));
  return { app, scopes };
}

Deno.test("Hono: each request has a scope that ends with its response, whatever that is", async () => {
  const { app, scopes } = appOf();
  const expected = new Map<string, readonly [number, string]>([
    ["text/a", [200, "a"]],
    ["stream/b", [200, "b;b;b;"]],
    ["throws", [500, "no"]],
    ["nowhere", [404, "404 Not Found"]],
    ["empty", [204, ""]],
  ]);
  for (const [path, [status, text]] of expected) {
    const response = await app.request(`/${path}`);
    assertEquals([response.status, await response.text()], [status, text], path);
    assertEquals(response.headers.get("x-after"), "1", path);
    const scope = scopes.at(-1);
    await until(() => scope !== undefined && !isOpen(scope), path);
  }
  const head = await app.request("/text/a", { method: "HEAD" });
  assertEquals([head.status, head.body], [200, null]);
  const last = scopes.at(-1);
  await until(() => last !== undefined && !isOpen(last), "HEAD");
  assertEquals(scopes.length, expected.size + 1);
});

Deno.test("Hono: on a server requests at once see their own, and a client may go away", async () => {
  const { app, scopes } = appOf();
  await using server = serve(app.fetch);
  await Promise.all(Array.from({ length: 40 }, async (_, n) => {
    const path = n % 2 ? "text" : "stream";
    const text = await (await fetch(`${server.url}${path}/${n}`)).text();
    assertEquals(text, n % 2 ? `${n}` : `${n};`.repeat(3));
  }));
  const controller = new AbortController();
  const response = await fetch(`${server.url}endless`, { signal: controller.signal });
  await response.body?.getReader().read();
  assert(scopes.some(isOpen));
  controller.abort();
  await until(() => scopes.length === 41 && !scopes.some(isOpen));
});
