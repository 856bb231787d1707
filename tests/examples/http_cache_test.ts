import { assertEquals } from "@std/assert";
import { cached } from "../../examples/http_cache/http_cache.ts";
import { integer, openDatabase, table, text } from "../../mod.ts";
import { memoryDriver } from "../../drivers/memory.ts";

const prices = table("prices", { id: text().primaryKey(), cents: integer() });

Deno.test("http_cache: a page is made once, and again after what it shows has changed", async () => {
  await using db = await openDatabase({ tables: [prices] }, memoryDriver());
  await db.insert(prices, [{ id: "apple", cents: 30 }, { id: "pear", cents: 40 }]);
  let made = 0;
  const { handle, changed } = cached(db, async (request) => {
    made++;
    const id = new URL(request.url).pathname.slice(1);
    const row = await db.get(prices, id);
    return new Response(String(row?.cents), {
      headers: { "cache-control": "public, max-age=60", "cache-tag": `price:${id}, prices` },
    });
  });
  const page = async (id: string) => {
    const response = await handle(new Request(`https://shop.example/${id}`));
    return `${await response.text()} ${response.headers.get("x-cache") ?? "miss"}`;
  };
  assertEquals([await page("apple"), await page("apple"), await page("pear")], [
    ...["30 miss", "30 hit", "40 miss"],
  ]);
  await db.update(prices, "apple", { cents: 35 });
  assertEquals(await changed("price:apple"), 1);
  assertEquals([await page("apple"), await page("pear")], ["35 miss", "40 hit"]);
  assertEquals(await changed("prices"), 2);
  assertEquals(made, 3);
});
