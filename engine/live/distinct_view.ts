import type { MapKey } from "../../schema/key.ts";
import type { Ref } from "../../query/ast.ts";
import type { Env } from "../../query/predicate.ts";
import { envKey } from "../group.ts";
import type { EnvChange } from "./stage_view.ts";

/** Keeps different rows current: the first of equal ones stands for all, also once it is gone. */
export class DistinctView {
  readonly #keyOf: (env: Env) => MapKey;
  readonly #known = new Map<MapKey, { readonly env: Env; count: number }>();
  constructor(refs: readonly Ref[], joined: boolean) {
    this.#keyOf = envKey(refs, joined);
  }

  advance(envs: readonly EnvChange[]): EnvChange[] {
    // By key with what stood for it before the commit.
    const touched = new Map<MapKey, Env | undefined>();
    const count = (env: Env | undefined, times: 1 | -1) => {
      if (!env) return;
      const key = this.#keyOf(env);
      const known = this.#known.get(key);
      if (!touched.has(key)) touched.set(key, known?.env);
      if (!known) this.#known.set(key, { env, count: times });
      else known.count += times;
    };
    for (const { before, after } of envs) {
      count(after, 1);
      count(before, -1);
    }
    const changes: EnvChange[] = [];
    for (const [key, before] of touched) {
      const known = this.#known.get(key);
      if (known?.count === 0) this.#known.delete(key);
      const after = known?.count === 0 ? undefined : known?.env;
      if (before !== after) changes.push({ before, after });
    }
    return changes;
  }
}
