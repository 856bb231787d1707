import { assert, assertEquals } from "@std/assert";
import { createHandler } from "../../examples/tenants/handler.ts";
import { type Tenant, Tenants } from "../../examples/tenants/tenants.ts";

const NAMES: ReadonlyMap<string, Tenant> = new Map([
  ["acme", { plan: "paid" }],
  ["globex", { plan: "paid" }],
  ["curious", { plan: "trial" }],
]);

interface Server {
  readonly tenants: Tenants;
  readonly folder: string;
  readonly clock: { now: number };
  handle(request: Request): Promise<Response>;
  list(tenant: string): Promise<readonly string[]>;
  add(tenant: string, text: string): Promise<number>;
}

function server(folder: string): Server {
  const clock = { now: 0 };
  const tenants = new Tenants({ tenants: NAMES, folder, idleMs: 100, now: () => clock.now });
  const handle = createHandler(tenants);
  const url = (tenant: string) => `http://test/${tenant}/notes`;
  return {
    ...{ tenants, folder, clock, handle },
    async list(tenant) {
      const rows: { text: string }[] = await (await handle(new Request(url(tenant)))).json();
      return rows.map(({ text }) => text);
    },
    async add(tenant, body) {
      const response = await handle(new Request(url(tenant), { method: "POST", body }));
      await response.body?.cancel();
      return response.status;
    },
  };
}

function test(title: string, run: (server: Server) => Promise<void>): void {
  Deno.test(`tenants: ${title}`, async () => {
    const folder = await Deno.makeTempDir();
    const own = server(folder);
    try {
      await run(own);
    } finally {
      await own.tenants[Symbol.asyncDispose]();
      await Deno.remove(folder, { recursive: true });
    }
  });
}

function files(folder: string): string[] {
  return [...Deno.readDirSync(folder)].map(({ name }) => name).filter((name) =>
    name.endsWith(".db")
  ).sort();
}

test("each has notes of its own, on a driver of its own", async ({ add, list, folder }) => {
  assertEquals(await add("acme", "for acme"), 201);
  assertEquals(await add("globex", "for globex"), 201);
  assertEquals(await add("curious", "for curious"), 201);
  for (const tenant of NAMES.keys()) assertEquals(await list(tenant), [`for ${tenant}`]);
  assertEquals(files(folder), ["acme.db", "globex.db"]);
});

test("a database is opened by the first request, once", async ({ tenants, add, list }) => {
  assertEquals(tenants.open, []);
  const texts = Array.from({ length: 20 }, (_, i) => `note ${i}`);
  const states = await Promise.all(texts.map((text) => add("acme", text)));
  assertEquals(new Set(states), new Set([201]));
  assertEquals([...await list("acme")].sort(), [...texts].sort());
  assertEquals(tenants.open, ["acme"]);
});

test("an idle database is closed and opened again", async ({ tenants, add, list, clock }) => {
  await add("acme", "kept in a file");
  await add("curious", "kept in memory");
  clock.now = 50;
  await list("acme");
  clock.now = 120;
  await tenants.closeIdle();
  assertEquals(tenants.open, ["acme"]);
  clock.now = 1_000;
  const closing = tenants.closeIdle();
  assertEquals(await list("curious"), ["kept in memory"]);
  assertEquals(await list("acme"), ["kept in a file"], "also while it is being closed");
  await closing;
  assertEquals([...tenants.open].sort(), ["acme", "curious"]);
});

test("a database in use is not idle", async ({ tenants, clock }) => {
  const gate = Promise.withResolvers<void>();
  const used = tenants.use("acme", async (db) => {
    await gate.promise;
    return db.seq;
  });
  clock.now = 10_000;
  await tenants.closeIdle();
  assertEquals(tenants.open, ["acme"]);
  gate.resolve();
  assertEquals(await used, 0);
});

test("files outlive the server, trials do not", async (first) => {
  await first.add("acme", "kept");
  await first.add("curious", "lost");
  await first.tenants[Symbol.asyncDispose]();
  const second = server(first.folder);
  assertEquals(await second.list("acme"), ["kept"]);
  assertEquals(await second.list("curious"), []);
  await second.tenants[Symbol.asyncDispose]();
});

test("refuses unknown tenants, methods and texts", async ({ handle, add, folder }) => {
  for (const path of ["/nobody/notes", "/..%2Facme/notes", "/acme", "/", "/__proto__/notes"]) {
    assertEquals((await handle(new Request(`http://test${path}`))).status, 404, path);
  }
  assertEquals(files(folder), []);
  assertEquals(await add("acme", "x".repeat(1_001)), 422);
  const response = await handle(new Request("http://test/acme/notes", { method: "DELETE" }));
  assertEquals(response.status, 405);
});

test("a database that ends by itself is opened again", async ({ tenants, add, list }) => {
  await add("acme", "kept");
  await tenants.use("acme", (db) => (void db.close(), Promise.resolve()));
  await new Promise((done) => setTimeout(done, 10));
  assertEquals(tenants.open, []);
  assertEquals(await list("acme"), ["kept"]);
});

test("a file that can not be opened is told, and tried again", async ({ add, folder }) => {
  await Deno.writeTextFile(`${folder}/acme.db`, "this is not a database, ".repeat(100));
  assertEquals(await add("acme", "in vain"), 503);
  assertEquals(await add("globex", "others go on"), 201);
  await Deno.remove(`${folder}/acme.db`);
  assertEquals(await add("acme", "there it is"), 201);
});

test("serves over HTTP", async ({ handle }) => {
  const http = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, handle);
  const url = `http://127.0.0.1:${http.addr.port}/acme/notes`;
  const posted = await fetch(url, { method: "POST", body: "Buy milk" });
  assertEquals(posted.status, 201);
  const { id, text } = await posted.json();
  assertEquals(text, "Buy milk");
  const [found] = await (await fetch(url)).json();
  assert(found.id === id);
  await http.shutdown();
});
