import { isDatabase } from "../db/session_of.ts";
import { hasEngine, type LiveInfo, liveInfo, type LiveQuery } from "../engine/mod.ts";
import { quote } from "../schema/errors.ts";
import type { Store } from "../store/mod.ts";
import { type Item, writeItems } from "./page.ts";

/**
 * A script tag with what a page was rendered from, for {@linkcode hydrate} in the browser: stores, live
 * results, signals and plain values (rows of queries too) by name. It holds data alone, safe in any place of
 * a page where a script may stand; nothing in it can end it or run.
 *
 * Values are what the codec keeps, so dates, bytes, maps and the rest come back as they were. `nonce` is for a
 * content security policy that has one.
 *
 * @throws {TypeError} When a value is none of those, a live result has none yet (await its `ready` before) or has
 * failed, or an item is a database (give its live queries) or a promise (await it).
 *
 * @example What a page was rendered from
 * ```ts
 * import { createStore, query, table, text } from "@strata/data";
 * import { dehydrate } from "@strata/data/ssr";
 * import { assertEquals } from "@std/assert";
 *
 * const notes = table("notes", { id: text().primaryKey() });
 * using store = createStore({ tables: [notes] });
 * store.insert(notes, { id: "</script>" });
 * assertEquals(
 *   dehydrate({ ids: store.all(query(notes)).map(({ id }) => id) }, { nonce: "r4nd0m" }),
 *   '<script type="application/json" data-strata nonce="r4nd0m">' +
 *     '{"strata":1,"items":[{"kind":"data","data":{"ids":["\\u003c/script\\u003e"]}}]}</script>',
 * );
 * ```
 */
export function dehydrate(
  // The union says what may be given; unknown takes all of it.
  items: Readonly<Record<string, Store | LiveQuery<unknown> | unknown>>,
  options: { nonce?: string } = {},
): string {
  const text = writeItems(Object.entries(items).map(([name, item]) => itemOf(name, item)));
  const { nonce } = options;
  const attribute = nonce === undefined ? "" : ` nonce="${escapeAttribute(nonce)}"`;
  return `<script type="application/json" data-strata${attribute}>${text}</script>`;
}

function itemOf(name: string, item: unknown): Item {
  const info = liveInfo(item);
  if (info) return liveItem(name, info, item);
  if (hasEngine(item)) {
    // What has an engine is a store.
    return { kind: "store", name, value: (item as Store).toJSON() };
  }
  if (isDatabase(item)) throw refusal(name, "a page has results", "it is a database");
  if (item instanceof Promise) throw refusal(name, "a page has values", "it is a promise");
  return { kind: "data", name, value: isSignal(item) ? item.peek() : item };
}

function liveItem(name: string, info: LiveInfo, handle: unknown): Item {
  if (info.status !== "ready") {
    const state = info.status === "loading" ? "it is loading" : "it has failed";
    throw refusal(name, "a live result is ready", state, info.error);
  }
  // A handle is a signal.
  const value = (handle as { peek(): unknown }).peek();
  const { kind, query, table } = info;
  switch (kind) {
    case "rows":
    case "count":
      return { kind, name, value, query: query?.toJSON() };
    case "row":
      return { kind, name, value, table };
    case "value":
      return { kind, name, value, of: info.of };
  }
}

function isSignal(item: unknown): item is { peek(): unknown } {
  return typeof item === "object" && item !== null && "value" in item &&
    "peek" in item && typeof item.peek === "function" &&
    "subscribe" in item && typeof item.subscribe === "function";
}

function refusal(name: string, rule: string, state: string, cause?: unknown): TypeError {
  const message = `Cannot dehydrate ${quote(name)} as ${rule}: ${state}`;
  return new TypeError(message, cause === undefined ? undefined : { cause });
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  '"': "&quot;",
  "'": "&#39;",
  "<": "&lt;",
  ">": "&gt;",
};
function escapeAttribute(text: string): string {
  return text.replace(/[&"'<>]/g, (unit) => ENTITIES[unit] ?? "");
}
