/**
 * What the pages and workers of the browser test have: `webstorage`, and whether every kind of
 * value comes back as it was.
 *
 * @module
 */
import { webstorage } from "../../webstorage/mod.ts";
import { equal } from "../support/assert.ts";
import { HOSTILE_KEYS, KINDS } from "../webstorage/kinds.ts";

/** What is called from outside. */
const strata = {
  webstorage,
  hostileKeys: HOSTILE_KEYS,
  setKinds(): void {
    const storage = webstorage("local", { namespace: "kinds" });
    KINDS.forEach((value, i) => storage.set(`${i}`, value));
  },
  /** The indexes of kinds that are not as they were. */
  wrongKinds(): number[] {
    const storage = webstorage("local", { namespace: "kinds" });
    return KINDS.flatMap((value, i) =>
      equal(storage.get(`${i}`), value) && storage.has(`${i}`) ? [] : [i]
    );
  },
};

/** Type of `globalThis.strata` in pages and workers. */
export type Strata = typeof strata;

Object.assign(globalThis, { strata });
