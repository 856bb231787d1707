/**
 * Values as JSON, lossless: what JSON has no form for is written as `{"$":[tag, ...parts]}`
 * (see `codec_kinds.ts` for the tags). A key that consists of `$` alone gets one more of
 * them, so no data can look like a tag. All other values are the JSON that they always were.
 *
 * ```text
 * { a: 1, when: new Date(5) }   {"a":1,"when":{"$":["date",5]}}
 * { $: ["date", 5] }            {"$$":["date",5]}
 * [0, , -0]                     [0,{"$":["hole"]},-0]
 * ```
 *
 * Kept: the kinds of the value rules. Objects come back with the prototype of `Object`,
 * shared references as copies, errors with name, message and cause alone. Left out:
 * properties that are not enumerable, names on an array, `lastIndex`. Accessors are read.
 *
 * @module
 */
import { className, kindOf, make } from "./codec_kinds.ts";

/** Deep enough for data, shallow enough for the stack of any platform. */
const MAX_DEPTH = 500;
/** A key or string that begins with `$`, without which a text holds no tag. */
const MAYBE_TAGGED = /"(?:\$|\\u0024)/;
const NEGATIVE_ZERO = '{"$":["-0"]}';
const DOLLARS = /^\$+$/;
const DOLLAR = 36;
/** So deep is what is found to be plain JSON at the first look. */
const SHALLOW = 16;
const MALFORMED_TEXT = /[\0\p{Surrogate}]/u;
/** What a hole is while a list is being decoded. */
const HOLE = Symbol();

/** One pass over a value. What does not change is shared, but for `copy`. */
interface Pass {
  readonly verb: "copy" | "encode" | "decode";
  /** By depth: the containers that we are in, and the key or index in each. */
  readonly inside: object[];
  readonly keys: (string | number)[];
}

function refusal(Class: ErrorConstructor, pass: Pass, depth: number, state: string): Error {
  let place = "";
  for (const key of pass.keys.slice(0, depth)) {
    place += typeof key === "number" ? `[${key}]` : (place && ".") + JSON.stringify(key);
  }
  if (pass.verb === "decode") Class = SyntaxError;
  return new Class(`Cannot ${pass.verb} ${place || "the value"} as JSON: got ${state}`);
}

function checkText(text: string, pass: Pass, depth: number): void {
  if (pass.verb === "copy" && MALFORMED_TEXT.test(text)) {
    throw refusal(RangeError, pass, depth, "a lone surrogate or U+0000");
  }
}

function isPlain(value: object): value is Record<string, unknown> {
  const proto = Object.getPrototypeOf(value);
  return proto === Object.prototype || !proto ||
    // Of another realm, such as a frame.
    !Object.getPrototypeOf(proto) && className(value) === "Object";
}

/** What becomes of `value`, which lies in `depth` containers. */
function visit(value: unknown, pass: Pass, depth: number): unknown {
  const { verb } = pass;
  switch (typeof value) {
    case "string":
      checkText(value, pass, depth);
      return value;
    case "boolean":
      return value;
    case "number":
      if (verb !== "encode" || Number.isFinite(value) && !Object.is(value, -0)) return value;
      break;
    case "object":
      if (!value) return value;
      // Something that is no container is one in JSON, if it has a tag.
      if (depth === (verb === "decode" ? MAX_DEPTH + 1 : MAX_DEPTH)) {
        throw new Set(pass.inside).size < depth
          ? refusal(TypeError, pass, depth, "a cycle")
          : refusal(RangeError, pass, depth, `more than ${MAX_DEPTH} levels`);
      }
      pass.inside[depth] = value;
      if (Array.isArray(value) && className(value) === "Array") {
        return visitItems(value, pass, depth);
      }
      if (isPlain(value)) return visitEntries(value, pass, depth);
  }
  const kind = verb === "decode" ? undefined : kindOf(value);
  if (!kind) {
    const name = value === undefined ? value : className(value);
    throw refusal(TypeError, pass, depth, JSON.stringify(name) ?? "something of no class");
  }
  const [tag, ...parts] = kind;
  const visited = [tag, ...visitItems(parts, pass, depth)] as const;
  return verb === "copy" ? make(visited) : { $: visited };
}

/** With the holes, and of this realm. */
function cloneItems(items: unknown[]): unknown[] {
  return Array.prototype.slice.call(items);
}

function visitItems(items: unknown[], pass: Pass, depth: number): unknown[] {
  let out = pass.verb === "copy" ? cloneItems(items) : items;
  for (let i = 0; i < items.length; i++) {
    const item = items[i];
    let next: unknown;
    if (item !== undefined || i in items) {
      pass.keys[depth] = i;
      next = visit(item, pass, depth + 1);
    } else if (pass.verb === "encode") {
      next = { $: ["hole"] };
    }
    if (next === item) continue;
    if (out === items) out = cloneItems(items);
    if (next === HOLE) delete out[i];
    else out[i] = next;
  }
  return out;
}

