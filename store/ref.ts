import { kindOf } from "../schema/accept.ts";
import { quote } from "../schema/errors.ts";
import { isPlainObject } from "../schema/json_value.ts";
import type { Schema } from "../schema/mod.ts";
import { signal } from "../engine/mod.ts";
import { createStore } from "./store.ts";
import type { Ref, Store } from "./types.ts";

function valueAt(value: unknown, names: readonly string[]): unknown {
  for (const name of names) {
    if (value === null || value === undefined) return value;
    value = isPlainObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
  }
  return value;
}

function withValueAt(value: unknown, names: readonly string[], next: unknown): unknown {
  const [name, ...rest] = names;
  if (name === undefined) return next;
  if (value !== null && value !== undefined && !isPlainObject(value)) {
    throw new TypeError(
      `Cannot set the path at ${quote(name)} as paths lead into objects: got ${kindOf(value)}`,
    );
  }
  const inside = value && Object.hasOwn(value, name) ? value[name] : undefined;
  return { ...value, [name]: withValueAt(inside, rest, next) };
}

class RefValue {
  readonly #signal: ReturnType<typeof signal<unknown>>;
  readonly #schema: Schema | undefined;
  #store: Store | undefined;

  constructor(initial: unknown, schema: Schema | undefined) {
    this.#signal = signal(initial);
    this.#schema = schema;
  }
  get value(): unknown {
    return this.#signal.value;
  }
  set value(value: unknown) {
    this.#signal.value = value;
  }
  peek(): unknown {
    return this.#signal.peek();
  }
  subscribe(listener: (value: unknown) => void): () => void {
    return this.#signal.subscribe(listener);
  }
  get(path: string): unknown {
    return valueAt(this.value, path.split("."));
  }
  set(path: string, value: unknown): void {
    this.value = withValueAt(this.peek(), path.split("."), value);
  }
  update(fn: (value: unknown) => unknown): void {
    this.value = fn(this.peek());
  }
  get store(): Store {
    if (!this.#schema) {
      throw new TypeError(
        "Cannot read the store of a ref as it was made with a schema: it was not",
      );
    }
    return this.#store ??= createStore(this.#schema);
  }
}

/**
 * The smallest store: one value as a signal, with paths. Setting a path copies what is around it,
 * so that what was read before stays as it was.
 *
 * With a schema, `.store` is a store of its own, made when it is first read.
 *
 * @example A value with a path
 * ```ts
 * import { ref } from "@strata/data";
 * import { assertEquals } from "@std/assert";
 *
 * const filter = ref({ text: "", page: { size: 20 } });
 * filter.set("page.size", 50);
 * assertEquals(filter.get("page.size"), 50);
 * assertEquals(filter.value, { text: "", page: { size: 50 } });
 * ```
 */
export function ref<T>(initial: T, schema?: Schema): Ref<T> {
  // The methods take paths and values of T, which its type sees to.
  return new RefValue(initial, schema) as unknown as Ref<T>;
}
