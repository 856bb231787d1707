import { assertEquals } from "@std/assert";
import { KnownIds } from "../../engine/known_ids.ts";
import { uuidSource } from "../../schema/uuid.ts";

Deno.test("KnownIds gives ids as they came, whatever their form", () => {
  const known = new KnownIds();
  const ids = [
    ...["01a20f2b-9f1b-714f-91d9-e83f1c63f161", "", "commit 1", "a".repeat(36)],
    ...["00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff"],
    // No UUID as they are written: in capitals, with a dash elsewhere.
    ...["01A20F2B-9F1B-714F-91D9-E83F1C63F161", "01a20f2b9-f1b-714f-91d9-e83f1c63f161"],
  ];
  for (const [i, id] of ids.entries()) {
    assertEquals(ids.map((each) => known.has(each)), ids.map((_, at) => at < i));
    known.add(id);
  }
  assertEquals([...known], ids);
  assertEquals(known.last(3), ids.slice(-3));
});

Deno.test("KnownIds remembers the last 10,000", () => {
  const known = new KnownIds();
  const fresh = uuidSource(() => 1);
  const ids = Array.from({ length: 25_000 }, (_, i) => i % 1_000 === 999 ? `odd ${i}` : fresh());
  for (const [i, id] of ids.entries()) {
    known.add(id);
    if (i % 2_500 === 0) assertEquals([...known], ids.slice(Math.max(0, i - 9_999), i + 1));
  }
  const kept = ids.slice(-10_000);
  assertEquals([...known], kept);
  assertEquals(known.last(2), ids.slice(-2));
  assertEquals(ids.filter((id, i) => i % 50 === 49 && known.has(id)).length, 200);
  assertEquals(known.has(ids[14_999] ?? ""), false);
  assertEquals(known.has(kept[0] ?? ""), true);
});
