import { compareText, unitRank } from "../../schema/text_order.ts";
import type { OrderItem } from "../../query/ast.ts";
import { type Env, type Get, getter } from "../../query/predicate.ts";
import { sortKey } from "../sort_key.ts";

/**
 * Gives items numbers that never order two of them the other way round; equal numbers say nothing. A
 * sorted list searches these, which lie side by side, and goes to an item only on a tie.
 */
export interface Places<T> {
  of(item: T): number;
  /** Learns what the items have in common from the first and the last of them, in order; numbers given before are void. */
  settle(first: T, last: T): void;
  /** Learns of one more item, where they are in no order yet. */
  meet(item: T): void;
}

/** Digits of base 128 that a number holds exactly. */
const DIGITS = 7;

/** Places by text: what all texts begin with says nothing, so the number is made of what comes after it. */
class TextPlaces {
  #prefix = "";
  /** Whether more than ASCII comes after it. */
  #wide = false;

  settle(first: unknown, last: unknown): void {
    this.#prefix = "";
    this.#wide = false;
    if (typeof first !== "string" || typeof last !== "string") return;
    let length = 0;
    while (length < first.length && first.charCodeAt(length) === last.charCodeAt(length)) length++;
    this.#prefix = first.slice(0, length);
    this.#wide = first.charCodeAt(length) > 126 || last.charCodeAt(length) > 126;
  }
  meet(text: unknown): void {
    if (typeof text !== "string") return;
    const prefix = this.#prefix;
    for (let i = 0; i < prefix.length; i++) {
      if (text.charCodeAt(i) === prefix.charCodeAt(i)) continue;
      this.#prefix = prefix.slice(0, i);
      return;
    }
  }
  of(text: unknown): number {
    if (typeof text !== "string") return -Infinity;
    const prefix = this.#prefix;
    for (let i = 0; i < prefix.length; i++) {
      // It comes before or after all that begin so.
      if (text.charCodeAt(i) !== prefix.charCodeAt(i)) {
        return compareText(text, prefix) < 0 ? -Infinity : Infinity;
      }
    }
    return this.#wide ? wideKey(text, prefix.length) : asciiKey(text, prefix.length);
  }
}

/** The end of a text counts as 0; from the first unit beyond ASCII on nothing is told apart. */
function asciiKey(text: string, from: number): number {
  let key = 0;
  let beyond = false;
  for (let i = from; i < from + DIGITS; i++) {
    const unit: number = i < text.length && !beyond ? text.charCodeAt(i) : 0;
    if (unit > 126) beyond = true;
    key = key * 128 + (unit > 126 ? 127 : unit);
  }
  return key;
}
function wideKey(text: string, from: number): number {
  let key = 0;
  for (let i = from; i < from + 3; i++) {
    key = key * 0x10000 + (i < text.length ? unitRank(text.charCodeAt(i)) : 0);
  }
  return key;
}

/** The places of rows in an order, by what comes first in it; undefined where that is JSON, or nothing. */
export function placesOf(order: readonly OrderItem[], joined: boolean): Places<Env> | undefined {
  const [first] = order;
  if (!first || first.ref.json.length > 0) return undefined;
  const { ref, desc } = first;
  const { type } = ref;
  if (type === "json" || type === "row" || type === "rows") return undefined;
  const get: Get = getter(ref, joined);
  if (type === "text") {
    const texts = new TextPlaces();
    return {
      of: desc ? (env) => -texts.of(get(env)) : (env) => texts.of(get(env)),
      settle: (one, other) => texts.settle(get(one), get(other)),
      meet: (env) => texts.meet(get(env)),
    };
  }
  const number = (env: Env): number => {
    const value = get(env);
    return typeof value === "number" ? value : sortKey(type, value ?? null);
  };
  return { of: desc ? (env) => -number(env) : number, settle() {}, meet() {} };
}
