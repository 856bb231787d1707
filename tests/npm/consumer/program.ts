/**
 * What a user of the package writes, on any platform: a store, a database, a cache, blobs.
 *
 * @module
 */
import {
  createStore,
  DataError,
  integer,
  openDatabase,
  parseQuery,
  query,
  type Row,
  sum,
  table,
  text,
  webstorage,
} from "@strata/data";
import { blobs } from "@strata/data/blobs";
import { cache } from "@strata/data/cache";
import { memoryDriver } from "@strata/data/drivers/memory";
import { dehydrate } from "@strata/data/ssr";
import { hydrate } from "@strata/data/ssr/hydrate";
import { memoryStorage } from "@strata/data/webstorage";

const owners = table("owners", { id: text().primaryKey(), name: text() });
const todos = table("todos", {
  id: text().primaryKey(),
  title: text(),
  n: integer(),
  owner: text().references("owners", { onDelete: "cascade" }),
}, { indexes: ["n"] });
const schema = { tables: [owners, todos] };
type Todo = Row<typeof todos>;

/** What each part gave; the same everywhere. */
export async function program(): Promise<readonly unknown[]> {
  const results: unknown[] = [];
  const rows: Todo[] = [
    { id: "a", title: "write", n: 1, owner: "ada" },
    { id: "b", title: "walk", n: 2, owner: "ada" },
  ];
  const store = createStore(schema);
  const live = store.live(query(todos).orderBy("n", "desc"));
  const told: number[] = [];
  const stop = live.subscribe((all) => told.push(all.length));
  store.insert(owners, { id: "ada", name: "Ada" });
  store.insert(todos, rows);
  results.push(told.join(), live.value.map(({ id }) => id).join());
  results.push(store.first(query(todos).groupBy([], { all: sum("n") }))?.all);
  stop();

  const db = await openDatabase(schema, memoryDriver());
  await db.transaction(async (tx) => {
    await tx.insert(owners, { id: "ada", name: "Ada" });
    await tx.insert(todos, rows);
  });
  const joined = query(owners).include("todos", query(todos).orderBy("n"), { owner: "id" });
  const sent = parseQuery(schema, JSON.stringify(joined));
  results.push(JSON.stringify(await db.all(sent)) === JSON.stringify(store.all(joined)));

  const pages = cache<string>(db, "pages");
  results.push(await pages.getOrSet("a", () => "made"), await pages.get("a"));
  const files = blobs(db, "files");
  await files.put("a", "Buy milk");
  results.push(await (await files.get("a"))?.text());

  const settings = webstorage("memory");
  settings.set("at", new Date(0));
  results.push(settings.get("at"), memoryStorage().length);
  results.push(dehydrate({ live }).includes("walk"), await hydrate({}));

  // One class, whichever entry point the error came through.
  results.push(await codeOf(() => store.insert(owners, { id: "ada", name: "Again" })));
  const strict = { durability: "strict" } as const;
  results.push(await codeOf(() => openDatabase(schema, memoryDriver(), strict)));
  results.push(await codeOf(() => files.put("a", "b", { ifNoneMatch: "*" })));
  await db.close();
  results.push(await codeOf(() => pages.get("a")));
  return results;
}

async function codeOf(fn: () => unknown): Promise<string> {
  try {
    await fn();
    return "none";
  } catch (error) {
    return error instanceof DataError ? error.code : `another class: ${error}`;
  }
}
