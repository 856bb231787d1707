/**
 * A stream of requests such as a server would log; the same one each time.
 *
 * @module
 */
import type { Insert } from "@strata/data";
import type { requests } from "./schema.ts";

export type Request = Insert<typeof requests>;

const PAGES = ["/", "/search", "/search", "/cart", "/help"];

/** Numbers from 0 up to 1 that look like chance (a linear congruential generator). */
function chance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

export function* stream(count: number, seed = 7): Generator<Request> {
  const random = chance(seed);
  for (let id = 1; id <= count; id++) {
    yield {
      id,
      page: PAGES[Math.floor(random() * PAGES.length)] ?? "/",
      status: random() < 0.1 ? 500 : 200,
      bytes: Math.floor(random() * 10_000),
      ms: Math.round(random() * 500) / 10,
    };
  }
}
