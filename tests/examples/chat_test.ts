import { assert, assertEquals } from "@std/assert";
import { type Message, newer, older, post } from "../../examples/chat/chat.ts";
import { schema } from "../../examples/chat/schema.ts";
import { testEach } from "./places.ts";

const numbers = (list: readonly Message[]) => list.map(({ number }) => number);
const upTo = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, i) => from + i);

testEach("chat: pages back see each message once while others write", async (open) => {
  const db = await open(schema);
  for (let i = 0; i < 20; i++) await post(db, "tea", { author: "Ada", body: "" });
  await post(db, "coffee", { author: "Ada", body: "another room" });

  const seen: Message[] = [];
  let page = await older(db, "tea", { size: 6 });
  while (page.messages.length > 0) {
    seen.push(...page.messages);
    await post(db, "tea", { author: "Grace", body: "meanwhile" });
    page = await older(db, "tea", { size: 6, cursor: page.cursor });
  }
  assertEquals(numbers(seen), upTo(1, 20).reverse());
  assertEquals(page.cursor, undefined);
});

testEach("chat: a reader who follows misses nothing and sees nothing twice", async (open) => {
  const writers = await Promise.all([open(schema), open(schema)]);
  const db = await open(schema);
  const writing = writers.map(async (writer, author) => {
    for (let i = 0; i < 25; i++) {
      await post(writer, "tea", { author: String(author), body: String(i) });
      await new Promise((done) => setTimeout(done, 1));
    }
  });
  const seen: Message[] = [];
  let more = true;
  const all = Promise.all(writing).finally(() => more = false);
  for (let last = false; !last;) {
    last = !more; // one more look after the last message
    for (;;) {
      const page = await newer(db, "tea", { size: 7, seen: seen.at(-1) });
      seen.push(...page);
      if (page.length < 7) break;
    }
    await new Promise((done) => setTimeout(done, 2));
  }
  await all;
  assertEquals(numbers(seen), upTo(1, 50));
  for (const author of ["0", "1"]) {
    const own = seen.filter((message) => message.author === author);
    assertEquals(own.map(({ body }) => body), upTo(0, 24).map(String));
  }
});

testEach("chat: one reader goes back and on from where it began", async (open) => {
  const db = await open(schema);
  assertEquals(await older(db, "tea", { size: 5 }), { messages: [], cursor: undefined });
  assertEquals(await newer(db, "tea", { size: 5 }), []);
  for (let i = 1; i <= 10; i++) await post(db, "tea", { author: "Ada", body: String(i) });
  const begin = await older(db, "tea", { size: 3 });
  for (let i = 11; i <= 14; i++) await post(db, "tea", { author: "Ada", body: String(i) });

  const back = await older(db, "tea", { size: 3, cursor: begin.cursor });
  const on = await newer(db, "tea", { size: 3, seen: begin.messages[0] });
  assertEquals(numbers(begin.messages), [10, 9, 8]);
  assertEquals(numbers(back.messages), [7, 6, 5]);
  assertEquals(numbers(on), [11, 12, 13]);
  assertEquals(numbers(await newer(db, "tea", { size: 3, seen: on.at(-1) })), [14]);
  assert(typeof begin.cursor === "string");
});
