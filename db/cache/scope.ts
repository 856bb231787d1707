/** Runs a function outside of whatever request is being answered. */
export type FactoryScope = <T>(fn: () => T) => T;

let scope: FactoryScope = (fn) => fn();

/**
 * Says how factories of `getOrSet` are run: their values are for everybody, so they must not see the request
 * that happened to ask first. The last call counts; undefined runs them as they are.
 */
export function setFactoryScope(run: FactoryScope | undefined): void {
  scope = run ?? ((fn) => fn());
}

/** Runs a factory. */
export function runFactory<T>(fn: () => T): T {
  return scope(fn);
}