function visitEntries(object: Record<string, unknown>, pass: Pass, depth: number): unknown {
  const { verb } = pass;
  if (Object.getOwnPropertySymbols(object).length > 0) {
    throw refusal(TypeError, pass, depth, "a symbol as key");
  }
  if (verb === "decode" && Object.hasOwn(object, "$")) return visitTag(object, pass, depth);
  // A spread keeps `__proto__` as a plain key, which can then be set like any other.
  let out = verb === "copy" ? { ...object } : object;
  let dollars = false;
  for (const key of Object.keys(object)) {
    pass.keys[depth] = key;
    checkText(key, pass, depth + 1);
    if (DOLLARS.test(key)) dollars = true;
    const value = out[key];
    const next = visit(value, pass, depth + 1);
    if (next === value) continue;
    if (out === object) out = { ...object };
    out[key] = next;
  }
  if (!dollars || verb === "copy") return out;
  const rename = (key: string) =>
    !DOLLARS.test(key) ? key : verb === "encode" ? key + "$" : key.slice(1);
  return Object.fromEntries(Object.entries(out).map(([key, value]) => [rename(key), value]));
}

function visitTag(object: Record<string, unknown>, pass: Pass, depth: number): unknown {
  const [tag, ...parts]: unknown[] = Array.isArray(object.$) && Object.keys(object).length === 1
    ? object.$
    : [];
  if (tag === "hole" && parts.length === 0 && Array.isArray(pass.inside[depth - 1])) return HOLE;
  const kind = [tag, ...visitItems(parts, pass, depth)] as const;
  try {
    const value = make(kind);
    const again = kindOf(value);
    // Platforms may normalize a URL in different ways, which must not lose it.
    const fits = (part: unknown, i: number) => tag === "url" || Object.is(part, again?.[i]);
    if (again?.length === kind.length && kind.every(fits)) return value;
  } catch {
    // What the platform says of a bad pattern or URL would show the stored value.
  }
  throw refusal(SyntaxError, pass, depth, "an unknown or malformed tag");
}

function start(value: unknown, verb: Pass["verb"]): unknown {
  return visit(value, { verb, inside: [], keys: [] }, 0);
}

/**
 * Whether `value` is the JSON tree that stands for it, found out without keeping the place: most values are, and
 * this takes half the time. What it is not sure of, as anything deep, is visited.
 */
function isTree(value: unknown, depth: number): boolean {
  switch (typeof value) {
    case "string":
    case "boolean":
      return true;
    case "number":
      return Number.isFinite(value) && !Object.is(value, -0);
    case "object":
      break;
    default:
      return false;
  }
  if (value === null) return true;
  if (depth === SHALLOW) return false;
  const proto = Object.getPrototypeOf(value);
  if (proto === Array.prototype && Array.isArray(value)) {
    // A hole is undefined, which is no tree either.
    for (let i = 0; i < value.length; i++) if (!isTree(value[i], depth + 1)) return false;
    return true;
  }
  if (proto !== Object.prototype && proto !== null) return false;
  if (Object.getOwnPropertySymbols(value).length > 0) return false;
  const object = value as Record<string, unknown>; // it is of no other class
  for (const key in object) {
    if (key.charCodeAt(0) === DOLLAR || !isTree(object[key], depth + 1)) return false;
  }
  return true;
}

/**
 * A deep copy of `value`, for a json column: of the kinds that {@linkcode encode} takes,
 * with the same things left out, and equal to what `decode(encode(value))` gives.
 *
 * @throws {TypeError} With the place, such as `"a"."b"[3]`, when there is a function, a
 * symbol (as a key too), a cycle or an instance of another class. Entries of a Map and parts
 * of an Error count as `[0]`, `[1]` and so on.
 * @throws {RangeError} With the place, when a string or key holds a lone surrogate or U+0000,
 * or when there are more than 500 levels.
 */
export function copy(value: unknown): unknown {
  return start(value, "copy");
}

/**
 * The JSON tree that stands for `value`, with `-0` as a tag, since `JSON.stringify` would
 * lose it. It shares with `value` what is the same in JSON: all of it, if that is all.
 *
 * @throws {TypeError} As {@linkcode copy}; any string is taken, though.
 * @throws {RangeError} When there are more than 500 levels.
 */
export function toTree(value: unknown): unknown {
  return start(value, "encode");
}

/**
 * The value that a JSON tree stands for; a plain `-0` is taken too. It shares with `tree`
 * what holds no tag.
 *
 * @throws {SyntaxError} When a tag is unknown or malformed, when something in the tree is no
 * JSON, or when there are more than 500 levels.
 */
export function fromTree(tree: unknown): unknown {
  return start(tree, "decode");
}

/**
 * JSON text that stands for `value`, the same as that of `JSON.stringify` where that loses
 * nothing. `-0` is the number `-0`.
 *
 * @throws {TypeError} As {@linkcode copy}; any string is taken, though.
 * @throws {RangeError} When there are more than 500 levels.
 */
export function encode(value: unknown): string {
  if (isTree(value, 0)) return JSON.stringify(value);
  const tree = toTree(value);
  const text = JSON.stringify(tree);
  // Quotes inside strings are escaped, so this sequence is nothing but that tag.
  return tree === value ? text : text.replaceAll(NEGATIVE_ZERO, "-0");
}

/**
 * The value that `text` stands for, by {@linkcode encode} or as plain JSON.
 *
 * @throws {SyntaxError} When it is no JSON, or as {@linkcode fromTree}.
 */
export function decode(text: string): unknown {
  let tree: unknown;
  try {
    tree = JSON.parse(text);
  } catch {
    // The platform's message would show a piece of the text.
    throw new SyntaxError("Cannot decode the text as JSON: malformed");
  }
  return MAYBE_TAGGED.test(text) ? fromTree(tree) : tree;
}
