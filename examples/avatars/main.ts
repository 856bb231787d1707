/**
 * Uploads a picture, and downloads it in two parts: `deno run -A examples/avatars/main.ts`.
 *
 * @module
 */
import { openDatabase } from "@strata/data";
import { memoryDriver } from "@strata/data/drivers/memory";
import { download } from "./download.ts";
import { avatars } from "./handler.ts";
import { schema, users } from "./schema.ts";

await using db = await openDatabase(schema, memoryDriver());
await db.insert(users, { id: "ada", name: "Ada" });
const handle = avatars(db); // Deno.serve(handle) would listen
const url = "http://localhost/avatars/ada";

const picture = crypto.getRandomValues(new Uint8Array(60_000));
const put = await handle(
  new Request(url, { method: "PUT", body: picture, headers: { "content-type": "image/png" } }),
);
console.log("put", put.status, (await db.get(users, "ada"))?.avatar);
const text = new Request(url, {
  method: "PUT",
  body: "x",
  headers: { "content-type": "text/html" },
});
console.log("put a page", (await handle(text)).status);

const etag = put.headers.get("etag") ?? "";
const whole = await download(handle, url, { etag, bytes: picture.slice(0, 20_000) });
console.log("got", whole.bytes.length, "bytes, 20000 of them before");
