/**
 * Reads back page by page while others write: `deno run -A examples/chat/main.ts`.
 *
 * @module
 */
import { openDatabase } from "@strata/data";
import { memoryDriver } from "@strata/data/drivers/memory";
import { newer, older, post } from "./chat.ts";
import { schema } from "./schema.ts";

await using db = await openDatabase(schema, memoryDriver());
for (let i = 1; i <= 8; i++) await post(db, "tea", { author: "Ada", body: `Message ${i}` });

let page = await older(db, "tea", { size: 3 });
const seen = page.messages[0];
while (page.messages.length > 0) {
  console.log("older:", page.messages.map(({ body }) => body).join(", "));
  await post(db, "tea", { author: "Grace", body: "Something new" });
  page = await older(db, "tea", { size: 3, cursor: page.cursor });
}
const more = await newer(db, "tea", { size: 10, seen });
console.log("newer:", more.map(({ body, number }) => `${body} (${number})`).join(", "));
