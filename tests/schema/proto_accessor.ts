/**
 * Gives `Object.prototype` the accessor `__proto__` that browsers and Node have and Deno takes
 * away: without it no test in Deno sees an assignment that changes a prototype.
 *
 * @module
 */
Object.defineProperty(Object.prototype, "__proto__", {
  get(this: object): unknown {
    return Object.getPrototypeOf(this);
  },
  set(this: object, proto: unknown): void {
    if (typeof proto === "object") Object.setPrototypeOf(this, proto);
  },
  configurable: true,
});
