/**
 * A thousand requests at once, each with a secret: none is told another's, and nothing stays behind.
 *
 * @module
 */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { DataError, query, table, text, webstorage } from "../../mod.ts";
import { type Scope, scopeOf, withScope } from "../../ssr/mod.ts";
import { isOpen, serve, until } from "./support.ts";

setFlagsFromString("--expose-gc");
// A context made after the flag has it.
const gc = runInNewContext("gc") as () => void;

const REQUESTS = 1_000;
const secrets = table("secrets", { id: text().primaryKey() });
const schema = { tables: [secrets] };
const local = webstorage("local");
const session = webstorage("session", { namespace: "secrets" });

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** What a request can see: its own secret as often as it looks, or that of somebody else. */
function seen(scope: Scope): string {
  const rows = scope.store(schema).all(query(secrets)).map(({ id }) => id);
  return `${[local.get("secret"), session.get("secret"), ...rows].join()};`;
}
function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

async function* parts(scope: Scope, fails: boolean): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  for (let i = 0; i < 4; i++) {
    await pause(Math.random() * 3);
    if (fails && i === 2) throw new Error("in the middle");
    yield bytesOf(seen(scope));
  }
}
function pulled(scope: Scope, ends: boolean): ReadableStream<Uint8Array<ArrayBuffer>> {
  let i = 0;
  return new ReadableStream({
    async pull(controller) {
      await pause(Math.random() * 3);
      if (ends && i++ === 4) controller.close();
      else controller.enqueue(bytesOf(seen(scope)));
    },
  });
}

/** What a handler does, by the number of the request. */
const ANSWERS: readonly ((scope: Scope) => Response)[] = [
  (scope) => new Response(seen(scope)),
  (scope) => new Response(ReadableStream.from(parts(scope, false))),
  (scope) => new Response(pulled(scope, true)),
  (scope) => new Response(ReadableStream.from(parts(scope, true))),
  (scope) => {
    throw new Error(seen(scope));
  },
  (scope) => new Response(seen(scope), { status: 404 }),
  () => new Response(null, { status: 204 }),
  (scope) => new Response(pulled(scope, false)), // until the client goes away
];
const ABORTED = ANSWERS.length - 1;

/** What a client gets; it goes away from what would never end. */
async function ask(url: string, n: number): Promise<string> {
  const controller = new AbortController();
  const method = n % 9 === 0 ? "HEAD" : "GET";
  const response = await fetch(`${url}${n}`, { signal: controller.signal, method });
  if (n % ANSWERS.length !== ABORTED || !response.body) {
    return await response.text().catch(() => "");
  }
  let text = "";
  const reader = response.body.getReader();
  for (let i = 0; i < 3; i++) text += new TextDecoder().decode((await reader.read()).value);
  controller.abort();
  return text;
}

Deno.test("of 1,000 interleaved requests none sees the secret of another, and their scopes go", async () => {
  let collected = 0;
  const registry = new FinalizationRegistry<void>(() => collected++);
  let kept: Scope[] = [];
  const late: unknown[] = [];
  const handler = withScope(async (request, scope) => {
    const n = Number(new URL(request.url).pathname.slice(1));
    registry.register(scope);
    kept.push(scope);
    local.set("secret", `s${n}`);
    await pause(Math.random() * 4);
    session.set("secret", `s${n}`);
    scopeOf(request).store(schema).insert(secrets, { id: `s${n}` });
    await pause(Math.random() * 4);
    // A timer outlives its request, and finds its own or nothing.
    const look = () => {
      const found = outcome(() => local.get("secret"));
      if (found === `s${n}`) setTimeout(look, 100);
      else late.push(found);
    };
    if (n % 50 === 0) setTimeout(look, 300);
    const answer = ANSWERS[n % ANSWERS.length];
    assert(answer);
    return answer(scope);
  });
  const texts = new Map<number, string>();
  {
    await using server = serve(handler);
    let next = 0;
    const client = async () => {
      for (let n = next++; n < REQUESTS; n = next++) texts.set(n, await ask(server.url, n));
    };
    await Promise.all(Array.from({ length: 100 }, client));
    await until(() => kept.length === REQUESTS && kept.every((scope) => !isOpen(scope)), "the end");
  }
  let told = 0;
  for (const [n, text] of texts) {
    const own = `s${n},s${n},s${n};`;
    const others = text.replaceAll(own, "");
    assert(others === "" || others === "failed" || own.startsWith(others), `${n} got ${text}`);
    if (text.includes(own)) told++;
  }
  assertEquals(texts.size, REQUESTS);
  assert(told > REQUESTS / 2, `${told} were told their secret`);
  assertThrows(() => kept[0]?.store(schema), DataError);

  await until(() => late.length === REQUESTS / 50, "timers");
  assertEquals(new Set(late), new Set(["closed"]));
  kept = [];
  for (let i = 0; i < 20 && collected < REQUESTS * 0.99; i++) {
    gc();
    await pause(20);
  }
  assert(collected >= REQUESTS * 0.99, `${collected} of ${REQUESTS} scopes were collected`);
});

function outcome(fn: () => unknown): unknown {
  try {
    return fn();
  } catch (error) {
    return error instanceof DataError ? error.code : error;
  }
}

Deno.test("scopes go without a server too, also when nobody reads the body", async () => {
  let collected = 0;
  const registry = new FinalizationRegistry<void>(() => collected++);
  const handler = withScope((request, scope) => {
    registry.register(scope);
    local.set("secret", request.url);
    return new Response(local.get<string>("secret") ?? "");
  });
  const round = async (n: number) => {
    const response = await handler(new Request(`http://localhost/${n}`));
    if (n % 2 === 0) assertEquals(await response.text(), `http://localhost/${n}`);
  };
  for (let n = 0; n < 500; n++) await round(n);
  for (let i = 0; i < 20 && collected < 495; i++) {
    gc();
    await pause(20);
  }
  assert(collected >= 495, `${collected} of 500 scopes were collected`);
});
