/**
 * Prints what each write changes, first in a store, then in a database:
 * `deno run -A examples/dashboard/main.ts [count]`.
 *
 * @module
 */
import { createStore, openDatabase } from "@strata/data";
import { memoryDriver } from "@strata/data/drivers/memory";
import { follow, pages } from "./dashboard.ts";
import { requests, schema } from "./schema.ts";
import { stream } from "./stream.ts";

const [times = "12"] = Deno.args;

using store = createStore(schema);
const stop = follow(store, console.log);
for (const request of stream(Number(times))) store.insert(requests, request);
stop();

await using db = await openDatabase(schema, memoryDriver());
const end = follow(db, () => {}); // one batch is one commit, and one step of deltas
await db.insert(requests, [...stream(10_000)]);
console.table(db.live(pages).value);
end();
