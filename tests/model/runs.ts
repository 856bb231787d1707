/** A variable of the environment, whatever the runtime. */
export function setting(name: string): string | undefined {
  try {
    return globalThis.Deno ? Deno.env.get(name) : globalThis.process?.env[name];
  } catch {
    // Without the permission to read it, it is not set.
    return undefined;
  }
}

/** How many histories to run: ten times as many with `STRATA_LONG`. */
export function runsOf(count: number): number {
  return setting("STRATA_LONG") ? count * 10 : count;
}

/** `STRATA_SEED`, else a fresh seed; printed, so that a failure can be had again. */
export function seedOf(name: string): number {
  const given = setting("STRATA_SEED");
  const seed = given === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(given);
  console.log(`${name}: STRATA_SEED=${seed}`);
  return seed;
}
