import keyvTestSuite, { keyvIteratorTests } from "@keyv/test-suite";
import { expect } from "expect";
import Keyv from "keyv";
import { assertEquals } from "@std/assert";
import { type Cache, cache, type KeyvStore, keyvStore } from "../../../db/cache/mod.ts";
import { PLACES } from "../../support/places.ts";
import { schema } from "./suite.ts";

interface TestContext {
  readonly expect: typeof expect;
}
/** The part of vitest that the suite uses. */
interface Tests {
  it(title: string, fn: (context: TestContext) => Promise<void> | void): void;
  beforeEach(fn: () => Promise<void>): void;
  afterEach(fn: () => Promise<void>): void;
}
type Suite = (test: Tests, keyv: typeof Keyv, store: () => KeyvStore) => void;

/** Registers a suite of Keyv, each of its tests on a database of its own. */
function register(name: string, suite: Suite, kind: (typeof PLACES)[number]): void {
  let open: Cache<unknown> | undefined;
  const [before, after]: (() => Promise<void>)[][] = [[], []];
  suite(
    {
      beforeEach: (fn) => void before!.push(fn),
      afterEach: (fn) => void after!.push(fn),
      it: (title, fn) =>
        Deno.test(`${kind.name}: keyv ${name} ${title}`, async () => {
          const place = kind.make();
          const db = await place.open(schema);
          try {
            open = cache(db, "keyv");
            for (const fn of before!) await fn();
            await fn({ expect });
            for (const fn of after!) await fn();
          } finally {
            await db.close();
            place.remove();
          }
        }),
    },
    Keyv,
    // A store of its own for each Keyv, as each has its namespace.
    () => keyvStore(open!),
  );
}

for (const kind of PLACES) {
  // The suite's types are those of vitest and of a Keyv in its own copy.
  register("", keyvTestSuite as unknown as Suite, kind);
  register("iterator", keyvIteratorTests as unknown as Suite, kind);
}

Deno.test("keyvStore() keeps namespaces of one cache apart", async () => {
  const place = PLACES[0]!.make();
  const db = await place.open(schema);
  const c = cache(db, "keyv");
  const [a, b] = ["a", "b"].map((namespace) => new Keyv({ store: keyvStore(c), namespace }));
  await a!.set("k", 1);
  await b!.set("k", { b: 2 }, 60_000);
  await b!.setMany([{ key: "x", value: 1 }, { key: "y", value: 2, ttl: 5_000 }]);
  await a!.clear();
  assertEquals(await a!.get("k"), undefined);
  assertEquals(await b!.get(["k", "x", "y"]), [{ b: 2 }, 1, 2]);
  assertEquals(await b!.deleteMany(["x", "no"]), true);
  assertEquals(await b!.hasMany(["x", "y"]), [false, true]);
  await db.close();
});
