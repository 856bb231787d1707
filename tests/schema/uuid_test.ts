import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { uuidSource } from "../../schema/uuid.ts";

const PATTERN = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

function timeOf(uuid: string): number {
  return parseInt(uuid.slice(0, 13).replace("-", ""), 16);
}

/** The 26 bits that count. */
function counterOf(uuid: string): number {
  return parseInt(uuid.slice(15, 18), 16) * 2 ** 14 + (parseInt(uuid.slice(19, 23), 16) & 0x3fff);
}

Deno.test("uuidSource() gives UUIDv7 texts of the time", () => {
  const next = uuidSource(Date.now);
  for (let i = 0; i < 1_000; i++) {
    const before = Date.now();
    const uuid = next();
    assert(PATTERN.test(uuid), uuid);
    assert(timeOf(uuid) >= before && timeOf(uuid) <= Date.now());
  }
});

Deno.test("uuidSource() lays out the bits of RFC 9562", () => {
  // The time of the RFC's own example, appendix A.6.
  const words = [0xffff, 0xff80, 0x18c4, 0xdc0c, 0x0c07];
  const next = uuidSource(() => 0x017f22e279b0, () => (words.shift() ?? 0) / 0x10000);
  assertEquals(next(), "017f22e2-79b0-77ff-bfff-18c4dc0c0c07");
  assertEquals(next(), "017f22e2-79b0-7800-8000-000000000000");
});

Deno.test("uuidSource() gives the same for the same clock and randomness", () => {
  const sources = [1, 2].map(() => {
    let seed = 7;
    return uuidSource(
      () => 1_700_000_000_000.9,
      () => (seed = seed * 48_271 % 2147483647) / 2147483647,
    );
  });
  const [first, second] = sources.map((next) => [next(), next(), next()]);
  assertEquals(first, second);
});

Deno.test("uuidSource() strictly increases whatever the clock does", () => {
  const clock = fc.oneof(
    fc.nat({ max: 3 }),
    fc.integer({ min: -10, max: 2 ** 47 }),
    fc.double({ min: -5, max: 2 ** 47, noNaN: true }),
  );
  const random = fc.constantFrom(0, 0.5, 1 - 2 ** -53);
  fc.assert(
    fc.property(fc.array(clock, { minLength: 1, maxLength: 100 }), random, (clocks, value) => {
      let at = 0;
      const next = uuidSource(() => clocks[at++] ?? 0, () => value);
      const uuids = clocks.map(() => next());
      uuids.forEach((uuid, i) => {
        assert(PATTERN.test(uuid), uuid);
        if (i > 0) assert(uuid > uuids[i - 1]!, `${uuids[i - 1]} then ${uuid}`);
      });
    }),
  );
});

Deno.test("uuidSource() keeps its time and counts while the clock is behind", () => {
  const clocks = [1_000, 999, 0, 1_000, 1_001];
  const next = uuidSource(() => clocks.shift() ?? 0);
  const uuids = Array.from({ length: 5 }, next);
  assertEquals(uuids.map(timeOf), [1_000, 1_000, 1_000, 1_000, 1_001]);
  const [first = 0, ...rest] = uuids.slice(0, 4).map(counterOf);
  assertEquals(rest, [first + 1, first + 2, first + 3]);
});

Deno.test("uuidSource() strictly increases within a millisecond and never repeats", () => {
  const next = uuidSource(() => 1_700_000_000_000);
  let last = "";
  for (let i = 0; i < 300_000; i++) {
    const uuid = next();
    if (uuid <= last) throw new Error(`${last} then ${uuid}`);
    last = uuid;
  }
  assertEquals(timeOf(last), 1_700_000_000_000);
});

// Half a minute of counting: the counter holds more than a millisecond can use.
Deno.test("uuidSource() goes on by a millisecond when its counter is full", {
  ignore: !Deno.env.get("STRATA_LONG"),
}, () => {
  // From the highest place that the counter can begin at, it can count 2 ** 25 times.
  const next = uuidSource(() => 5, () => 1 - 2 ** -53);
  let last = next();
  assertEquals([timeOf(last), counterOf(last)], [5, 2 ** 25 - 1]);
  for (let i = 0; i < 2 ** 25; i++) last = next();
  assertEquals([timeOf(last), counterOf(last)], [5, 2 ** 26 - 1]);
  const after = next();
  assertEquals([timeOf(after), counterOf(after)], [6, 2 ** 25 - 1]);
  assert(after > last);
  assertEquals(timeOf(next()), 6);
});

Deno.test("uuidSource() fills every bit that is free", () => {
  let [ones, zeros] = [0n, ~0n];
  let time = 0;
  const next = uuidSource(() => time++);
  for (let i = 0; i < 2_000; i++) {
    const bits = BigInt(`0x${next().replaceAll("-", "").slice(12)}`);
    ones |= bits;
    zeros &= bits;
  }
  // Of 80 bits: version 7, then 0 as the counter begins in the lower half, then variant 10.
  assertEquals(ones.toString(16), "77ffbfffffffffffffff");
  assertEquals((zeros & (2n ** 80n - 1n)).toString(16), "70008000000000000000");
});

Deno.test("uuidSource() sources differ at the same time", () => {
  const uuids = new Set(Array.from({ length: 1_000 }, () => uuidSource(() => 1)()));
  assertEquals(uuids.size, 1_000);
});
