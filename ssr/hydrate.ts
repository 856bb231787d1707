/**
 * Reads in the browser what `dehydrate` of `ssr` wrote into the page. An entry point of its own that needs no
 * server.
 *
 * @module
 */
import type { Database } from "../db/mod.ts";
import { isDatabase } from "../db/session_of.ts";
import { hasEngine } from "../engine/mod.ts";
import { quote } from "../schema/errors.ts";
import type { Store } from "../store/mod.ts";
import { hydrateDatabase } from "./hydrate_database.ts";
import { hydrateStore } from "./hydrate_store.ts";
import { type Item, readItems, SELECTOR } from "./page.ts";

/** What a tag has, so that one item is the same object for all who read it. */
const read = new WeakMap<Element, readonly Item[]>();
/** What a source has taken in: a second call, of another island, changes nothing. */
const done = new WeakMap<object, WeakSet<Item>>();

/**
 * Everything that was dehydrated into the page, by name; stores and databases given under a name take it in
 * before, so that the first render has it without a request.
 *
 * - A store gets what the store of that name held, in the place of what it has, or the rows of a live query
 *   where it has none with their keys.
 * - A database is seeded: rows and values are put where it has none, in one commit of kind `"seed"`; nothing is
 *   overwritten. Its live queries that equal a dehydrated one begin with those rows, `"ready"`, and go over to
 *   what the database itself has when everybody has rendered them once. Where it knew nothing of the table
 *   before, they stand until that changes.
 * - A database under a name that the page has not takes all live results that no other one is given for.
 *
 * Rows are those of `all`, counts numbers, stores what `toJSON` gives; the record is empty where there is no
 * document. Each source takes each item once, whoever asks.
 *
 * @throws {SyntaxError} When a tag was damaged, or a query does not fit the schema of its database.
 * @throws {TypeError} When an item is neither a store nor a database; also, as {@linkcode RangeError} and
 * {@linkcode DataError}, when rows do not fit the schema.
 *
 * @example In the browser, before the first render
 * ```ts
 * import { openDatabase, query, table, text } from "@strata/data";
 * import { memoryDriver } from "@strata/data/drivers/memory";
 * import { hydrate } from "@strata/data/ssr/hydrate";
 * import { assertEquals } from "@std/assert";
 *
 * const notes = table("notes", { id: text().primaryKey() });
 * await using db = await openDatabase({ tables: [notes] }, memoryDriver()); // or IndexedDB
 * const page = await hydrate({ notes: db });
 * assertEquals(page, {}); // no document here
 * assertEquals(db.live(query(notes)).value, []);
 * ```
 */
export async function hydrate(
  items: Readonly<Record<string, Store | Database>>,
): Promise<Readonly<Record<string, unknown>>> {
  const page = new Map(pageItems().map((item) => [item.name, item]));
  const targets = Object.entries(items);
  for (const [name, source] of targets) {
    if (!hasEngine(source) && !isDatabase(source)) {
      throw new TypeError(
        `Cannot hydrate ${quote(name)} as it is a store or a database: got something else`,
      );
    }
  }
  const named = new Set(targets.map(([name]) => name));
  const others = [...page.values()].filter(({ name, kind }) =>
    !named.has(name) && kind !== "data" && kind !== "store"
  );
  const takes = new Map<Store | Database, Set<Item>>();
  for (const [name, source] of targets) {
    const item = page.get(name);
    const taken = takes.get(source) ?? new Set();
    takes.set(source, taken);
    for (const each of item ? [item] : isDatabase(source) ? others : []) taken.add(each);
  }
  for (const [source, taken] of takes) {
    const known = done.get(source) ?? new WeakSet();
    done.set(source, known);
    const fresh = [...taken].filter((item) => !known.has(item));
    for (const item of fresh) known.add(item);
    if (fresh.length === 0) continue;
    if (isDatabase(source)) await hydrateDatabase(source, fresh);
    else for (const item of fresh) hydrateStore(source, item);
  }
  return Object.fromEntries(Array.from(page.values(), ({ name, value }) => [name, value]));
}

function pageItems(): readonly Item[] {
  // Servers and workers have none.
  const { document } = globalThis as { document?: Pick<Document, "querySelectorAll"> };
  return Array.from(document?.querySelectorAll(SELECTOR) ?? []).flatMap((element) => {
    const known = read.get(element);
    if (known) return known;
    const items = readItems(element.textContent ?? "");
    read.set(element, items);
    return items;
  });
}
