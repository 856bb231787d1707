import { assert, assertEquals } from "@std/assert";
import { DataError } from "../../../mod.ts";
import { cache } from "../../../db/cache/mod.ts";
import { Faults, withFaults } from "../../support/faults.ts";
import { type CacheSuite, keysOf, schema } from "./suite.ts";

/** A driver that fails at each of its calls in turn: a typed error, all or nothing, and the next call works. */
export function testCacheFaults({ test }: CacheSuite): void {
  for (const when of ["before", "after"] as const) {
    test(`sets all or nothing when the driver fails at any call, ${when} its effect`, async (place) => {
      const faults = new Faults();
      await using db = await place.open(schema, {}, (driver) => withFaults(driver, faults));
      for (let at = 1;; at++) {
        const c = cache<number>(db, `c${at}`, { maxEntries: 2 });
        const error = () => new DataError("unavailable", "Cannot answer as it is there: planted");
        faults.begin({ at, when, lasting: false, error });
        const failures: unknown[] = [];
        for (const [key, value] of [["a", 1], ["b", 2], ["c", 3]] as const) {
          await c.setMany([[key, value], [`${key}2`, value]], { tags: ["t"] })
            .catch((error) => failures.push(error));
        }
        await c.invalidateTags(["none"]).catch((error) => failures.push(error));
        const met = faults.thrown.length > 0;
        faults.end();
        for (const failure of failures) assert(failure instanceof DataError, String(failure));
        const keys = await keysOf(c);
        for (const key of keys) assert(keys.includes(key.length > 1 ? key[0]! : `${key}2`));
        await c.set("d", 4, { tags: ["t"] });
        assertEquals(await c.get("d"), 4);
        assert((await keysOf(c)).length <= 2);
        await c.invalidateTags(["t"]);
        assertEquals(await keysOf(c), []);
        if (!met) break;
      }
    });
  }
}
