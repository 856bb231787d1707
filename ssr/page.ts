/**
 * How dehydrated data lies in a page; what writes and what reads it share this. The tag has no class, id or
 * name by which content of users could take its place.
 *
 * ```text
 * <script type="application/json" data-strata>{"strata":1,"items":[item, item]}</script>
 *
 * { "kind": "data",  "data": { name: value } }                     values, signals
 * { "kind": "store", "data": { name: what toJSON gave } }
 * { "kind": "rows",  "data": { name: rows }, "query": toJSON }     live queries
 * { "kind": "count", "data": { name: n }, "query": toJSON }
 * { "kind": "row",   "data": { name: row }, "table": "todos" }
 * { "kind": "value", "data": { name: value }, "of": "theme" }
 * ```
 *
 * Data is what the codec makes of it, so nothing is revived but what its tags name.
 *
 * @module
 */
import { fromTree, toTree } from "../schema/codec.ts";
import { isPlainObject } from "../schema/json_value.ts";

/** Finds the tags in a document. */
export const SELECTOR = 'script[type="application/json"][data-strata]';

const KINDS = ["data", "store", "rows", "count", "row", "value"] as const;

/** One dehydrated item. */
export interface Item {
  readonly kind: typeof KINDS[number];
  readonly name: string;
  readonly value: unknown;
  /** The query of rows or a count, as JSON. */
  readonly query?: unknown;
  /** The table of a row. */
  readonly table?: unknown;
  /** The name of a live value. */
  readonly of?: unknown;
}

/** Characters that end a script, begin a comment in one, or end a line of old scripts. */
const UNSAFE = /[<>&\u2028\u2029]/g;

/**
 * The text of a tag's content: JSON in which nothing can end the script.
 *
 * @throws {TypeError} When a value is none that the codec keeps.
 */
export function writeItems(items: readonly Item[]): string {
  const trees = items.map(({ kind, name, value, query, table, of }) => ({
    kind,
    // By name, so that an error says where it is.
    data: toTree(Object.fromEntries([[name, value]])),
    ...(query !== undefined && { query }),
    ...(table !== undefined && { table }),
    ...(of !== undefined && { of }),
  }));
  // Outside of strings JSON has none of them.
  return JSON.stringify({ strata: 1, items: trees }).replace(
    UNSAFE,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/**
 * The items in the content of a tag.
 *
 * @throws {SyntaxError} When it is not what `writeItems` gave.
 */
export function readItems(text: string): Item[] {
  let tree: unknown;
  try {
    tree = JSON.parse(text);
  } catch {
    throw bad("it is no JSON"); // the platform's message would show a piece of it
  }
  if (!isPlainObject(tree) || tree["strata"] !== 1 || !Array.isArray(tree["items"])) {
    throw bad("its version is unknown");
  }
  return tree["items"].map(readItem);
}

function readItem(tree: unknown): Item {
  if (!isPlainObject(tree)) throw bad("an item is no object");
  const kind = KINDS.find((known) => known === tree["kind"]);
  const data = fromTree(tree["data"]);
  if (kind === undefined || !isPlainObject(data)) throw bad("an item has no kind that is known");
  const [entry, more] = Object.entries(data);
  if (!entry || more) throw bad("an item has not one name");
  const [name, value] = entry;
  return { kind, name, value, query: tree["query"], table: tree["table"], of: tree["of"] };
}

function bad(state: string): SyntaxError {
  return new SyntaxError(`Cannot read dehydrated data as dehydrate wrote it: ${state}`);
}
