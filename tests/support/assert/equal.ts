/**
 * Deep equality with the meaning of `equal` in `@std/assert`.
 *
 * Numbers compare by `Object.is` (`NaN` equals itself, `0` and `-0` differ); a missing
 * property differs from one that is undefined; prototypes must agree, where a null prototype
 * agrees with `Object.prototype`. Maps and sets compare without regard to order. Cycles end.
 * Errors also compare by name, message and cause, which are not enumerable.
 *
 * @throws {TypeError} For a WeakMap or WeakSet, whose content cannot be seen.
 */
export function equal(a: unknown, b: unknown): boolean {
  return compare(a, b, new Map());
}

/** Pairs under comparison: meeting one again inside itself means a cycle, taken as equal. */
type Pairs = Map<object, Set<object>>;

function compare(a: unknown, b: unknown, pairs: Pairs): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (!samePrototype(a, b)) return false;
  const partners = pairs.get(a) ?? new Set();
  if (partners.has(b)) return true;
  pairs.set(a, partners.add(b));
  const same = compareContent(a, b, pairs);
  // A pair found different must not pass for a cycle when it is met a second time.
  if (!same) partners.delete(b);
  return same;
}

function compareContent(a: object, b: object, pairs: Pairs): boolean {
  if (a instanceof WeakMap || a instanceof WeakSet) {
    throw new TypeError(`Cannot compare values as their content is hidden: ${a.constructor.name}`);
  }
  if (a instanceof Date && b instanceof Date) return Object.is(a.getTime(), b.getTime());
  if (a instanceof RegExp || a instanceof URL) return String(a) === String(b);
  if (a instanceof WeakRef && b instanceof WeakRef) return compare(a.deref(), b.deref(), pairs);
  if (a instanceof ArrayBuffer && b instanceof ArrayBuffer) {
    return compareBytes(new Uint8Array(a), new Uint8Array(b));
  }
  if (ArrayBuffer.isView(a) && ArrayBuffer.isView(b)) return compareViews(a, b);
  if (a instanceof Set && b instanceof Set) return compareEntries(pairsOf(a), pairsOf(b), pairs);
  if (a instanceof Map && b instanceof Map) return compareEntries([...a], [...b], pairs);
  if (a instanceof Error && b instanceof Error) {
    if (a.name !== b.name || a.message !== b.message) return false;
    if (!compare(a.cause, b.cause, pairs)) return false;
  }
  return compareProperties(a, b, pairs);
}

function samePrototype(a: object, b: object): boolean {
  const plain = (value: object): unknown => Object.getPrototypeOf(value) ?? Object.prototype;
  return plain(a) === plain(b);
}

function compareProperties(a: object, b: object, pairs: Pairs): boolean {
  const keys = enumerableKeys(a);
  if (keys.length !== enumerableKeys(b).length) return false;
  return keys.every((key) =>
    Object.hasOwn(b, key) && compare(Reflect.get(a, key), Reflect.get(b, key), pairs)
  );
}

function enumerableKeys(value: object): PropertyKey[] {
  return Reflect.ownKeys(value).filter((key) =>
    Object.prototype.propertyIsEnumerable.call(value, key)
  );
}

function compareViews(a: ArrayBufferView, b: ArrayBufferView): boolean {
  if (a instanceof Float32Array || a instanceof Float64Array) {
    return a.length === (b as typeof a).length &&
      a.every((item, i) => Object.is(item, (b as typeof a)[i]));
  }
  const bytes = (view: ArrayBufferView): Uint8Array =>
    new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
  return compareBytes(bytes(a), bytes(b));
}

function compareBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

function pairsOf(set: Set<unknown>): [unknown, unknown][] {
  return [...set].map((item) => [item, item]);
}

/**
 * Each entry of `a` takes an equal one of `b` out of the pool. Equality is an equivalence, so
 * taking the first one that fits is never wrong. A primitive key has at most one partner.
 */
function compareEntries(
  a: [unknown, unknown][],
  b: [unknown, unknown][],
  pairs: Pairs,
): boolean {
  if (a.length !== b.length) return false;
  const pool = new Map(b.map((entry, i) => [i, entry]));
  const places = new Map(b.map(([key], i) => [key, i]));
  return a.every(([key, value]) => {
    const place = places.get(key);
    const isObject = typeof key === "object" && key !== null;
    const candidates = isObject ? pool.keys() : place === undefined ? [] : [place];
    for (const i of candidates) {
      const other = pool.get(i);
      if (other && compare(key, other[0], pairs) && compare(value, other[1], pairs)) {
        return pool.delete(i);
      }
    }
    return false;
  });
}
