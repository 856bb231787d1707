import { assertEquals } from "@std/assert";

Deno.test("deno.lock names no registry, so that it holds wherever packages come from", async () => {
  const lock = await Deno.readTextFile(new URL("../../deno.lock", import.meta.url));
  assertEquals(lock.match(/\w+:\/\/.*/g) ?? [], []);
});
