/**
 * Serves two tenants on 127.0.0.1: `deno run -A examples/tenants/main.ts`, then
 * `curl -d 'Buy milk' http://127.0.0.1:8000/acme/notes`.
 *
 * @module
 */
import { createHandler } from "./handler.ts";
import { Tenants } from "./tenants.ts";

const folder = Deno.args[0] ?? "tenants";
await Deno.mkdir(folder, { recursive: true });
await using tenants = new Tenants({
  tenants: new Map([["acme", { plan: "paid" }], ["curious", { plan: "trial" }]]),
  folder,
  idleMs: 60_000,
  now: Date.now,
});
const timer = setInterval(() => tenants.closeIdle(), 10_000);
const server = Deno.serve({ hostname: "127.0.0.1", port: 8000 }, createHandler(tenants));
Deno.addSignalListener("SIGINT", () => {
  clearInterval(timer);
  server.shutdown();
});
await server.finished;
