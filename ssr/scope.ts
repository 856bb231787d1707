import { AsyncLocalStorage } from "node:async_hooks";
import { setFactoryScope } from "../db/cache/scope.ts";
import { DataError, type Schema } from "../schema/mod.ts";
import { createStore, type Store, type StoreOptions } from "../store/mod.ts";
import { type Area, openArea } from "../webstorage/area.ts";
import type { WebStorage, WebStorageOptions } from "../webstorage/mod.ts";
import { openScoped } from "../webstorage/scoped.ts";
import { setScopeSource } from "../webstorage/scope.ts";
import { endingArea } from "./ending_area.ts";
import type { Scope } from "./types.ts";

type Kind = "local" | "session";

const current = new AsyncLocalStorage<RequestScope | undefined>();
const scopes = new WeakMap<Request, RequestScope>();

/** The value behind {@linkcode Scope}. */
export class RequestScope implements Scope {
  #areas: Partial<Record<Kind, Area>> = {};
  #stores = new Map<Schema, Store>();
  #ended = false;
  /** Whether somebody sees to it that it ends with its response. */
  owned = false;

  constructor() {
    // Here and not when the module is loaded, so that importing it changes nothing.
    setScopeSource((kind) => current.getStore()?.area(kind));
    // What a factory makes is for all who wait, so it may not see what the first of them has.
    // Not by `exit`, which in Deno lasts until the first await alone.
    setFactoryScope((fn) => current.run(undefined, fn));
  }

  get ended(): boolean {
    return this.#ended;
  }
  #check(): void {
    if (this.#ended) {
      throw new DataError(
        "closed",
        "Cannot use the scope of a request as its response is under way: it has ended",
      );
    }
  }
  area(kind: Kind): Area {
    this.#check();
    return this.#areas[kind] ??= endingArea(openArea("request"), () => this.#check());
  }
  webstorage(area: Kind, options?: WebStorageOptions): WebStorage {
    this.#check();
    return openScoped(() => this.area(area), options);
  }
  store(schema: Schema, options?: StoreOptions): Store {
    this.#check();
    const known = this.#stores.get(schema);
    if (known) return known;
    const store = createStore(schema, options);
    this.#stores.set(schema, store);
    return store;
  }
  run<T>(fn: () => T): T {
    this.#check();
    return current.run(this, fn);
  }
  /** Something that calls functions in the context of now, also when they are called by a server. */
  inside(): <T>(fn: () => T) => T {
    // It takes what others keep in their own contexts along.
    return this.run(() => AsyncLocalStorage.snapshot());
  }
  [Symbol.dispose](): void {
    if (this.#ended) return;
    this.#ended = true;
    const stores = [...this.#stores.values()];
    // A timer may keep the scope for longer, but not what was in it.
    this.#stores = new Map();
    this.#areas = {};
    for (const store of stores) store[Symbol.dispose]();
  }
}

/**
 * A scope that is bound to no request: for tests, jobs and servers of other kinds. Whoever makes it ends it,
 * by `using` or `Symbol.dispose`.
 *
 * @example A job with web storage of its own
 * ```ts
 * import { createScope } from "@strata/data/ssr";
 * import { webstorage } from "@strata/data/webstorage";
 * import { assertEquals, assertThrows } from "@std/assert";
 *
 * const settings = webstorage("local"); // a constant of a module, for all requests
 * const scope = createScope();
 * scope.run(() => settings.set("theme", "dark"));
 * assertEquals(scope.webstorage("local").get("theme"), "dark");
 * assertEquals(createScope().run(() => settings.get("theme")), undefined);
 *
 * scope[Symbol.dispose]();
 * assertThrows(() => scope.webstorage("local"));
 * ```
 */
export function createScope(): Scope {
  return new RequestScope();
}

/**
 * The scope of a request, the same for everyone who asks while it is answered; made by the first.
 *
 * `withScope` and the middleware end it with the response. Without them nobody does, and it goes with the
 * request.
 *
 * @example Whoever has the request has the scope
 * ```ts
 * import { scopeOf, withScope } from "@strata/data/ssr";
 * import { assertEquals } from "@std/assert";
 *
 * const handler = withScope((request, scope) => new Response(`${scopeOf(request) === scope}`));
 * const response = await handler(new Request("http://localhost/"));
 * assertEquals(await response.text(), "true");
 * ```
 */
export function scopeOf(request: Request): Scope {
  return requestScope(request);
}

/** The scope of a request, as its value. */
export function requestScope(request: Request): RequestScope {
  const known = scopes.get(request);
  if (known) return known;
  const made = new RequestScope();
  scopes.set(request, made);
  return made;
}

/** The scope for one more answer to a request: another one when the one before has ended. */
export function freshScope(request: Request): RequestScope {
  if (scopes.get(request)?.ended) scopes.delete(request);
  return requestScope(request);
}
